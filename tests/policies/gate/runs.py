"""Small runs of the gate, of rules and stacks made up for a test."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from model.resource import Location, Resource
from model.values import UNKNOWN
from model.view import View
from policies.case import Case
from policies.gate.judge import judge
from policies.gate.result import Result
from policies.gate.waivers import Waiver
from policies.rule import Fix, Rule, Severity
from policies.settings import PolicySettings
from policies.verdict import Verdict
from policies.vocabulary import true

BUCKET = "aws:s3/bucket:Bucket"
TODAY = date(2026, 11, 24)


def rule(id: str = "closed", severity: Severity = "critical", **more: Any) -> Rule:
    """Fails where `closed` is not true."""
    return Rule(
        id=id,
        pack=more.pop("pack", "hipaa"),
        severity=severity,
        types=(BUCKET,),
        what="The bucket is closed.",
        why="Everybody could read it otherwise.",
        fix=Fix("Close it.", python="closed=True", yaml="closed: true"),
        check=more.pop("check", true("closed")),
        passing=({"closed": True},),
        failing=({},),
        **more,
    )


def raising(case: Case) -> Verdict:
    raise ZeroDivisionError("of its own")


def bucket(name: str, closed: Any = None, line: int = 12, kind: str = BUCKET) -> Resource:
    props = {} if closed is None else {"closed": closed}
    return Resource(
        f"urn:pulumi:prod::clinic::{kind}::{name}", kind, name, props, location=Location("infra/a.py", line)
    )


def waiver(**values: Any) -> Waiver:
    given = {
        "rule": "closed",
        "resource": "open-one",
        "reason": "the migration needs it until the end of the month",
        "owner": "platform",
        "ticket": "OPS-1",
        "expires": date(2026, 12, 24),
    }
    return Waiver.model_validate({**given, **values})


def run(
    *resources: Resource,
    rules: Sequence[Rule] | None = None,
    waivers: Sequence[Waiver] = (),
    settings: PolicySettings | None = None,
    environment: str = "production",
    **more: Any,
) -> Result:
    view = View("prod", "program", resources)
    return judge(
        {"prod": view},
        rules or [rule()],
        settings or PolicySettings(),
        waivers,
        TODAY,
        environments={"prod": environment},
        **more,
    )


EVERY = (
    bucket("closed-one", True),
    bucket("open-one"),
    bucket("unclear-one", UNKNOWN),
    bucket("waived-one", False),
    bucket('odd|<b>"&%\n::one', False),
)


def everything() -> Result:
    """A run with a finding of every kind."""
    rules = [rule(), rule("raises", "low", check=raising)]
    return run(*EVERY, rules=rules, waivers=[waiver(resource="waived-one"), waiver(resource="gone-one")], complete=True)
