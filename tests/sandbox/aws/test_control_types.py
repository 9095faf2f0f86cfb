"""Keys, secrets, roles, logs, alarms, topics, queues, certificates: made, read, changed, removed, in both regions."""

import json

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}
)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_keys(aws: Aws, region: str) -> None:
    kms = aws.client("kms", region)
    key = kms.create_key(Description="data", Tags=[{"TagKey": "site", "TagValue": "east"}])["KeyMetadata"]
    assert key["Arn"].startswith(f"arn:aws:kms:{region}:111122223333:key/")
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=180)
    rotation = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 180)
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=POLICY)
    assert json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]) == json.loads(POLICY)
    kms.update_key_description(KeyId=key["KeyId"], Description="new")
    kms.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    assert kms.describe_key(KeyId="alias/data")["KeyMetadata"]["Description"] == "new"
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "site", "TagValue": "east"}]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/data", TargetKeyId=other)
    assert kms.describe_key(KeyId="alias/data")["KeyMetadata"]["KeyId"] == other
    kms.delete_alias(AliasName="alias/data")
    assert kms.list_aliases(KeyId=other)["Aliases"] == []
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_key_is_only_in_its_own_region(aws: Aws) -> None:
    aws.client("kms", EAST).create_alias(
        AliasName="alias/data", TargetKeyId=aws.client("kms", EAST).create_key()["KeyMetadata"]["KeyId"]
    )
    west = aws.client("kms", WEST)
    with pytest.raises(west.exceptions.NotFoundException):
        west.describe_key(KeyId="alias/data")


def test_secrets_replicate_and_follow_changes(aws: Aws) -> None:
    home, copy = aws.client("secretsmanager", WEST), aws.client("secretsmanager", EAST)
    created = home.create_secret(
        Name="nl-fhir/production/session-key",
        AddReplicaRegions=[{"Region": EAST}],
        Tags=[{"Key": "site", "Value": "global"}],
    )
    assert created["ReplicationStatus"][0]["Region"] == EAST
    home.put_secret_value(SecretId=created["ARN"], SecretString="one")
    assert copy.get_secret_value(SecretId="nl-fhir/production/session-key")["SecretString"] == "one"
    home.put_secret_value(SecretId="nl-fhir/production/session-key", SecretString="two")
    assert copy.get_secret_value(SecretId="nl-fhir/production/session-key")["SecretString"] == "two"
    described = copy.describe_secret(SecretId="nl-fhir/production/session-key")
    assert described["PrimaryRegion"] == WEST and described["ARN"].split(":")[3] == EAST
    assert home.describe_secret(SecretId=created["ARN"])["Tags"] == [{"Key": "site", "Value": "global"}]
    with pytest.raises(copy.exceptions.InvalidParameterException):
        copy.put_secret_value(SecretId="nl-fhir/production/session-key", SecretString="three")
    home.update_secret(SecretId=created["ARN"], Description="new")
    home.remove_regions_from_replication(SecretId=created["ARN"], RemoveReplicaRegions=[EAST])
    with pytest.raises(copy.exceptions.ResourceNotFoundException):
        copy.describe_secret(SecretId="nl-fhir/production/session-key")
    home.delete_secret(SecretId=created["ARN"], ForceDeleteWithoutRecovery=True)
    with pytest.raises(home.exceptions.ResourceNotFoundException):
        home.describe_secret(SecretId=created["ARN"])


def test_roles(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_role(
        RoleName="task",
        AssumeRolePolicyDocument=TRUST,
        Path="/",
        Tags=[{"Key": "site", "Value": "east"}],
        Description="a",
    )
    iam.put_role_policy(RoleName="task", PolicyName="keys", PolicyDocument=POLICY)
    assert iam.get_role_policy(RoleName="task", PolicyName="keys")["PolicyDocument"] == json.loads(POLICY)
    assert iam.list_role_policies(RoleName="task")["PolicyNames"] == ["keys"]
    iam.update_assume_role_policy(RoleName="task", PolicyDocument=TRUST)
    iam.update_role(RoleName="task", Description="b", MaxSessionDuration=7200)
    role = aws.client("iam", WEST).get_role(RoleName="task")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("b", 7200), "IAM is one namespace for all regions"
    assert role["Arn"] == "arn:aws:iam::111122223333:role/task"
    assert role["Tags"] == [{"Key": "site", "Value": "east"}]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName="task")
    iam.delete_role_policy(RoleName="task", PolicyName="keys")
    assert iam.list_attached_role_policies(RoleName="task")["AttachedPolicies"] == []
    assert iam.list_instance_profiles_for_role(RoleName="task")["InstanceProfiles"] == []
    iam.delete_role(RoleName="task")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="task")


@pytest.mark.parametrize("region", [EAST, WEST])
def test_log_groups(aws: Aws, region: str) -> None:
    logs = aws.client("logs", region)
    key = aws.client("kms", region).create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/lifeline/web", kmsKeyId=key, tags={"site": "east"})
    logs.put_retention_policy(logGroupName="/lifeline/web", retentionInDays=2192)
    group = logs.describe_log_groups(logGroupNamePrefix="/lifeline/web")["logGroups"][0]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (2192, key)
    tags = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
    assert tags == {"site": "east"}
    logs.delete_log_group(logGroupName="/lifeline/web")
    assert logs.describe_log_groups(logGroupNamePrefix="/lifeline/web")["logGroups"] == []


