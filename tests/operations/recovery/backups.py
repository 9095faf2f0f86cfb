"""AWS Backup as far as a promotion asks it; moto cannot change a plan."""

from datetime import UTC, datetime
from typing import Any

from operations.topology import Topology


class Backups:
    """One plan at each site, the founder's as of an active site."""

    def __init__(self, topology: Topology) -> None:
        self._names = {topology.region(site): plan.name for site, plan in topology.backup_plans.items()}
        self.plans = {
            topology.region(site): plan.document(active=site == topology.founder)
            for site, plan in topology.backup_plans.items()
        }

        self.roles = {
            region: "active" if region == topology.region(topology.founder) else "standby" for region in self.plans
        }

    def rules(self, region: str) -> list[str]:
        return [rule["RuleName"] for rule in self.plans[region]["Rules"]]

    def list_backup_plans(self, region: str) -> dict[str, Any]:
        return {"BackupPlansList": [{"BackupPlanName": self._names[region], "BackupPlanId": f"plan-of-{region}"}]}

    def get_backup_plan(self, region: str, BackupPlanId: str) -> dict[str, Any]:  # noqa: N803  # AWS's names
        assert BackupPlanId == f"plan-of-{region}"
        rules = [{**rule, "RuleId": "made-by-aws"} for rule in self.plans[region]["Rules"]]
        return {"BackupPlan": {**self.plans[region], "Rules": rules}, "BackupPlanArn": BackupPlanId}

    def list_tags(self, region: str, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        return {"Tags": {"role": self.roles[region]}}

    def tag_resource(self, region: str, ResourceArn: str, Tags: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        self.roles[region] = Tags["role"]
        return {}

    def update_backup_plan(self, region: str, BackupPlanId: str, BackupPlan: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        assert BackupPlanId == f"plan-of-{region}"
        self.plans[region] = BackupPlan
        return {}

    def list_recovery_points_by_backup_vault(self, region: str, **_: Any) -> dict[str, Any]:
        return {"RecoveryPoints": [{"Status": "COMPLETED", "CreationDate": datetime.now(UTC)}]}
