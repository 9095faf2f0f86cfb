"""AWS Backup: plans, what they take, and whether it can be restored."""

from collections.abc import Mapping
from typing import Any

from model.values import UNKNOWN, UnknownMet
from policies.backup_coverage import SELECTION
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.schedules import longest_gap
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import (
    all_of,
    any_of,
    at_least,
    every,
    has_tag,
    linked_by,
    one_of,
    param,
    present,
    some,
    true,
    unless,
)

PLAN = "aws:backup/plan:Plan"

_STANDBY = Parameter(
    "standby",
    ["standby"],
    "Values of a plan's tag `role` that say that its region is a standby: the plan of the active one, which copies "
    "to it, is asked instead.",
    "array",
)
_OF_A_STANDBY = has_tag("role", param("standby"))


def _daily(case: Case) -> Verdict:
    """Raises UnknownMet."""
    schedule = case.at("schedule")
    if schedule is UNKNOWN:
        raise UnknownMet(case.where("schedule"))
    if schedule is None:
        return PASS  # AWS Backup's own default is every day at 5:00
    gap = longest_gap(str(schedule))
    if gap is None or gap > 1:
        return fail("it does not run every day", case.where("schedule"))
    return PASS


def _rule(days: object = 35, schedule: object = "cron(0 5 * * ? *)", **rest: object) -> dict[str, object]:
    return {"ruleName": "often", "schedule": schedule, "lifecycle": {"deleteAfter": days}, **rest}


def _plan(*rules: object, **rest: object) -> dict[str, object]:
    return {"rules": list(rules), **rest}


_LONG = any_of(at_least("lifecycle.deleteAfter", param("min_days"), or_absent=True), one_of("lifecycle.deleteAfter", 0))

RETENTION = Rule(
    id="backup-plan-retention",
    pack="hipaa",
    severity="high",
    types=(PLAN,),
    what="A plan makes a backup every day, and keeps each, and each copy of it, for 35 days at least.",
    why="A fault is often found weeks later, when every backup that is left has it inside; and what was written "
    "since the last backup is lost with a region.",
    fix=Fix(
        "Set lifecycle.delete_after in every rule and in every copy action, and a daily schedule in one of the rules.",
        python='rules=[{"rule_name": "daily", "target_vault_name": vault.name, "schedule": "cron(0 5 * * ? *)", '
        '"lifecycle": {"delete_after": 35}}]',
        yaml="rules:\n  - ruleName: daily\n    targetVaultName: ${vault.name}\n    schedule: cron(0 5 * * ? *)\n"
        "    lifecycle: {deleteAfter: 35}",
    ),
    parameters=(
        Parameter("min_days", 35, "How many days each rule keeps its backups at least.", "integer", minimum=1),
        _STANDBY,
    ),
    # Of a lifecycle that says nothing the backups are kept for good. A second rule, such as a monthly one, may run
    # less often; a rule with continuous backups can go back to any second.
    check=all_of(
        every(
            "rules",
            all_of(_LONG, every("copyActions", _LONG)),
            empty=fail("it has no rules", "rules"),
        ),
        unless(
            _OF_A_STANDBY,
            some("rules", any_of(true("enableContinuousBackup"), _daily), "none of its rules runs every day"),
        ),
    ),
    passing=(
        _plan(_rule()),
        _plan(_rule(), _rule(365, "cron(0 5 1 * ? *)")),
        _plan(_rule(schedule="cron(0 0/6 * * ? *)")),
        _plan(_rule(schedule="cron(0 5 ? * * *)"), _rule(days=None)),
        _plan(_rule(schedule="cron(0 5 ? * SUN *)", enableContinuousBackup=True)),
        _plan(_rule(365, "cron(0 5 1 * ? *)"), tags={"Role": "standby"}),
        _plan(_rule(copyActions=[{"destinationVaultArn": "arn:a", "lifecycle": {"deleteAfter": 35}}])),
        _plan(_rule(copyActions=[{"destinationVaultArn": "arn:a"}])),
    ),
    failing=(
        {},
        _plan(),
        _plan(_rule(34)),
        _plan(_rule(copyActions=[{"destinationVaultArn": "arn:a", "lifecycle": {"deleteAfter": 1}}])),
        _plan(_rule(), _rule(7)),
        _plan(_rule(35, "cron(0 5 ? * SUN *)")),
        _plan(_rule(365, "cron(0 5 1 * ? *)"), tags={"role": "active"}),
        _plan(_rule(schedule="every day")),
        _plan(_rule(7, "cron(0 5 1 * ? *)"), tags={"role": "standby"}),
        example(Given(PLAN, "plan", _plan(_rule(35))), parameters={"min_days": 90}),
    ),
)


