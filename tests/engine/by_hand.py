"""What somebody changes at the console of us-east-1, past Pulumi: each says which type a refresh must then show."""

from collections.abc import Callable

from tests.engine.estate import Estate

EAST = "us-east-1"


def retention(it: Estate) -> str:
    logs = it.aws("logs", EAST)
    name = logs.describe_log_groups(logGroupNamePrefix="/lifeline/")["logGroups"][0]["logGroupName"]
    logs.put_retention_policy(logGroupName=name, retentionInDays=1)
    return "aws:cloudwatch/logGroup:LogGroup"


def visibility(it: Estate) -> str:
    sqs = it.aws("sqs", EAST)
    url = sqs.list_queues()["QueueUrls"][0]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    return "aws:sqs/queue:Queue"


def open_port(it: Estate) -> str:
    """The rule that lets the edge in, taken away."""
    ec2 = it.aws("ec2", EAST)
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    (rule,) = [each for each in rules if "Cloudflare's edge" in each.get("Description", "")]
    ec2.revoke_security_group_ingress(GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    return "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def permissions(it: Estate) -> str:
    name = f"{it.settings.application}-production-east-web-task"
    iam = it.aws("iam", EAST)
    policy = iam.list_role_policies(RoleName=name)["PolicyNames"][0]
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    return "aws:iam/rolePolicy:RolePolicy"


def health(it: Estate) -> str:
    elb = it.aws("elbv2", EAST)
    group = elb.describe_target_groups(Names=[it.topology.one("target_group", "east", "nlp").id])["TargetGroups"][0]
    elb.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckPath="/other")
    return "aws:lb/targetGroup:TargetGroup"


def tags(it: Estate) -> str:
    ec2 = it.aws("ec2", EAST)
    subnet = next(
        each
        for each in ec2.describe_subnets()["Subnets"]
        if any(tag["Key"] == "project" for tag in each.get("Tags", []))
    )
    ec2.create_tags(Resources=[subnet["SubnetId"]], Tags=[{"Key": "owner", "Value": "nobody"}])
    return "aws:ec2/subnet:Subnet"


def key(it: Estate) -> str:
    kms = it.aws("kms", EAST)
    kms.update_key_description(KeyId=f"alias/{it.settings.application}-production-east-data", Description="mine")
    return "aws:kms/key:Key"


def alarm_gone(it: Estate) -> str:
    """An alarm that somebody deleted."""
    watch = it.aws("cloudwatch", EAST)
    (alarm, *_) = watch.describe_alarms(AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    watch.delete_alarms(AlarmNames=[alarm["AlarmName"]])
    return "aws:cloudwatch/metricAlarm:MetricAlarm"


CHANGES: tuple[Callable[[Estate], str], ...] = (
    retention,
    visibility,
    open_port,
    permissions,
    health,
    tags,
    key,
    alarm_gone,
)
