"""Every alarm has a severity, an action and a page that exists; its metrics are ones that AWS or Lifeline sends."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.settings.observability import Objectives
from infra.watch import objectives
from tests.infra.declared import ROOT, Registered
from tests.infra.stacks import SCOPES, declared

RUNBOOKS = ROOT / "docs" / "runbooks"
WITHOUT_ALARM_HERE = {"budget"}
"""Pages for messages that no alarm of CloudWatch's sends with an address: AWS Budgets words its own."""
METRIC, COMPOSITE = "cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/compositeAlarm:CompositeAlarm"
KNOWN: dict[str, dict[tuple[str, ...], set[str]]] = {
    "AWS/ApplicationELB": {
        ("LoadBalancer",): {
            "HTTPCode_ELB_5XX_Count",
            "HTTPCode_Target_5XX_Count",
            "RejectedConnectionCount",
            "RequestCount",
            "TargetResponseTime",
        },
        ("LoadBalancer", "TargetGroup"): {
            "HTTPCode_Target_5XX_Count",
            "HealthyHostCount",
            "RequestCount",
            "TargetResponseTime",
            "UnHealthyHostCount",
        },
    },
    "AWS/DynamoDB": {
        ("TableName",): {"ReadThrottleEvents", "WriteThrottleEvents"},
        ("Operation", "TableName"): {"SystemErrors"},
    },
    "AWS/ECS": {("ClusterName", "ServiceName"): {"CPUUtilization", "MemoryUtilization"}},
    "AWS/ElastiCache": {
        ("CacheClusterId",): {
            "AuthenticationFailures",
            "DatabaseMemoryUsagePercentage",
            "EngineCPUUtilization",
            "Evictions",
            "ReplicationLag",
        }
    },
    "AWS/SQS": {("QueueName",): {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}},
    "AWS/Lambda": {("FunctionName",): {"Errors"}},
    "AWS/NATGateway": {("NatGatewayId",): {"ErrorPortAllocation", "PacketsDropCount"}},
    "AWS/RDS": {
        ("DBClusterIdentifier",): {
            "AuroraReplicaLagMaximum",
            "CPUUtilization",
            "DatabaseConnections",
            "Deadlocks",
            "FreeableMemory",
        }
    },
    "CloudWatchSynthetics": {("CanaryName",): {"Duration", "SuccessPercent"}},
    "ECS/ContainerInsights": {("ClusterName", "ServiceName"): {"DesiredTaskCount", "RunningTaskCount"}},
    "Lifeline": {
        ("Application", "Environment"): {"secret_rotation_alive"},
        ("Application", "Environment", "Site"): {
            "lease_age_seconds",
            "peer_silence_seconds",
            "record_changes",
            "replicas_unreachable",
        },
    },
    "Lifeline/Logs": {
        (): {
            f"nl-fhir-production-{site}-{name}-alarms"
            for site in ("east", "west")
            for name in ("warden", "fence", "guard")
        }
    },
}
"""Namespace → dimensions → metrics, from the services' own documentation: each file of `infra/watch/` names it."""


def known(namespace: str, name: str, dimensions: Any) -> bool:
    return name in KNOWN.get(namespace, {}).get(tuple(sorted(dimensions)), set())


def alarms(scope: str) -> list[Registered]:
    return [*declared(scope).of(METRIC), *declared(scope).of(COMPOSITE)]


def headings(page: str) -> set[str]:
    return set(re.findall(r"^## (\S+)$", (RUNBOOKS / page).read_text(), re.MULTILINE))


@pytest.mark.parametrize("scope", SCOPES)
def test_each_alarm_leads_to_a_heading_of_a_runbook(scope: str) -> None:
    found = alarms(scope)
    assert found
    for alarm in found:
        text = alarm.inputs["alarmDescription"]
        match = re.fullmatch(
            r"\[(critical|high|medium|low)\] .+\. Runbook: https://runbooks\.clinic\.example\.com/([a-z-]+\.md)#([a-z-]+)",
            text,
        )
        assert match, text
        assert match[3] in headings(match[2]), text


