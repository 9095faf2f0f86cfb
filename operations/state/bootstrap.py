"""bootstrap: the backend of the state, made before any stack and outside of them.

Every part is looked at first, so a second run changes nothing, and one that stopped half-way goes on.
"""

import json
from collections.abc import Generator
from typing import Any

from botocore.exceptions import ClientError

from operations.outcomes import Refused
from operations.record.replicas import ClientFactory
from operations.state import bucket
from operations.state.backend import Backend


def bootstrap(backend: Backend, clients: ClientFactory) -> Generator[str]:
    """Makes what is missing, and yields a line for each thing done; nothing where all is as it should be.

    Raises Refused before the first change: another account's credentials, a key that waits for its deletion, a bucket
    that is someone else's.
    """
    found = clients("sts", backend.region).get_caller_identity()["Account"]
    if found != backend.account_id:
        raise Refused(
            f"the credentials are of account {found}, and the settings say {backend.account_id}: "
            "log in to the right account, or correct lifeline:account_id"
        )
    key, made = _key(clients("kms", backend.region), backend)
    yield from made
    copy_key, made = _copy_of_key(clients("kms", backend.copy_region), clients("kms", backend.region), backend, key)
    yield from made
    s3, copy = clients("s3", backend.region), clients("s3", backend.copy_region)
    yield from bucket.ensure(s3, backend, backend.bucket, backend.region, key)
    yield from bucket.ensure(copy, backend, backend.copy_bucket, backend.copy_region, copy_key)
    yield from _role(clients("iam", "us-east-1"), backend, key, copy_key)
    yield from bucket.ensure_copied(s3, backend, copy_key)


def _key(kms: Any, backend: Backend) -> tuple[str, list[str]]:
    """The multi-region key's ARN in the state's own region."""
    made = []
    arn = _of_alias(kms, backend)
    if arn is None:
        tags = [{"TagKey": key, "TagValue": value} for key, value in sorted(backend.tags.items())]
        described = f"State of the Pulumi project {backend.project}"
        arn = str(kms.create_key(MultiRegion=True, Description=described, Tags=tags)["KeyMetadata"]["Arn"])
        kms.create_alias(AliasName=backend.key_alias, TargetKeyId=arn)
        made.append(f"key {backend.key_alias} in {backend.region}: made")
    if not kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]:
        kms.enable_key_rotation(KeyId=arn)
        made.append(f"key {backend.key_alias}: rotates every year")
    return arn, made


def _copy_of_key(kms: Any, primary: Any, backend: Backend, arn: str) -> tuple[str, list[str]]:
    """The same key in the copy's region: what was encrypted with one opens with the other."""
    found = _of_alias(kms, backend)
    if found is not None:
        return found, []
    key_id = arn.rsplit("/", 1)[-1]
    made = []
    try:
        copy = str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        copy = str(primary.replicate_key(KeyId=key_id, ReplicaRegion=backend.copy_region)["ReplicaKeyMetadata"]["Arn"])
        made.append(f"key {backend.key_alias}: a replica in {backend.copy_region}")
    if _of_alias(kms, backend) is None:
        kms.create_alias(AliasName=backend.key_alias, TargetKeyId=copy)
        made.append(f"key {backend.key_alias} in {backend.copy_region}: named")
    return copy, made


def _of_alias(kms: Any, backend: Backend) -> str | None:
    try:
        found = kms.describe_key(KeyId=backend.key_alias)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
    if found["KeyState"] not in {"Enabled", "Creating"}:
        raise Refused(
            f"the key {backend.key_alias} is in the state {found['KeyState']}: the state's secrets hang on it; "
            f"`aws kms cancel-key-deletion` or `enable-key` for {found['Arn']} first"
        )
    return str(found["Arn"])


def _role(iam: Any, backend: Backend, key: str, copy_key: str) -> Generator[str]:
    """The role under which S3 copies."""
    tags = [{"Key": name, "Value": value} for name, value in sorted(backend.tags.items())]
    try:
        role = iam.get_role(RoleName=backend.role)["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        trust = json.dumps(backend.trust())
        role = iam.create_role(RoleName=backend.role, AssumeRolePolicyDocument=trust, Tags=tags)["Role"]
        yield f"role {backend.role}: made"
    if role["AssumeRolePolicyDocument"] != backend.trust():
        iam.update_assume_role_policy(RoleName=backend.role, PolicyDocument=json.dumps(backend.trust()))
        yield f"role {backend.role}: only S3 may take it"
    want = backend.copying(key, copy_key)
    try:
        found = iam.get_role_policy(RoleName=backend.role, PolicyName="copy")["PolicyDocument"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        found = None
    if found != want:
        iam.put_role_policy(RoleName=backend.role, PolicyName="copy", PolicyDocument=json.dumps(want))
        yield f"role {backend.role}: may copy the state, and nothing else"
