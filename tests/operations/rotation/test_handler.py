"""A rotation makes a new value once, moves it to the front, restarts its readers, and falls silent where it cannot."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from operations.rotation.handler import CURRENT, LENGTH, PENDING, RotationFailed, handler

HOME, OTHER = "us-west-2", "us-east-1"
NAME = "nl-fhir/production/session-key"
TOKEN = "11111111-2222-3333-4444-555555555555"


class Cloud:
    """A secret with rotation turned on and a copy in the other region, and one service that reads it in each."""

    def __init__(self) -> None:
        self.manager = boto3.client("secretsmanager", region_name=HOME)
        made = self.manager.create_secret(Name=NAME, AddReplicaRegions=[{"Region": OTHER}])
        self.arn = made["ARN"]
        self.manager.rotate_secret(SecretId=NAME, RotationRules={"AutomaticallyAfterDays": 90})
        self.manager.put_secret_value(SecretId=NAME, SecretString="the first value")
        for region in (HOME, OTHER):
            ecs = boto3.client("ecs", region_name=region)
            ecs.create_cluster(clusterName="clinic")
            ecs.register_task_definition(
                family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 128}]
            )
            ecs.create_service(cluster="clinic", serviceName="web", taskDefinition="web", desiredCount=1)

    def ask(self) -> None:
        """What Secrets Manager does before it calls: a version without a value, under the pending stage."""
        from moto.secretsmanager.models import secretsmanager_backends

        (account,) = secretsmanager_backends
        secret = secretsmanager_backends[account][HOME].secrets[self.arn]
        secret.versions[TOKEN] = {"createdate": 0, "version_id": TOKEN, "version_stages": [PENDING]}

    def step(self, name: str) -> dict[str, Any]:
        return handler({"Step": name, "SecretId": self.arn, "ClientRequestToken": TOKEN})

    def value(self, stage: str = CURRENT) -> str:
        return str(self.manager.get_secret_value(SecretId=NAME, VersionStage=stage)["SecretString"])

    def beats(self) -> int:
        metrics = boto3.client("cloudwatch", region_name=OTHER).list_metrics(Namespace="Lifeline")["Metrics"]
        return len([item for item in metrics if item["MetricName"] == "secret_rotation_alive"])


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    readers = {NAME: [[region, "clinic", "web"] for region in (HOME, OTHER)]}
    variables = {
        "AWS_ACCESS_KEY_ID": "AKIASANDBOX000000000",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": HOME,
        "SECRETS": json.dumps([NAME]),
        "READERS": json.dumps(readers),
        "BEAT_REGION": OTHER,
        "BEAT_NAMESPACE": "Lifeline",
        "BEAT_METRIC": "secret_rotation_alive",
        "BEAT_APPLICATION": "nl-fhir",
        "BEAT_ENVIRONMENT": "production",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Cloud()


def test_a_rotation_puts_a_new_value_to_the_front_and_keeps_the_one_before(cloud: Cloud) -> None:
    cloud.ask()
    for step in ("createSecret", "setSecret", "testSecret"):
        cloud.step(step)
        assert cloud.value() == "the first value"
    cloud.step("finishSecret")
    new = cloud.value()
    assert len(new) == LENGTH and new.isalnum()
    assert cloud.value("AWSPREVIOUS") == "the first value"
    assert cloud.step("finishSecret")["done"] == "this version is current already"


def test_a_step_that_is_called_again_makes_no_second_value(cloud: Cloud) -> None:
    cloud.ask()
    cloud.step("createSecret")
    made = cloud.value(PENDING)
    cloud.step("createSecret")
    assert cloud.value(PENDING) == made


def test_readers_at_both_sites_get_new_tasks(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    restarted: list[tuple[str, str, bool]] = []
    original = boto3.client

    def watched(service: str, **options: Any) -> Any:
        client = original(service, **options)
        if service == "ecs":
            region = options["region_name"]
            client.update_service = lambda **given: restarted.append(
                (region, given["service"], given["forceNewDeployment"])
            )
        return client

    monkeypatch.setattr(boto3, "client", watched)
    cloud.ask()
    cloud.step("createSecret")
    cloud.step("finishSecret")
    assert restarted == [(HOME, "web", True), (OTHER, "web", True)]


def test_a_reader_that_cannot_be_restarted_fails_the_rotation_but_not_the_value(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READERS", json.dumps({NAME: [[OTHER, "nowhere", "web"]]}))
    cloud.ask()
    cloud.step("createSecret")
    with pytest.raises(RotationFailed, match=r"rotated, but not restarted: web in us-east-1 .*force a new deployment"):
        cloud.step("finishSecret")
    assert cloud.value() != "the first value"


def test_a_version_that_nobody_asked_for_is_refused(cloud: Cloud) -> None:
    with pytest.raises(RotationFailed, match="did not ask for the version"):
        cloud.step("createSecret")


def test_it_beats_in_the_other_region_while_secrets_are_in_step_there(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert handler({"beat": True}) == {"beat": True}
    assert cloud.beats() == 1
    cloud.manager.create_secret(Name="alone", SecretString="x")
    monkeypatch.setenv("SECRETS", json.dumps([NAME, "alone"]))
    with pytest.raises(RotationFailed, match=r"^alone: not rotated, or the other region's copy is not in step"):
        handler({"beat": True})


def test_no_error_tells_a_value(cloud: Cloud) -> None:
    cloud.ask()
    cloud.manager.put_secret_value(
        SecretId=NAME, ClientRequestToken=TOKEN, SecretString="too short", VersionStages=[PENDING]
    )
    with pytest.raises(RotationFailed) as caught:
        cloud.step("testSecret")
    assert "too short" not in str(caught.value)