def _elsewhere(case: Case) -> Verdict:
    """A copy to a vault that is another than the rule's own. Raises UnknownMet."""
    copies = case.at("copyActions[*].destinationVaultArn")
    target, region = case.at("targetVaultName"), case.view.region(case.resource)
    if copies is UNKNOWN:
        raise UnknownMet(case.where("copyActions"))
    unclear = False
    for copy in copies or ():
        if copy is UNKNOWN:
            unclear = True  # an output: the ARN of a vault, which nobody writes down to copy to where it is
        elif copy and not _same_vault(str(copy), target, region):
            return PASS
    if unclear and case.fed("copyActions"):
        return PASS
    if unclear:
        raise UnknownMet(case.where("copyActions"))
    return fail("it has no copy in another vault", case.where("copyActions"))


def _same_vault(arn: str, target: Any, region: Any) -> bool:
    parts = arn.split(":")
    if len(parts) < 7 or parts[6] != target:
        return False
    return region is None or parts[3] == region


_WEST = "arn:aws:backup:us-west-2:111122223333:backup-vault:orders"
_HERE = "arn:aws:backup:us-east-1:111122223333:backup-vault:orders"


def _copied(*to: object) -> Mapping[str, object]:
    return _rule(targetVaultName="orders", copyActions=[{"destinationVaultArn": arn} for arn in to])


COPIED = Rule(
    id="backup-copy-action",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(PLAN,),
    what="A plan copies its backups to another vault.",
    why="A backup that lies in the region, or the account, of what it protects is lost together with it.",
    fix=Fix(
        "Set copy_actions with a vault of another region or account.",
        python='rules=[{"copy_actions": [{"destination_vault_arn": west.arn, "lifecycle": {"delete_after": 35}}]}]',
        yaml="copyActions:\n  - destinationVaultArn: ${west.arn}\n    lifecycle: {deleteAfter: 35}",
    ),
    parameters=(_STANDBY,),
    check=unless(_OF_A_STANDBY, some("rules", _elsewhere, "none of its rules copies to another vault")),
    passing=(
        _plan(_copied(_WEST), region="us-east-1"),
        _plan(_rule(), _copied("arn:aws:backup:us-east-1:444455556666:backup-vault:offsite")),
        _plan(_copied(_HERE, _WEST), region="us-east-1"),
        _plan(_rule(), tags={"role": "standby"}),
        example(
            Given("aws:backup/vault:Vault", "west", {"region": "us-west-2", "name": "west"}),
            Given(PLAN, "plan", _plan(_copied(ref("west", "arn")), region="us-east-1")),
        ),
    ),
    failing=(
        {},
        _plan(_rule()),
        _plan(_rule(copyActions=[])),
        _plan(_rule(copyActions=None)),
        _plan(_rule(copyActions=[{"destinationVaultArn": ""}])),
        _plan(_copied(_HERE), region="us-east-1"),
    ),
)

_PLAN = Given(PLAN, "plan", _plan(_rule()))


def _selection(plan: str = "plan", **chosen: object) -> Given:
    return Given(SELECTION, "chosen", {"planId": ref(plan), **chosen})


SELECTED = Rule(
    id="backup-selection-exists",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(PLAN,),
    what="A plan has a selection, and that selects something.",
    why="A plan that selects nothing runs every day, reports no error and protects nothing.",
    fix=Fix(
        "Add a Selection for the plan, by ARNs or by a tag.",
        python=('aws.backup.Selection("orders", plan_id=plan.id, iam_role_arn=role.arn, resources=[cluster.arn])'),
        yaml=(
            "type: aws:backup:Selection\n"
            "properties:\n"
            "  planId: ${plan.id}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  resources: ['${cluster.arn}']"
        ),
    ),
    check=linked_by(
        SELECTION,
        "planId",
        any_of(present("resources"), present("selectionTags"), present("conditions"), present("notResources")),
        lacks="no Selection belongs to it",
    ),
    passing=(
        example(_PLAN, _selection(resources=["arn:aws:rds:*:*:cluster:*"])),
        example(_PLAN, _selection(selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}])),
        example(
            _PLAN,
            Given("aws:dynamodb/table:Table", "orders"),
            _selection(resources=[ref("orders", "arn")]),
        ),
    ),
    failing=(
        example(_PLAN),
        example(_PLAN, _selection()),
        example(_PLAN, _selection(resources=[], selectionTags=None)),
        example(_PLAN, Given(PLAN, "other"), _selection("other", resources=["*"]), note="another plan's"),
    ),
)
