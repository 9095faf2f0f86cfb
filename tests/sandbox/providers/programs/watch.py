"""What watches: topics, subscriptions, rules, alarms on alarms, dashboards."""

import json

import pulumi
import pulumi_aws as aws

from tests.sandbox.providers.programs.place import at_east


def watch(opts: pulumi.ResourceOptions, description: str = "A backup failed") -> None:
    """What watches; `description` is the rule's, which changes in place."""
    topic = aws.sns.Topic("topic", name="trial-critical", opts=opts)
    aws.sns.TopicSubscription(
        "listener", topic=topic.arn, protocol="email", endpoint="oncall@clinic.example.com", opts=opts
    )
    rule = aws.cloudwatch.EventRule(
        "rule",
        description=description,
        event_pattern=json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED", "EXPIRED"]}}),
        opts=opts,
    )
    aws.cloudwatch.EventTarget(
        "target",
        rule=rule.name,
        arn=topic.arn,
        input_transformer={"input_paths": {"state": "$.detail.state"}, "input_template": '"A backup ended: <state>"'},
        opts=opts,
    )
    alarm = aws.cloudwatch.MetricAlarm(
        "window",
        comparison_operator="GreaterThanThreshold",
        threshold=0.144,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        treat_missing_data="notBreaching",
        metric_queries=[
            {
                "id": "all",
                "return_data": False,
                "metric": {
                    "namespace": "AWS/ApplicationELB",
                    "metric_name": "RequestCount",
                    "dimensions": {"LoadBalancer": "app/trial/1"},
                    "period": 3600,
                    "stat": "Sum",
                },
            },
            {"id": "result", "expression": "IF(FILL(all,0)>=100, all, 0)", "return_data": True},
        ],
        opts=opts,
    )
    aws.cloudwatch.MetricAlarm(
        "query",
        comparison_operator="GreaterThanThreshold",
        threshold=60000,
        evaluation_periods=5,
        metric_queries=[
            {
                "id": "result",
                "expression": 'SELECT MAX(AuroraGlobalDBReplicationLag) FROM "AWS/RDS"',
                "period": 60,
                "return_data": True,
            }
        ],
        opts=opts,
    )
    aws.cloudwatch.MetricAlarm(
        "slow",
        comparison_operator="GreaterThanThreshold",
        threshold=2,
        evaluation_periods=5,
        period=60,
        namespace="AWS/ApplicationELB",
        metric_name="TargetResponseTime",
        extended_statistic="p99",
        opts=opts,
    )
    aws.cloudwatch.CompositeAlarm(
        "composite",
        alarm_name="trial-availability-fast",
        alarm_rule=alarm.name.apply(lambda name: f'ALARM("{name}") AND NOT OK("{name}")'),
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        opts=opts,
    )
    aws.cloudwatch.Dashboard(
        "board", dashboard_name="trial-east", dashboard_body=json.dumps({"widgets": []}), opts=opts
    )
    log = aws.cloudwatch.LogGroup("log", name="/lifeline/trial/warden", opts=opts)
    aws.cloudwatch.LogMetricFilter(
        "filter",
        log_group_name=log.name,
        pattern='{ $.level = "alarm" }',
        metric_transformation={
            "namespace": "Lifeline/Logs",
            "name": "trial-warden-alarms",
            "value": "1",
            "default_value": "0",
            "unit": "Count",
        },
        opts=opts,
    )
    money(opts, topic.arn)


def money(opts: pulumi.ResourceOptions, topic_arn: pulumi.Input[str]) -> None:
    """Budgets and what is unusual about costs."""
    aws.budgets.Budget(
        "budget",
        name="trial-epic-1",
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount="1800",
        limit_unit="USD",
        cost_filters=[{"name": "TagKeyValue", "values": ["user:epic$1"]}],
        notifications=[
            {
                "comparison_operator": "GREATER_THAN",
                "notification_type": kind,
                "threshold": threshold,
                "threshold_type": "PERCENTAGE",
                "subscriber_sns_topic_arns": [topic_arn],
            }
            for kind, threshold in (("ACTUAL", 75), ("ACTUAL", 100), ("FORECASTED", 100))
        ],
        opts=opts,
    )
    category = aws.costexplorer.CostCategory(
        "category",
        name="trial-epic",
        rule_version="CostCategoryExpression.v1",
        default_value="untagged",
        rules=[
            {
                "value": value,
                "type": "REGULAR",
                "rule": {"tags": {"key": "epic", "values": [value], "match_options": ["EQUALS"]}},
            }
            for value in ("1", "shared")
        ],
        split_charge_rules=[{"source": "shared", "targets": ["1"], "method": "PROPORTIONAL"}],
        opts=opts,
    )
    monitor = aws.costexplorer.AnomalyMonitor(
        "monitor",
        name="trial-epic-1",
        monitor_type="CUSTOM",
        monitor_specification=pulumi.Output.json_dumps({"CostCategories": {"Key": category.name, "Values": ["1"]}}),
        opts=opts,
    )
    aws.costexplorer.AnomalySubscription(
        "anomalies",
        name="trial-anomalies",
        frequency="IMMEDIATE",
        monitor_arn_lists=[monitor.arn],
        subscribers=[{"type": "SNS", "address": topic_arn}],
        threshold_expression={
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": ["100"],
            }
        },
        opts=opts,
    )


def everything_that_watches() -> None:
    watch(at_east())