@pytest.mark.parametrize("region", [EAST, WEST])
def test_alarms_and_metrics_over_cbor(aws: Aws, region: str) -> None:
    watch = aws.client("cloudwatch", region)
    topic = aws.client("sns", region).create_topic(Name="alarms")["TopicArn"]
    watch.put_metric_alarm(
        AlarmName="lease",
        Namespace="Lifeline",
        MetricName="lease_age_seconds",
        Dimensions=[{"Name": "site", "Value": "east"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=30.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        Tags=[{"Key": "site", "Value": "east"}],
    )
    alarm = watch.describe_alarms(AlarmNames=["lease"])["MetricAlarms"][0]
    assert (alarm["Threshold"], alarm["TreatMissingData"], alarm["AlarmActions"]) == (30.5, "breaching", [topic])
    assert watch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "site", "Value": "east"}]
    watch.put_metric_data(
        Namespace="Lifeline",
        MetricData=[
            {
                "MetricName": "lease_age_seconds",
                "Value": float(value),
                "Dimensions": [{"Name": "site", "Value": "east"}],
            }
            for value in range(300)
        ],
    )
    assert [metric["MetricName"] for metric in watch.list_metrics(Namespace="Lifeline")["Metrics"]] == [
        "lease_age_seconds"
    ]
    with pytest.raises(watch.exceptions.ClientError, match="ResourceNotFound"):
        watch.get_dashboard(DashboardName="none")
    watch.delete_alarms(AlarmNames=["lease"])
    assert watch.describe_alarms(AlarmNames=["lease"])["MetricAlarms"] == []


def test_an_alarm_has_the_state_of_its_datapoints(aws: Aws) -> None:
    watch = aws.client("cloudwatch", EAST)

    def alarm(missing: str) -> str:
        watch.put_metric_alarm(
            AlarmName="lease",
            Namespace="Lifeline",
            MetricName="lease_age_seconds",
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=30,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData=missing,
        )
        return str(watch.describe_alarms(AlarmNames=["lease"])["MetricAlarms"][0]["StateValue"])

    assert [alarm("breaching"), alarm("missing"), alarm("notBreaching")] == ["ALARM", "INSUFFICIENT_DATA", "OK"]
    for value, state in ((10, "OK"), (40, "ALARM")):
        watch.put_metric_data(Namespace="Lifeline", MetricData=[{"MetricName": "lease_age_seconds", "Value": value}])
        assert alarm("missing") == state
    assert [found["AlarmName"] for found in watch.describe_alarms(StateValue="ALARM")["MetricAlarms"]] == ["lease"]
    assert watch.describe_alarms(StateValue="OK")["MetricAlarms"] == []


@pytest.mark.parametrize("region", [EAST, WEST])
def test_topics(aws: Aws, region: str) -> None:
    sns = aws.client("sns", region)
    topic = sns.create_topic(
        Name="alarms", Attributes={"KmsMasterKeyId": "alias/aws/sns"}, Tags=[{"Key": "a", "Value": "b"}]
    )["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=POLICY)
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/aws/sns" and json.loads(attributes["Policy"]) == json.loads(POLICY)
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "b"}]
    sns.delete_topic(TopicArn=topic)
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_topic_attributes(TopicArn=topic)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_certificates_are_validated_without_waiting(aws: Aws, region: str) -> None:
    acm = aws.client("acm", region)
    certificate = acm.request_certificate(
        DomainName="nl-fhir.clinic.example.com", ValidationMethod="DNS", Tags=[{"Key": "site", "Value": "east"}]
    )["CertificateArn"]
    described = acm.describe_certificate(CertificateArn=certificate)["Certificate"]
    record = described["DomainValidationOptions"][0]["ResourceRecord"]
    assert record["Type"] == "CNAME" and record["Name"]

    def issued() -> bool:
        return bool(acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "ISSUED")

    aws.eventually(issued)
    listed = acm.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"]
    assert [entry["CertificateArn"] for entry in listed] == [certificate]
    assert acm.list_tags_for_certificate(CertificateArn=certificate)["Tags"] == [{"Key": "site", "Value": "east"}]
    acm.delete_certificate(CertificateArn=certificate)
    with pytest.raises(acm.exceptions.ResourceNotFoundException):
        acm.describe_certificate(CertificateArn=certificate)


def test_identity_and_parameters(aws: Aws) -> None:
    assert aws.client("sts", WEST).get_caller_identity()["Account"] == "111122223333"
    ssm = aws.client("ssm", WEST)
    ssm.put_parameter(Name="/nl-fhir/production/west/lease-extension", Value="{}", Type="String")
    assert ssm.get_parameter(Name="/nl-fhir/production/west/lease-extension")["Parameter"]["Value"] == "{}"


def test_prefix_lists(aws: Aws) -> None:
    ec2 = aws.client("ec2", WEST)
    made = ec2.create_managed_prefix_list(
        PrefixListName="edge",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "173.245.48.0/20", "Description": "edge"}],
    )["PrefixList"]
    changed = ec2.modify_managed_prefix_list(
        PrefixListId=made["PrefixListId"],
        CurrentVersion=made["Version"],
        AddEntries=[{"Cidr": "103.21.244.0/22"}],
        RemoveEntries=[{"Cidr": "173.245.48.0/20"}],
    )["PrefixList"]
    assert changed["Version"] == made["Version"] + 1
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=made["PrefixListId"])["Entries"]
    assert [entry["Cidr"] for entry in entries] == ["103.21.244.0/22"]
    ec2.delete_managed_prefix_list(PrefixListId=made["PrefixListId"])


def test_a_queue_has_one_address_however_it_is_asked_for(aws: Aws) -> None:
    sqs = aws.client("sqs", EAST)
    made = sqs.create_queue(QueueName="notes")["QueueUrl"]
    assert made == f"https://sqs.{EAST}.amazonaws.com/111122223333/notes"
    assert sqs.get_queue_url(QueueName="notes")["QueueUrl"] == made
    assert sqs.list_queues()["QueueUrls"] == [made]
