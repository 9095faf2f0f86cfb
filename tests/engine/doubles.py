"""How many of each kind there are in the cloud, against how many the states know: nothing may be there twice."""

from collections import Counter
from typing import Any

from tests.engine.estate import Estate


def _made(items: list[dict[str, Any]]) -> int:
    """Those with our tags: AWS's own default network is not ours."""
    return sum(any(tag["Key"] == "project" for tag in item.get("Tags", [])) for item in items)


def _keys(kms: Any) -> int:
    """Those with our tags: the emulation makes AWS's own as well."""
    found = [kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] for key in kms.list_keys()["Keys"]]
    return sum(any(tag["TagKey"] == "project" for tag in tags) for tags in found)


def _alarms(watch: Any) -> int:
    """But for those that target tracking makes for itself."""
    pages = watch.get_paginator("describe_alarms").paginate()
    names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
    return sum(not name.startswith("TargetTracking-") for name in names)


def there(it: Estate, region: str) -> dict[str, int]:
    """Type → how many there are in one region; the unnamed kinds first, which nothing keeps from being made twice."""
    ec2 = it.aws("ec2", region)
    ecs, elb = it.aws("ecs", region), it.aws("elbv2", region)
    groups = ec2.describe_security_groups()["SecurityGroups"]
    return {
        "aws:ec2/vpc:Vpc": _made(ec2.describe_vpcs()["Vpcs"]),
        "aws:ec2/subnet:Subnet": _made(ec2.describe_subnets()["Subnets"]),
        "aws:ec2/eip:Eip": _made(ec2.describe_addresses()["Addresses"]),
        "aws:ec2/natGateway:NatGateway": _made(ec2.describe_nat_gateways()["NatGateways"]),
        "aws:ec2/internetGateway:InternetGateway": _made(ec2.describe_internet_gateways()["InternetGateways"]),
        "aws:ec2/routeTable:RouteTable": _made(ec2.describe_route_tables()["RouteTables"]),
        "aws:ec2/vpcEndpoint:VpcEndpoint": _made(ec2.describe_vpc_endpoints()["VpcEndpoints"]),
        "aws:ec2/managedPrefixList:ManagedPrefixList": _made(ec2.describe_managed_prefix_lists()["PrefixLists"]),
        "aws:ec2/flowLog:FlowLog": len(ec2.describe_flow_logs()["FlowLogs"]),
        "aws:ec2/securityGroup:SecurityGroup": _made([group for group in groups if group["GroupName"] != "default"]),
        "aws:kms/key:Key": _keys(it.aws("kms", region)),
        "aws:acm/certificate:Certificate": len(it.aws("acm", region).list_certificates()["CertificateSummaryList"]),
        "aws:backup/plan:Plan": len(it.aws("backup", region).list_backup_plans()["BackupPlansList"]),
        "aws:cloudwatch/metricAlarm:MetricAlarm": _alarms(it.aws("cloudwatch", region)),
        "aws:cloudwatch/eventRule:EventRule": len(it.aws("events", region).list_rules()["Rules"]),
        "aws:cloudwatch/logGroup:LogGroup": _paged(it, "logs", region, "describe_log_groups", "logGroups"),
        "aws:wafv2/webAcl:WebAcl": len(it.aws("wafv2", region).list_web_acls(Scope="REGIONAL")["WebACLs"]),
        "aws:sns/topic:Topic": _paged(it, "sns", region, "list_topics", "Topics"),
        "aws:sns/topicSubscription:TopicSubscription": _paged(it, "sns", region, "list_subscriptions", "Subscriptions"),
        "aws:lb/loadBalancer:LoadBalancer": len(elb.describe_load_balancers()["LoadBalancers"]),
        "aws:lb/targetGroup:TargetGroup": len(elb.describe_target_groups()["TargetGroups"]),
        "aws:ecs/taskDefinition:TaskDefinition": len(ecs.list_task_definitions()["taskDefinitionArns"]),
        "aws:sqs/queue:Queue": len(it.aws("sqs", region).list_queues().get("QueueUrls", [])),
        "aws:elasticache/replicationGroup:ReplicationGroup": len(
            it.aws("elasticache", region).describe_replication_groups()["ReplicationGroups"]
        ),
        "aws:rds/cluster:Cluster": len(it.aws("rds", region).describe_db_clusters()["DBClusters"]),
        "aws:rds/clusterInstance:ClusterInstance": len(it.aws("rds", region).describe_db_instances()["DBInstances"]),
    }


def known(it: Estate, region: str) -> Counter[str]:
    """Type → how many of it in the region the states of all stacks have."""
    counted: Counter[str] = Counter()
    for stack in it.stacks:
        for resource in it.engine.resources(stack):
            if resource.get("custom") and (resource.get("outputs") or {}).get("region") == region:
                counted[resource["type"]] += 1
    return counted


def doubles(it: Estate, region: str) -> dict[str, tuple[int, int]]:
    """Type → (there, known) where they differ."""
    counted = known(it, region)
    return {kind: (count, counted[kind]) for kind, count in there(it, region).items() if count != counted[kind]}


def _paged(it: Estate, service: str, region: str, operation: str, member: str) -> int:
    pages = it.aws(service, region).get_paginator(operation).paginate()
    return sum(len(page[member]) for page in pages)