@pytest.mark.parametrize("scope", ["east", "west"])
def test_each_event_that_is_told_leads_to_a_heading_of_a_runbook(scope: str) -> None:
    targets = declared(scope).of("cloudwatch/eventTarget:EventTarget")
    assert targets
    for target in targets:
        template = json.loads(target.inputs["inputTransformer"]["inputTemplate"])
        page, heading = re.search(r"example\.com/([a-z-]+\.md)#([a-z-]+)$", template).groups()  # type: ignore[union-attr]
        assert heading in headings(page)


def test_no_runbook_is_left_that_nothing_leads_to() -> None:
    text = " ".join(
        [alarm.inputs["alarmDescription"] for scope in SCOPES for alarm in alarms(scope)]
        + [
            target.inputs["inputTransformer"]["inputTemplate"]
            for site in ("east", "west")
            for target in declared(site).of("cloudwatch/eventTarget:EventTarget")
        ]
    )
    index = (RUNBOOKS / "README.md").read_text()
    for page in RUNBOOKS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index
        if page.stem in {"README", *WITHOUT_ALARM_HERE}:
            continue
        for heading in headings(page.name):
            assert f"{page.name}#{heading}" in text, f"{page.name}: nothing leads to {heading}"


@pytest.mark.parametrize("scope", SCOPES)
def test_each_alarm_speaks_on_the_topic_of_its_severity(scope: str) -> None:
    for alarm in alarms(scope):
        severity = alarm.inputs["alarmDescription"][1:].split("]")[0]
        actions = [*alarm.inputs.get("alarmActions", []), *alarm.inputs.get("okActions", [])]
        if "-alarms-windows-" in alarm.name:
            assert actions == [], "only the composite of two windows speaks"
            continue
        assert actions and all(action.endswith(f"-{severity}") for action in actions), alarm.name


@pytest.mark.parametrize("scope", SCOPES)
def test_alarms_look_at_metrics_that_exist(scope: str) -> None:
    for alarm in declared(scope).of(METRIC):
        for query in alarm.inputs.get("metricQueries", []):
            if metric := query.get("metric"):
                assert known(metric["namespace"], metric["metricName"], metric["dimensions"]), metric
        if "metricName" in alarm.inputs:
            dimensions = alarm.inputs.get("dimensions", {})
            assert known(alarm.inputs["namespace"], alarm.inputs["metricName"], dimensions), alarm.name


@pytest.mark.parametrize("scope", SCOPES)
def test_windows_are_within_cloudwatch_s_limits(scope: str) -> None:
    """Source: PutMetricAlarm, Period: 604,800 s in all; 86,400 s where a period is shorter than an hour."""
    for alarm in declared(scope).of(METRIC):
        queries = [query["metric"]["period"] for query in alarm.inputs.get("metricQueries", []) if "metric" in query]
        queries += [query["period"] for query in alarm.inputs.get("metricQueries", []) if "period" in query]
        period = int(max([*queries, alarm.inputs.get("period", 0)]))
        whole = period * int(alarm.inputs["evaluationPeriods"])
        assert period in {10, 20, 30} or period % 60 == 0
        assert period <= 86400 and whole <= (604800 if period >= 3600 else 86400), alarm.name
        assert alarm.inputs.get("datapointsToAlarm", 1) <= alarm.inputs["evaluationPeriods"]


def test_metric_math_names_only_metrics_that_it_has() -> None:
    functions = {"IF", "FILL", "SELECT", "MAX", "FROM", "WHERE"}
    for alarm in declared("east").of(METRIC):
        queries = alarm.inputs.get("metricQueries", [])
        ids = {query["id"] for query in queries if "metric" in query}
        returned = [query for query in queries if query["returnData"]]
        assert not queries or len(returned) == 1
        for query in returned:
            if ids:
                assert set(re.findall(r"[A-Za-z]+\d*", query["expression"])) - functions == ids, query["expression"]


@pytest.mark.parametrize("site", ["east", "west"])
def test_burn_rates_follow_from_the_objectives(site: str) -> None:
    thresholds = {
        item.name.removeprefix(f"{site}-alarms-windows-"): item.inputs["threshold"]
        for item in declared(site).of(METRIC)
        if "-alarms-windows-" in item.name
    }
    assert thresholds["availability-fast-long"] == thresholds["availability-fast-short"] == pytest.approx(0.144)
    assert thresholds["availability-steady-short"] == pytest.approx(0.06)
    assert thresholds["availability-slow-long"] == pytest.approx(0.01)
    assert thresholds["latency-fast-long"] == pytest.approx(14.4)
    rules = {item.name: item.inputs["alarmRule"] for item in declared(site).of(COMPOSITE)}
    assert len(rules) == 6
    for name, rule in rules.items():
        parts = re.findall(r'ALARM\("([^"]+)"\)', rule)
        assert len(parts) == 2 and rule.count(" AND ") == 1, name


