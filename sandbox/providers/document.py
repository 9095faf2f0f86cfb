"""Writes `docs/sandbox.md`: what the sandbox does for each resource type, and what it cannot rehearse.

Run `python -m sandbox.providers.document` after a change of a row; a test holds the file to what this makes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from sandbox.providers.aws.invokes import INVOKES as AWS_INVOKES
from sandbox.providers.cloudflare.provider import INVOKES as CLOUDFLARE_INVOKES
from sandbox.providers.randomness import PASSWORD
from sandbox.providers.rows import aws_rows, plain_rows
from sandbox.providers.rows.cloudflare import ROWS as CLOUDFLARE_ROWS
from sandbox.providers.rules import Rules

TARGET = Path(__file__).parents[2] / "docs" / "sandbox.md"

HEAD = """\
# What the sandbox rehearses

Written by `python -m sandbox.providers.document` from the rows in `sandbox/providers/rows/`; do not edit it by hand.

The Pulumi engine is the real one. The providers it talks to are emulated: each resource type has a row that says which
calls make it, read it, change it and remove it, and for every property that changes in place who says so. Whatever no
row states replaces the resource. The calls go to emulated AWS regions and an emulated Cloudflare, each as the operator.

Tasks and the edge are in the regions of the sites that the settings name when it starts, and in those that
`lifeline sandbox start --region` adds, for a site that is rebuilt elsewhere. Each Aurora cluster has a PostgreSQL of
its own, so that a second environment fits beside the first.

- **acts**: the type is made in the emulated cloud; a refresh sees drift and deletion there.
- **extended by us**: besides, the sandbox adds behaviour that its AWS emulation (moto) lacks.
- **recorded**: the type's arguments are checked against the SDK's own types and kept; nothing acts on them, and a
  refresh sees no drift. A type that is listed so at least changes in place where AWS changes it in place, and has the
  id that AWS would give it. Every type that is not listed here is recorded too, and every change replaces it.

For every type an unknown property, a missing required one and a value of the wrong kind are refused.

How to break it on purpose is on [a page of its own](sandbox-faults.md).
"""

LIMITS = """\
## What cannot be rehearsed here

- TLS to the database and IAM database authentication: the PostgreSQL that stands for Aurora has neither.
- Permissions: the sandbox authorises every call. IAM and key policies are kept and compared, never enforced.
- The network: routes, security groups and endpoints are kept, but packets take the loopback interface. Rules and routes
  given inline, in a security group or a route table, are recorded only; as resources of their own they act.
- What guards: the web ACL is kept, never asked; no client certificate is shown or verified; detectors find nothing, no
  backup is made and none restored.
- Names between services (Service Connect): kept, not resolved.
- Times: AWS takes minutes where the sandbox takes a moment. Nothing measured here is an AWS time.
- Whether AWS itself would take an argument that the SDK's types allow: the emulation checks less than AWS does.
- A DynamoDB table with eventually consistent replicas, and restores of tables or clusters from backups; only the
  snapshot that a failover leaves of the old volume has data (the newest four of them), and a cluster restored from it
  answers.
- Secrets' rotation and certificates' renewal: declared, never run. The rotation's function is tested by itself.
- An alarm on one metric has the state that its datapoints give when somebody looks, a composite one the state that its
  parts give it; alarms on metric math or percentiles stay
  without data. Nobody is notified, no event reaches a rule, no log line is counted, no cost arises.
- TLS at the edge, and between it and the load balancers: plain HTTP. Between a load balancer and its targets it is
  spoken, with the certificate that each task makes for itself.
- Caching, firewall and rate limits at the edge: zone settings and rulesets are kept, requests pass all the same.
- Canaries: recorded, and run by no schedule. A test runs the declared ones once, through the edge, by their own script.
- The cache: its endpoint is a name behind which nothing runs. Images: none is pushed, copied or scanned; tasks run what
  the sandbox has. S3: lifecycles never run, no access log is written, and of an object that was copied already later
  changes of tags and retention are not carried. Bucket policies are kept, never enforced.
"""


def render() -> str:
    """The whole file."""
    return "\n".join([HEAD, *_types(), "", *_functions(), "", LIMITS.rstrip(), ""])


def _types() -> Iterator[str]:
    yield "## Resource types"
    yield ""
    yield "| type | the sandbox | changes in place | source |"
    yield "|---|---|---|---|"
    for row in sorted(aws_rows(), key=lambda row: row.type):
        does = f"extended by us: {row.extended}" if row.extended else "acts"
        yield from _lines(row.type, does, row.rules)
    for plain in sorted(plain_rows(), key=lambda plain: plain.type):
        yield from _lines(plain.type, "recorded", plain.rules)
    for cloudflare in sorted(CLOUDFLARE_ROWS, key=lambda row: row.type):
        yield from _lines(cloudflare.type, "acts", cloudflare.rules)
    yield f"| `{PASSWORD}` | acts: real randomness, kept in Pulumi's state | nothing | – |"
    yield "| any other | recorded | nothing | – |"


def _lines(kind: str, does: str, rules: Rules) -> Iterator[str]:
    """One line for each source, the type named in the first."""
    entries = [
        (", ".join(f"`{name}`" for name in sorted(set(entry.properties) - {"tagsAll"})), entry.source)
        for entry in rules.in_place
    ]
    for index, (names, source) in enumerate(entries or [("nothing", "–")]):
        yield f"| {f'`{kind}`' if index == 0 else ''} | {does if index == 0 else ''} | {names} | {source} |"


def _functions() -> Iterator[str]:
    yield "## Functions"
    yield ""
    yield "Each asks the region of its own provider, or the one that its `region` argument names. Any other is refused."
    yield ""
    for token in sorted([*AWS_INVOKES, *CLOUDFLARE_INVOKES]):
        yield f"- `{token}`"


def main() -> int:
    """Write the page; with `--check` only say whether it is in step."""
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(render(), encoding="utf-8")
        sys.stderr.write(f"wrote {TARGET.name}\n")
        return 0
    if TARGET.read_text(encoding="utf-8") == render():
        return 0
    sys.stderr.write(f"{TARGET.name} is not what the rows say: run `make docs` and commit it\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
