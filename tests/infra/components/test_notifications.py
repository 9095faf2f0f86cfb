"""Topics by severity: who may speak there, and who listens."""

import pytest

from infra.settings.notifications import SEVERITIES
from tests.infra.declared import Registered
from tests.infra.stacks import SCOPES, declared

REGIONS = {"global": "us-west-2", "east": "us-east-1", "west": "us-west-2"}
SERVICES = {
    "global": {"budgets", "cloudwatch", "costalerts", "events"},
    "east": {"cloudwatch", "events"},
    "west": {"cloudwatch", "events"},
}


def of(scope: str) -> list[Registered]:
    """The topics of a stack's own scope; `global` also holds those of the witness region."""
    return [item for item in declared(scope).of("sns/topic:Topic") if f"-{scope}-" in item.inputs["name"]]


@pytest.mark.parametrize("scope", SCOPES)
def test_each_severity_has_an_encrypted_topic_whose_name_follows_from_the_settings(scope: str) -> None:
    topics = {item.inputs["name"]: item for item in of(scope)}
    assert sorted(topics) == sorted(f"nl-fhir-production-{scope}-{severity}" for severity in SEVERITIES)
    for topic in topics.values():
        assert topic.inputs["kmsMasterKeyId"].endswith("-keys-alerts" if scope != "global" else "-keys-alerts-alerts")


@pytest.mark.parametrize("scope", SCOPES)
def test_only_this_account_s_alarms_rules_and_budgets_publish_and_only_over_tls(scope: str) -> None:
    for topic in of(scope):
        own = f"arn:aws:sns:{REGIONS[scope]}:111122223333:{topic.inputs['name']}"
        statements = topic.policy()
        assert {statement["Resource"] for statement in statements} == {own}
        allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
        services = {statement["Principal"]["Service"].split(".")[0] for statement in allowed}
        assert services == SERVICES[scope]
        for statement in allowed:
            assert statement["Action"] == "sns:Publish"
            assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        (denied,) = [statement for statement in statements if statement["Effect"] == "Deny"]
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} and denied["Principal"] == "*"


@pytest.mark.parametrize("scope", SCOPES)
def test_each_tier_hears_its_severities(scope: str) -> None:
    heard: dict[str, set[str]] = {}
    for item in declared(scope).of("sns/topicSubscription:TopicSubscription"):
        heard.setdefault(item.inputs["endpoint"], set()).add(item.inputs["topic"].rsplit("-", 1)[1])
    assert heard == {
        "oncall@clinic.example.com": {"critical", "high"},
        "platform@clinic.example.com": {"critical", "high", "medium"},
        "architecture@clinic.example.com": {"critical", "low"},
    }


@pytest.mark.parametrize("site", ["east", "west"])
def test_the_key_of_the_topics_lets_in_who_publishes_and_nobody_else(site: str) -> None:
    stack = declared(site)
    (statement,) = [
        each for each in stack.one("kms/key:Key", f"{site}-keys-alerts").policy() if each["Sid"] == "Publishers"
    ]
    assert {name.split(".")[0] for name in statement["Principal"]["Service"]} >= SERVICES[site]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert len(stack.one("kms/key:Key", f"{site}-keys-data").policy()) == 1


@pytest.mark.parametrize("site", ["east", "west"])
def test_the_lease_alarm_is_critical(site: str) -> None:
    alarm = declared(site).one("cloudwatch/metricAlarm:MetricAlarm", f"{site}-lease-alarm")
    topic = f"arn:mock:{site}-notifications-critical"
    for actions in ("alarmActions", "okActions", "insufficientDataActions"):
        assert alarm.inputs[actions] == [topic]