def test_no_objective_can_ask_for_more_than_everything() -> None:
    lowest = Objectives(availability=94, latency_share=94)
    for alarm in objectives.windows(lowest, declared_arn()).values():
        assert alarm.threshold < 100


def declared_arn() -> Any:
    class Arn:
        def apply(self, function: Any) -> Any:
            return function(
                "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/trial/50dc6c495c0c9188"
            )

    return Arn()


def test_a_load_balancer_is_known_by_the_end_of_its_arn() -> None:
    (alarm, *_) = objectives.windows(Objectives(), declared_arn()).values()
    assert alarm.metrics["all"].dimensions == {"LoadBalancer": "app/trial/50dc6c495c0c9188"}


def boards(scope: str) -> list[tuple[str, list[dict[str, Any]]]]:
    found = declared(scope).of("cloudwatch/dashboard:Dashboard")
    return [(item.inputs["dashboardName"], json.loads(item.inputs["dashboardBody"])["widgets"]) for item in found]


def test_there_is_a_dashboard_for_each_site_for_both_and_for_each_epic() -> None:
    names = [name for scope in SCOPES for name, _ in boards(scope)]
    stem = "nl-fhir-production"
    assert sorted(names) == sorted(
        [f"{stem}-east", f"{stem}-west", f"{stem}-global", *(f"{stem}-global-epic-{epic}" for epic in (1, 2, 3, 4))]
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_dashboards_show_metrics_that_exist_in_the_regions_of_the_settings(scope: str) -> None:
    for name, widgets in boards(scope):
        assert len(widgets) > 3, name
        for widget in widgets:
            for row in widget["properties"].get("metrics", []):
                assert widget["properties"]["region"] in {"us-east-1", "us-west-2", "us-east-2"}
                if isinstance(row[0], str):
                    namespace, metric, *pairs = row[:-1]
                    assert known(namespace, metric, pairs[::2]), (name, row)
                else:
                    _check_search(row[0]["expression"])


def _check_search(expression: str) -> None:
    if match := re.fullmatch(r"SEARCH\('\{(.+?),(.+?)\} MetricName=\"(\w+)\" [a-z0-9-]+', '\w+', 60\)", expression):
        assert known(match[1], match[3], match[2].split(",")), expression
    else:
        assert re.fullmatch(r'SELECT MAX\(AuroraGlobalDBReplicationLag\) FROM "AWS/RDS" WHERE .+', expression)


def test_widgets_do_not_overlap_and_stay_on_the_board() -> None:
    for scope in SCOPES:
        for name, widgets in boards(scope):
            taken: set[tuple[int, int]] = set()
            for widget in widgets:
                assert widget["x"] + widget["width"] <= 24, name
                cells = {
                    (x, y)
                    for x in range(widget["x"], widget["x"] + widget["width"])
                    for y in range(widget["y"], widget["y"] + widget["height"])
                }
                assert not cells & taken, name
                taken |= cells


def test_an_epic_s_dashboard_shows_its_services_at_both_sites_and_its_canaries() -> None:
    text = {name: json.dumps(widgets) for name, widgets in boards("global")}["nl-fhir-production-global-epic-3"]
    for part in ("nl-fhir-production-east-fhir", "nl-fhir-production-west-fhir", "CanaryName", "Epic 3"):
        assert part in text
    assert "east-nlp" not in text


def test_every_site_counts_the_alarms_in_its_own_services_logs() -> None:
    for site in ("east", "west"):
        filters = declared(site).of("cloudwatch/logMetricFilter:LogMetricFilter")
        groups = {item.inputs["logGroupName"].rsplit("/", 1)[1] for item in filters}
        assert groups == {"warden", "fence", "guard"}
        for item in filters:
            made = item.inputs["metricTransformation"]
            assert known(made["namespace"], made["name"], ()), made


def test_runbooks_name_no_path_that_is_not_there() -> None:
    for page in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            assert (RUNBOOKS / Path(target)).is_file(), f"{page.name}: {target}"
