"""AWS Backup, and AWS's own managed policies: what moto lacks."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.conftest import EAST, WEST, Aws

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
ROLE = "arn:aws:iam::111122223333:role/backup"


def rule(**more: Any) -> dict[str, Any]:
    return {"RuleName": "daily", "TargetBackupVaultName": "vault", **more}


def plan(aws: Aws, region: str = EAST, name: str = "plan") -> str:
    made = aws.client("backup", region).create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule()]})
    return str(made["BackupPlanId"])


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_plan_is_changed_under_the_same_id(aws: Aws) -> None:
    backup, identity = aws.client("backup"), plan(aws)
    before = backup.get_backup_plan(BackupPlanId=identity)
    copy = {"DestinationBackupVaultArn": "arn:aws:backup:us-west-2:111122223333:backup-vault:vault"}
    changed = {"BackupPlanName": "plan", "Rules": [rule(CopyActions=[copy])]}
    backup.update_backup_plan(BackupPlanId=identity, BackupPlan=changed)
    after = backup.get_backup_plan(BackupPlanId=identity)
    assert after["BackupPlan"]["Rules"][0]["CopyActions"] == [copy]
    assert after["BackupPlanArn"] == before["BackupPlanArn"] and after["VersionId"] != before["VersionId"]


def test_a_plan_goes_after_what_it_selects_and_frees_its_name(aws: Aws) -> None:
    backup, identity = aws.client("backup"), plan(aws)
    selection = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}
    selected = backup.create_backup_selection(BackupPlanId=identity, BackupSelection=selection)["SelectionId"]
    place = {"BackupPlanId": identity, "SelectionId": selected}
    assert backup.get_backup_selection(**place)["BackupSelection"] == selection
    with pytest.raises(ClientError) as caught:
        backup.delete_backup_plan(BackupPlanId=identity)
    assert code(caught) == "InvalidRequestException"
    backup.delete_backup_selection(**place)
    with pytest.raises(ClientError) as caught:
        backup.get_backup_selection(**place)
    assert code(caught) == "ResourceNotFoundException"
    backup.delete_backup_plan(BackupPlanId=identity)
    assert plan(aws) != identity


def test_a_plan_is_of_its_region_only(aws: Aws) -> None:
    identity = plan(aws, WEST)
    with pytest.raises(ClientError) as caught:
        aws.client("backup", EAST).update_backup_plan(
            BackupPlanId=identity, BackupPlan={"BackupPlanName": "plan", "Rules": [rule()]}
        )
    assert code(caught) == "ResourceNotFoundException"


def test_a_vault_s_policy_goes_with_it(aws: Aws) -> None:
    backup = aws.client("backup")
    backup.create_backup_vault(BackupVaultName="vault")
    with pytest.raises(ClientError) as caught:
        backup.get_backup_vault_access_policy(BackupVaultName="vault")
    assert code(caught) == "ResourceNotFoundException"
    backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=POLICY)
    assert backup.get_backup_vault_access_policy(BackupVaultName="vault")["Policy"] == POLICY
    backup.delete_backup_vault(BackupVaultName="vault")
    backup.create_backup_vault(BackupVaultName="vault")
    with pytest.raises(ClientError):
        backup.get_backup_vault_access_policy(BackupVaultName="vault")


def test_aws_s_own_policies_can_be_attached_and_made_up_ones_cannot(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="backup", AssumeRolePolicyDocument=POLICY)
    own = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    iam.attach_role_policy(RoleName="backup", PolicyArn=own)
    attached = iam.list_attached_role_policies(RoleName="backup")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [own]
    for wrong in ("arn:aws:iam::aws:policy/NoSuchPolicy", own.replace("service-role/", "")):
        with pytest.raises(ClientError) as caught:
            iam.attach_role_policy(RoleName="backup", PolicyArn=wrong)
        assert code(caught) == "NoSuchEntity"
