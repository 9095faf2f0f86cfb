"""Backups are made at the target from now on."""

from collections.abc import Sequence
from typing import Any

from operations.backup_plan import BackupPlan, as_wanted
from operations.record.attributes import Value
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps import retry
from operations.steps.call import Call
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed

OPERATIONS = ("ListBackupPlans", "GetBackupPlan", "UpdateBackupPlan", "ListTags", "TagResource")
ROLE = "role"
"""A plan that carries this tag says by it whether its site is active."""


class Backups(RecoveryStep):
    """Give the target's backup plan the rules of an active site; the old site's those of a standby, where it answers.

    Until then the promoted site is backed up once a month, without copies. The next `lifeline up` would do the same,
    and is what a person does in its place: AWS knows a plan by an id that only it has.
    """

    id = "backups"
    title = "backups as of an active site"
    optional = True
    skippable = True

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.plans = move.topology.backup_plans
        regions = (move.region, move.origin_region) if self.plans else ()
        self.calls = tuple(
            Call("backup", operation, region, "control", required=False)
            for region in regions
            for operation in OPERATIONS
        )

    def check(self, hands: Hands) -> Standing:
        return NEEDED if self.plans else Standing("nothing", "the topology has no backup plan")

    def apply(self, hands: Hands) -> None:
        move = self.move
        done: dict[str, Value] = {}
        for site in (move.target, move.origin):
            plan = self.plans.get(site)
            if plan is None:
                continue
            try:
                done[site] = put(hands.client("backup", move.topology.region(site)), plan, active=site == move.target)
            except StepFailed:
                raise
            except Exception as error:
                if site == move.target or not (retry.unanswered(error) or retry.code(error)):
                    raise
                done[site] = f"not reached ({retry.code(error) or type(error).__name__}): `lifeline rejoin` does it"
        hands.note("backups", done)


def put(client: Any, plan: BackupPlan, *, active: bool) -> str:
    """Give a plan the rules that it is to have, unless it has them. Raises StepFailed where there is no such plan."""
    found = _id(client, plan.name)
    if found is None:
        raise StepFailed(f"AWS Backup has no plan {plan.name}: apply the site's stack, `lifeline up`")
    wanted = plan.document(active=active)
    what = "an active site's" if active else "a standby's"
    shown = client.get_backup_plan(BackupPlanId=found)
    arn, role = shown["BackupPlanArn"], "active" if active else "standby"
    if client.list_tags(ResourceArn=arn)["Tags"].get(ROLE, role) != role:
        client.tag_resource(ResourceArn=arn, Tags={ROLE: role})
    if as_wanted(shown["BackupPlan"], wanted):
        return f"{what} already"
    client.update_backup_plan(BackupPlanId=found, BackupPlan=wanted)
    return what


def _id(client: Any, name: str) -> str | None:
    given: dict[str, Any] = {}
    while True:
        page = client.list_backup_plans(**given)
        for plan in page["BackupPlansList"]:
            if plan["BackupPlanName"] == name:
                return str(plan["BackupPlanId"])
        if not page.get("NextToken"):
            return None
        given["NextToken"] = page["NextToken"]
