"""AWS Backup: changing a plan, what a plan selects, and who may do what with a vault; moto has none of it.

Plans, vaults and locks are moto's. No backup is made here: there is no clock that starts one.
"""

import uuid
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "backup"


class Backup:
    """Selections by region, plan and id; vaults' policies by region and name."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._selections: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._policies: dict[tuple[str, str], str] = {}

    def rows(self) -> Rows:
        return {
            (_SERVICE, "UpdateBackupPlan"): self._update_plan,
            (_SERVICE, "DeleteBackupPlan"): self._delete_plan,
            (_SERVICE, "CreateBackupSelection"): self._create_selection,
            (_SERVICE, "GetBackupSelection"): self._get_selection,
            (_SERVICE, "ListBackupSelections"): self._list_selections,
            (_SERVICE, "DeleteBackupSelection"): self._delete_selection,
            (_SERVICE, "PutBackupVaultAccessPolicy"): self._put_policy,
            (_SERVICE, "GetBackupVaultAccessPolicy"): self._get_policy,
            (_SERVICE, "DeleteBackupVaultAccessPolicy"): self._delete_policy,
            (_SERVICE, "DeleteBackupVault"): self._delete_vault,
        }

    def reset(self) -> None:
        self._selections.clear()
        self._policies.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """A plan and its vault are in one region; copies between regions are not made here."""

    def _update_plan(self, call: Call, passthrough: Passthrough) -> Result:
        from moto.backup.models import Plan

        backend = self._backend(call)
        plan = self._plan(call)
        # moto fills in defaults and rule ids only when it makes a plan.
        fresh = Plan(call.parameters["BackupPlan"], plan.creator_request_id, backend)
        plan.backup_plan, plan.version_id = fresh.backup_plan, fresh.version_id
        plan.advanced_backup_settings = fresh.advanced_backup_settings
        return dict(plan.to_dict())

    def _delete_plan(self, call: Call, passthrough: Passthrough) -> Result:
        plan = self._plan(call)
        if any(key[:2] == (call.region, plan.backup_plan_id) for key in self._selections):
            raise ApiError(
                "InvalidRequestException",
                "Related backup plan selections must be deleted prior to backup plan deletion",
                400,
            )
        output = passthrough()
        # moto keeps a deleted plan's name taken.
        self._backend(call).plans.pop(plan.backup_plan_id, None)
        return output

    def _create_selection(self, call: Call, passthrough: Passthrough) -> Result:
        plan = self._plan(call)
        identity = str(uuid.uuid4())
        self._selections[call.region, plan.backup_plan_id, identity] = call.parameters["BackupSelection"]
        return {"SelectionId": identity, "BackupPlanId": plan.backup_plan_id}

    def _get_selection(self, call: Call, passthrough: Passthrough) -> Result:
        found = self._selections.get(self._selection(call))
        if found is None:
            raise _absent("Cannot find Backup selection")
        return {
            "BackupSelection": found,
            "SelectionId": call.parameters["SelectionId"],
            "BackupPlanId": call.parameters["BackupPlanId"],
        }

    def _list_selections(self, call: Call, passthrough: Passthrough) -> Result:
        plan = self._plan(call).backup_plan_id
        return {
            "BackupSelectionsList": [
                {"SelectionId": identity, "SelectionName": found["SelectionName"], "BackupPlanId": plan}
                for (region, of, identity), found in self._selections.items()
                if (region, of) == (call.region, plan)
            ]
        }

    def _delete_selection(self, call: Call, passthrough: Passthrough) -> Result:
        if self._selections.pop(self._selection(call), None) is None:
            raise _absent("Cannot find Backup selection")
        return {}

    def _put_policy(self, call: Call, passthrough: Passthrough) -> Result:
        self._policies[call.region, self._vault(call)] = call.parameters.get("Policy", "")
        return {}

    def _get_policy(self, call: Call, passthrough: Passthrough) -> Result:
        name = self._vault(call)
        text = self._policies.get((call.region, name))
        if text is None:
            raise _absent(f"Backup vault {name} has no access policy")
        arn = f"arn:aws:backup:{call.region}:{self._emulation.backend.account_id}:backup-vault:{name}"
        return {"BackupVaultName": name, "BackupVaultArn": arn, "Policy": text}

    def _delete_policy(self, call: Call, passthrough: Passthrough) -> Result:
        self._policies.pop((call.region, self._vault(call)), None)
        return {}

    def _delete_vault(self, call: Call, passthrough: Passthrough) -> Result:
        name = self._vault(call)
        answer = passthrough.raw()
        self._policies.pop((call.region, name), None)
        return answer

    def _backend(self, call: Call) -> Any:
        from moto.backup.models import backup_backends

        return backup_backends[self._emulation.backend.account_id][call.region]

    def _plan(self, call: Call) -> Any:
        plan = self._backend(call).plans.get(call.parameters["BackupPlanId"])
        if plan is None:
            raise _absent("Failed reading Backup plan with provided version")
        return plan

    def _selection(self, call: Call) -> tuple[str, str, str]:
        return call.region, call.parameters["BackupPlanId"], call.parameters["SelectionId"]

    def _vault(self, call: Call) -> str:
        name = str(call.parameters["BackupVaultName"])
        if name not in self._backend(call).vaults:
            raise _absent(f"Backup vault {name} not found")
        return name


def _absent(message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message, 400)
