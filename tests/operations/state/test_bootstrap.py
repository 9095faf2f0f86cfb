"""bootstrap over moto: what it makes, that it repeats, mends and refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.moto_api._internal.models import moto_api_backend

from infra.settings.load import load
from operations.outcomes import Refused
from operations.state.backend import Backend
from operations.state.bootstrap import bootstrap

ROOT = Path(__file__).parents[3]
ACCOUNT = "123456789012"
"""Whose the credentials are: moto's own account."""


@pytest.fixture(scope="module")
def backend() -> Backend:
    return replace(Backend.of(load(ROOT, "global")), account_id=ACCOUNT)


class Whole:
    """S3 of moto, which forgets half of a replication rule: this one gives back what was put."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._rules: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_bucket_replication(self, **arguments: Any) -> None:
        self._client.put_bucket_replication(**arguments)
        self._rules[arguments["Bucket"]] = arguments

    def get_bucket_replication(self, Bucket: str) -> Any:  # noqa: N803
        self._client.get_bucket_replication(Bucket=Bucket)
        return self._rules[Bucket]


@pytest.fixture
def clients() -> Iterator[Any]:
    session = boto3.session.Session(aws_access_key_id="AKIASANDBOX000000000", aws_secret_access_key="sandbox")
    with mock_aws():

        @cache
        def factory(service: str, region: str) -> Any:
            client = session.client(service, region_name=region)
            return Whole(client) if service == "s3" else client

        yield factory


def test_it_makes_the_state_and_a_copy_that_opens_with_the_same_key(backend: Backend, clients: Any) -> None:
    assert list(bootstrap(backend, clients))
    for bucket, region in ((backend.bucket, "us-east-2"), (backend.copy_bucket, "us-west-2")):
        s3 = clients("s3", region)
        assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == region
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        (deny,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        assert deny["Effect"] == "Deny" and deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
        assert key == clients("kms", region).describe_key(KeyId=backend.key_alias)["KeyMetadata"]["Arn"]
        assert f":{region}:" in key
    rule = clients("s3", "us-east-2").get_bucket_replication(Bucket=backend.bucket)["ReplicationConfiguration"]["Rules"]
    assert rule[0]["Destination"]["Bucket"] == f"arn:aws:s3:::{backend.copy_bucket}"
    here = clients("kms", "us-east-2")
    key_id = here.describe_key(KeyId=backend.key_alias)["KeyMetadata"]["KeyId"]
    there = clients("kms", "us-west-2").describe_key(KeyId=backend.key_alias)["KeyMetadata"]
    assert there["KeyId"] == key_id and key_id.startswith("mrk-"), "what one encrypted opens with the other"
    assert here.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]


def test_a_second_run_changes_nothing(backend: Backend, clients: Any) -> None:
    list(bootstrap(backend, clients))
    assert list(bootstrap(backend, clients)) == []


def test_a_run_that_stopped_goes_on_and_nothing_is_made_twice(backend: Backend, clients: Any) -> None:
    """Stopped after every line of a whole run, then run again to its end."""
    lines = len(list(bootstrap(backend, clients)))
    for stop in range(1, lines):
        moto_api_backend.reset()
        run = bootstrap(backend, clients)
        for _ in range(stop):
            next(run)
        run.close()
        list(bootstrap(backend, clients))
        assert list(bootstrap(backend, clients)) == []
        for region in ("us-east-2", "us-west-2"):
            keys = [key["KeyId"] for key in clients("kms", region).list_keys()["Keys"]]
            assert len(keys) == 1, (stop, region)


def test_what_was_loosened_is_mended(backend: Backend, clients: Any) -> None:
    list(bootstrap(backend, clients))
    s3 = clients("s3", "us-east-2")
    s3.put_bucket_versioning(Bucket=backend.bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=backend.bucket)
    mended = list(bootstrap(backend, clients))
    assert mended == [f"bucket {backend.bucket}: versions are kept", f"bucket {backend.bucket}: over TLS only"]


def test_another_accounts_credentials_are_refused_before_any_change(backend: Backend, clients: Any) -> None:
    with pytest.raises(Refused, match=f"account {ACCOUNT}, and the settings say 999900001111"):
        list(bootstrap(replace(backend, account_id="999900001111"), clients))
    assert clients("kms", "us-east-2").list_keys()["Keys"] == []


def test_a_bucket_in_another_region_is_refused(backend: Backend, clients: Any) -> None:
    clients("s3", "us-west-2").create_bucket(
        Bucket=backend.bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    with pytest.raises(Refused, match="is in us-west-2, and belongs into us-east-2"):
        list(bootstrap(backend, clients))


def test_a_bucket_of_somebody_else_is_refused(backend: Backend, clients: Any) -> None:
    class Closed:
        def head_bucket(self, Bucket: str) -> None:  # noqa: N803
            raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    def factory(service: str, region: str) -> Any:
        return Closed() if service == "s3" else clients(service, region)

    with pytest.raises(Refused, match="closed to you"):
        list(bootstrap(backend, factory))


def test_a_key_that_waits_for_its_deletion_is_refused(backend: Backend, clients: Any) -> None:
    list(bootstrap(backend, clients))
    kms = clients("kms", "us-east-2")
    kms.schedule_key_deletion(KeyId=kms.describe_key(KeyId=backend.key_alias)["KeyMetadata"]["KeyId"])
    with pytest.raises(Refused, match="PendingDeletion"):
        list(bootstrap(backend, clients))
