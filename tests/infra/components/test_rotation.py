"""Rotation: in the home region, by a function that can do nothing else, and heard in the other region when it stops."""

import json

from tests.infra.declared import run, shipped
from tests.infra.stacks import declared

NAME = "nl-fhir/production/session-key"


def test_secrets_are_rotated_where_their_primary_copy_is() -> None:
    stack = declared("global")
    rotation = stack.one("secretsmanager/secretRotation:SecretRotation").inputs
    assert rotation["region"] == "us-west-2"
    assert rotation["secretId"] == "arn:mock:global-secrets-session-key"
    assert rotation["rotationRules"] == {"automaticallyAfterDays": 90}
    assert rotation["rotateImmediately"] is False
    function = stack.one("lambda/function:Function").inputs
    assert (function["region"], function["handler"]) == ("us-west-2", "handler.handler")


def test_the_function_restarts_the_secrets_readers_at_both_sites() -> None:
    stack = declared("global")
    told = stack.one("lambda/function:Function").inputs["environment"]["variables"]
    readers = [["us-east-1", "nl-fhir-production-east", "web"], ["us-west-2", "nl-fhir-production-west", "web"]]
    assert json.loads(told["READERS"]) == {NAME: readers}
    may = {
        action: item["Resource"]
        for item in stack.one("iam/rolePolicy:RolePolicy", "global-rotation-policy").policy()
        for action in item["Action"]
    }
    assert may["ecs:UpdateService"] == [
        f"arn:aws:ecs:{region}:111122223333:service/{cluster}/{service}" for region, cluster, service in readers
    ]
    assert may["secretsmanager:PutSecretValue"] == ["arn:mock:global-secrets-session-key"]
    assert "database-master" not in stack.one("iam/rolePolicy:RolePolicy", "global-rotation-policy").inputs["policy"]


def test_the_other_region_hears_when_the_home_region_falls_silent() -> None:
    stack = declared("global")
    alarm = stack.one("cloudwatch/metricAlarm:MetricAlarm", "global-rotation-silent").inputs
    told = stack.one("lambda/function:Function").inputs["environment"]["variables"]
    assert alarm["region"] == told["BEAT_REGION"] == "us-east-1"
    assert alarm["treatMissingData"] == "breaching"
    assert (alarm["namespace"], alarm["metricName"]) == (told["BEAT_NAMESPACE"], told["BEAT_METRIC"])
    assert alarm["dimensions"] == {"Application": told["BEAT_APPLICATION"], "Environment": told["BEAT_ENVIRONMENT"]}
    rule = stack.one("cloudwatch/eventRule:EventRule", "global-rotation-beat").inputs
    assert rule["scheduleExpression"] == "rate(5 minutes)"


def test_without_a_line_nothing_is_rotated() -> None:
    stack = run(shipped("global", rotation={}))
    assert not [
        item for item in stack.resources if item.type.startswith(("aws:lambda", "aws:secretsmanager/secretRot"))
    ]
