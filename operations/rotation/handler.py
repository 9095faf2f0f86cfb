"""Makes an application secret anew, restarts what reads it, and shows that rotation is alive.

Runs as a Lambda function in the home region, by itself: nothing but boto3 and the standard library. Secrets Manager
calls it step by step; a schedule calls it with `{"beat": true}`, and then it tells the *other* region, in a metric,
that the secrets are in step there and would be rotated. Silence raises the alarm in the other region, which is where
somebody still looks when the home region is lost.

Environment: `BEAT_REGION`, `BEAT_NAMESPACE`, `BEAT_METRIC`, `BEAT_APPLICATION`, `BEAT_ENVIRONMENT`; `SECRETS`, a JSON
list of the secrets' names; `READERS`, JSON of secret → list of `[region, cluster, service]`, whose tasks take a secret
once, when they start.
"""

import json
import os
import secrets
import string
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

LENGTH = 40
LETTERS = string.ascii_letters + string.digits
"""They survive every connection string and shell."""
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class RotationFailed(Exception):
    """A step that cannot be done. Never holds a value."""


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """One step of a rotation, or a beat. Raises RotationFailed, which Lambda counts as an error."""
    if event.get("beat"):
        return beat()
    step, arn, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
    manager = boto3.client("secretsmanager")
    stages = _pending(manager, arn, token)
    if CURRENT in stages:
        return {"step": step, "done": "this version is current already"}
    match step:
        case "createSecret":
            _create(manager, arn, token)
        case "setSecret":
            pass  # no other system knows the secret
        case "testSecret":
            if len(_value(manager, arn, token)) != LENGTH:
                raise RotationFailed(f"{arn}: the new version has another length than it was made with")
        case "finishSecret":
            _finish(manager, arn, token)
        case _:
            raise RotationFailed(f"{step!r} is no step of a rotation")
    return {"step": step, "done": "yes"}


def beat() -> dict[str, Any]:
    """Tell the other region that every secret is rotated and in step; say nothing where one is not."""
    manager = boto3.client("secretsmanager")
    behind = [
        name for name in json.loads(os.environ["SECRETS"]) if not _in_step(manager.describe_secret(SecretId=name))
    ]
    if behind:
        raise RotationFailed(f"{', '.join(behind)}: not rotated, or the other region's copy is not in step")
    boto3.client("cloudwatch", region_name=os.environ["BEAT_REGION"]).put_metric_data(
        Namespace=os.environ["BEAT_NAMESPACE"],
        MetricData=[
            {
                "MetricName": os.environ["BEAT_METRIC"],
                "Dimensions": [
                    {"Name": "Application", "Value": os.environ["BEAT_APPLICATION"]},
                    {"Name": "Environment", "Value": os.environ["BEAT_ENVIRONMENT"]},
                ],
                "Value": 1,
            }
        ],
    )
    return {"beat": True}


def _in_step(secret: dict[str, Any]) -> bool:
    copies = secret.get("ReplicationStatus", [])
    return bool(secret.get("RotationEnabled") and copies and all(copy["Status"] == "InSync" for copy in copies))


def _pending(manager: Any, arn: str, token: str) -> list[str]:
    """The stages of the version that this rotation is about."""
    secret = manager.describe_secret(SecretId=arn)
    if not secret.get("RotationEnabled"):
        raise RotationFailed(f"{arn}: rotation is not turned on; apply `global` again")
    stages: list[str] = secret.get("VersionIdsToStages", {}).get(token, [])
    if not {CURRENT, PENDING} & set(stages):
        raise RotationFailed(f"{arn}: Secrets Manager did not ask for the version {token}")
    return stages


def _create(manager: Any, arn: str, token: str) -> None:
    """Once: a second call finds the value that the first one made."""
    try:
        _value(manager, arn, token)
    except manager.exceptions.ResourceNotFoundException:
        made = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        manager.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString=made, VersionStages=[PENDING])


def _value(manager: Any, arn: str, token: str) -> str:
    found = manager.get_secret_value(SecretId=arn, VersionId=token, VersionStage=PENDING)
    return str(found["SecretString"])


def _finish(manager: Any, arn: str, token: str) -> None:
    secret = manager.describe_secret(SecretId=arn)
    before = next(version for version, stages in secret["VersionIdsToStages"].items() if CURRENT in stages)
    manager.update_secret_version_stage(
        SecretId=arn, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=before
    )
    failed = [failure for reader in _readers(secret["Name"]) if (failure := _restart(*reader))]
    if failed:
        # The version stays: what did not restart goes on with the value before, which AWSPREVIOUS still names.
        raise RotationFailed(f"{arn}: rotated, but not restarted: {'; '.join(failed)}; force a new deployment there")


def _readers(name: str) -> list[list[str]]:
    found: list[list[str]] = json.loads(os.environ["READERS"]).get(name, [])
    return found


def _restart(region: str, cluster: str, service: str) -> str | None:
    """New tasks read the new value. Returns what went wrong."""
    try:
        boto3.client("ecs", region_name=region).update_service(
            cluster=cluster, service=service, forceNewDeployment=True
        )
    except (BotoCoreError, ClientError) as error:
        return f"{service} in {region} ({type(error).__name__})"
    return None
