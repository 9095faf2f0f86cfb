"""Cloudflare: API tokens, and the secrets of tunnels."""

from collections.abc import Iterator, Mapping
from typing import Any

from model.values import UNKNOWN, Malformed, UnknownMet, items, parsed
from policies.case import Case
from policies.examples import Given
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import all_of, present

USER_CREDENTIAL = "cloudflare:index/apiToken:ApiToken"
ACCOUNT_CREDENTIAL = "cloudflare:index/accountToken:AccountToken"
TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared"


def _scoped(case: Case) -> Verdict:
    """No policy allows something on every account or every zone. One account, or one zone, is named by its id."""
    value = case.at("policies")
    if value is UNKNOWN:
        raise UnknownMet("policies")
    for index, policy in enumerate(items(value)):
        path = f"policies[{index}]"
        if policy is UNKNOWN:
            raise UnknownMet(path)
        if not isinstance(policy, Mapping):
            raise Malformed(path, "an object is expected")
        effect = policy.get("effect")
        if effect is UNKNOWN:
            raise UnknownMet(f"{path}.effect")
        if str(effect).strip().lower() == "deny":
            continue
        for name in _resources(policy.get("resources"), f"{path}.resources"):
            if "*" in name:
                return fail(f"{path}.resources names {name}, which is all of them", f"{path}.resources")
    return PASS


def _resources(value: Any, path: str) -> Iterator[str]:
    """Names of resources, also those inside an account: `{"com.cloudflare.api.account.ID": {"…zone.*": "*"}}`."""
    if value is UNKNOWN:
        raise UnknownMet(path)
    if isinstance(value, str):
        try:
            value = parsed(value)
        except ValueError as error:
            raise Malformed(path, str(error)) from None
    if not isinstance(value, Mapping):
        raise Malformed(path, "an object is expected")
    for name, inner in value.items():
        yield str(name)
        if isinstance(inner, Mapping):
            for deeper in inner:
                yield str(deeper)
        elif inner is UNKNOWN:
            raise UnknownMet(path)


def _policy(resources: str, **other: object) -> dict[str, object]:
    return {"effect": "allow", "permissionGroups": [{"id": "a-group"}], "resources": resources, **other}


_ONE_ZONE = _policy('{"com.cloudflare.api.account.zone.0da42c8d2132a9ddaf714f9e7c920711": "*"}')
_UNTIL = "2027-06-30T00:00:00Z"

SCOPED_TOKEN = Rule(
    id="cf-api-token-scoped",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(USER_CREDENTIAL, ACCOUNT_CREDENTIAL),
    what="An API token expires, and is for zones and accounts that it names.",
    why="A token that is good for everything and for ever is all that somebody needs who finds it in a log.",
    fix=Fix(
        "Set expires_on, and name zone or account by its id in the policies' resources.",
        python='expires_on="2027-06-30T00:00:00Z", policies=[{"effect": "allow", "permission_groups": '
        '[{"id": group_id}], '
        '"resources": json.dumps({f"com.cloudflare.api.account.zone.{zone_id}": "*"})}]',
        yaml='expiresOn: "2027-06-30T00:00:00Z"\npolicies:\n  - effect: allow\n    permissionGroups: [{id: a-group}]\n'
        '    resources: \'{"com.cloudflare.api.account.zone.ID": "*"}\'',
    ),
    check=all_of(present("expiresOn"), _scoped),
    passing=(
        {"expiresOn": _UNTIL, "policies": [_ONE_ZONE]},
        {
            "expiresOn": _UNTIL,
            "policies": [_policy('{"com.cloudflare.api.account.eb78d65290b24279ba6f44721b3ea3c4": "*"}')],
        },
        {
            "expiresOn": _UNTIL,
            "policies": [_ONE_ZONE, _policy('{"com.cloudflare.api.account.zone.*": "*"}', effect="deny")],
        },
    ),
    failing=(
        {"policies": [_ONE_ZONE]},
        {"expiresOn": "", "policies": [_ONE_ZONE]},
        {"expiresOn": _UNTIL, "policies": [_policy('{"com.cloudflare.api.account.zone.*": "*"}')]},
        {"expiresOn": _UNTIL, "policies": [_ONE_ZONE, _policy('{"com.cloudflare.api.account.*": "*"}')]},
        {
            "expiresOn": _UNTIL,
            "policies": [_policy('{"com.cloudflare.api.account.ID": {"com.cloudflare.api.account.zone.*": "*"}}')],
        },
        {"expiresOn": _UNTIL, "policies": [_policy("all")]},
    ),
)


def _kept_secret(case: Case) -> Verdict:
    if case.at("tunnelSecret") is None:
        return NOT_APPLICABLE  # Cloudflare makes one itself
    if case.resource.secret("tunnelSecret"):
        return PASS
    return fail("tunnelSecret is no secret of Pulumi: it stands in the state in clear text", "tunnelSecret")


TUNNEL_SECRET = Rule(
    id="cf-tunnel-secret",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TUNNEL,),
    what="The secret of a tunnel is a secret of Pulumi.",
    why="Whoever reads it in the state can run the tunnel's other end, and gets what was meant for the service.",
    fix=Fix(
        "Give tunnel_secret an output that is secret, or leave it out: Cloudflare makes one.",
        python='tunnel_secret=config.require_secret("tunnel")',
        yaml="tunnelSecret: ${tunnelSecret}",
    ),
    check=_kept_secret,
    passing=(
        Given(TUNNEL, "tunnel", {"name": "clinic", "tunnelSecret": "c2VjcmV0"}, secrets=("tunnelSecret",)),
        {"name": "clinic", "configSrc": "cloudflare"},
    ),
    failing=(
        {"name": "clinic", "tunnelSecret": "c2VjcmV0"},
        Given(TUNNEL, "tunnel", {"name": "clinic", "tunnelSecret": "c2VjcmV0"}, secrets=("name",)),
    ),
)
