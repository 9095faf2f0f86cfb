"""Who calls whom: callers, the region that must answer, faults on the way, and the record of it all."""

import socket
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.retries import standard

from sandbox.aws import callers
from tests.sandbox.aws.conftest import EAST, WEST, WITNESS, Aws


def topics(aws: Aws, region: str, caller: str = "operator") -> list[Any]:
    return list(aws.client("sns", region, caller).list_topics()["Topics"])


def calls(aws: Aws, since: int) -> list[tuple[str, str, str, str, str]]:
    return [
        (entry["caller"], entry["region"], entry["service"], entry["operation"], entry["outcome"])
        for entry in aws.calls.read(since)
    ]


def test_each_region_is_its_own(aws: Aws) -> None:
    aws.client("sns", EAST).create_topic(Name="alarms")
    assert len(topics(aws, EAST)) == 1 and topics(aws, WEST) == []


def test_calls_are_recorded_with_names_and_without_secrets(aws: Aws) -> None:
    mark = aws.calls.mark()
    aws.client("secretsmanager", WEST, WEST).create_secret(Name="database", SecretString="hunter2")
    aws.client("cloudwatch", EAST).put_metric_data(Namespace="a", MetricData=[{"MetricName": "b", "Value": 1.0}])
    aws.client("elbv2", EAST).describe_load_balancers()
    client = aws.client("dynamodb", EAST)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="none")
    assert calls(aws, mark) == [
        (WEST, WEST, "secretsmanager", "CreateSecret", "ok"),
        ("operator", EAST, "cloudwatch", "PutMetricData", "ok"),
        ("operator", EAST, "elbv2", "DescribeLoadBalancers", "ok"),
        ("operator", EAST, "dynamodb", "DescribeTable", "error:ResourceNotFoundException"),
    ]
    read = aws.calls.read(mark)
    assert read[0]["resource"] == "database" and read[3]["resource"] == "none" and read[3]["status"] == 400
    assert "hunter2" not in str(read)


@pytest.mark.parametrize("outsider", ["operator", "edge", WEST])
def test_a_dark_region_is_cut_off_and_goes_on_inside(aws: Aws, outsider: str) -> None:
    aws.faults.dark(EAST)
    mark = aws.calls.mark()
    with pytest.raises(ConnectionClosedError):
        topics(aws, EAST, outsider)
    assert topics(aws, EAST, EAST) == [] and topics(aws, WEST, outsider) == []
    with pytest.raises(ConnectionClosedError):
        topics(aws, WEST, EAST)
    assert [entry[4] for entry in calls(aws, mark)] == ["refused", "ok", "ok", "refused"]
    assert aws.calls.read(mark)[0]["status"] == 0
    aws.faults.clear("dark-us-east-1")
    assert topics(aws, EAST, outsider) == []


def test_one_service_of_a_region_is_down_inside_too(aws: Aws) -> None:
    aws.faults.dark(EAST, service="sns")
    for caller in ("operator", EAST):
        with pytest.raises(ConnectionClosedError):
            topics(aws, EAST, caller)
    assert aws.client("sqs", EAST, EAST).list_queues().get("QueueUrls") is None
    assert topics(aws, WEST, EAST) == []


def test_a_service_that_answers_with_5xx(aws: Aws) -> None:
    aws.faults.dark(EAST, service="sns", mode="5xx")
    mark = aws.calls.mark()
    with pytest.raises(ClientError) as caught:
        topics(aws, EAST)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert calls(aws, mark)[0][4] == "error:ServiceUnavailable"


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("rds", lambda client: client.describe_global_clusters(), "Throttling"),
        ("ecs", lambda client: client.list_clusters(), "ThrottlingException"),
        ("ec2", lambda client: client.describe_vpcs(), "RequestLimitExceeded"),
        ("s3", lambda client: client.list_buckets(), "SlowDown"),
        ("cloudwatch", lambda client: client.describe_alarms(), "Throttling"),
        ("dynamodb", lambda client: client.list_tables(), "ThrottlingException"),
    ],
)
def test_a_throttled_call_is_refused_in_the_services_own_word(aws: Aws, service: str, call: Any, code: str) -> None:
    """The words are those that botocore itself takes for throttling, so that its retries and ours would act."""
    aws.faults.throttle(service, 1)
    with pytest.raises(ClientError) as caught:
        call(aws.client(service, WEST))
    assert caught.value.response["Error"]["Code"] == code
    assert code in standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES


def test_a_lost_answer_leaves_the_effect(aws: Aws) -> None:
    aws.faults.drop_response("sns:CreateTopic", region=WEST)
    mark = aws.calls.mark()
    with pytest.raises(ConnectionClosedError):
        aws.client("sns", WEST).create_topic(Name="alarms")
    assert len(topics(aws, WEST)) == 1
    assert [entry[4] for entry in calls(aws, mark)] == ["lost", "ok"]
    aws.client("sns", WEST).create_topic(Name="others")


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("iam", lambda client: client.create_role(RoleName="x", AssumeRolePolicyDocument="{}")),
        ("iam", lambda client: client.list_roles()),
        ("budgets", lambda client: client.describe_budgets(AccountId="111122223333")),
        ("organizations", lambda client: client.list_roots()),
        ("ce", lambda client: client.list_cost_category_definitions()),
        (
            "s3",
            lambda client: client.create_bucket(Bucket="x", CreateBucketConfiguration={"LocationConstraint": WEST}),
        ),
        ("s3", lambda client: client.put_bucket_versioning(Bucket="x", VersioningConfiguration={"Status": "Enabled"})),
    ],
)
def test_the_accounts_control_planes_live_in_us_east_1(aws: Aws, service: str, call: Any) -> None:
    aws.faults.dark(EAST)
    mark = aws.calls.mark()
    with pytest.raises(ConnectionClosedError):
        call(aws.client(service, WEST))
    assert [(entry[1], entry[4]) for entry in calls(aws, mark)] == [(EAST, "refused")]


def test_regional_data_planes_outlive_us_east_1(aws: Aws) -> None:
    s3 = aws.client("s3", WEST)
    s3.create_bucket(Bucket="documents", CreateBucketConfiguration={"LocationConstraint": WEST})
    aws.faults.dark(EAST)
    mark = aws.calls.mark()
    body = b"\x00\xff" * 700_000
    s3.put_object(Bucket="documents", Key="a folder/ä", Body=body, Metadata={"epoch": "1"})
    got = s3.get_object(Bucket="documents", Key="a folder/ä")
    assert got["Body"].read() == body and got["Metadata"] == {"epoch": "1"}
    assert s3.head_object(Bucket="documents", Key="a folder/ä")["ContentLength"] == len(body)
    assert aws.client("sts", WEST).get_caller_identity()["Account"] == "111122223333"
    assert [entry[1:4] for entry in calls(aws, mark)] == [
        (WEST, "s3", "PutObject"),
        (WEST, "s3", "GetObject"),
        (WEST, "s3", "HeadObject"),
        (WEST, "sts", "GetCallerIdentity"),
    ]
    with pytest.raises(ConnectionClosedError):
        aws.client("sts", EAST).get_caller_identity()


def test_a_bucket_needs_its_own_region_too(aws: Aws) -> None:
    aws.faults.dark(WEST)
    with pytest.raises(ConnectionClosedError):
        aws.client("s3", WEST).create_bucket(Bucket="x", CreateBucketConfiguration={"LocationConstraint": WEST})


def test_a_role_session_stays_its_takers(aws: Aws) -> None:
    aws.client("iam").create_role(RoleName="task", AssumeRolePolicyDocument="{}")
    session = aws.client("sts", WEST, WEST).assume_role(
        RoleArn="arn:aws:iam::111122223333:role/task", RoleSessionName="warden"
    )["Credentials"]
    mark = aws.calls.mark()
    boto3.client(
        "sns",
        region_name=WEST,
        endpoint_url=aws.layer.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    ).list_topics()
    assert calls(aws, mark)[0][0] == WEST


@pytest.mark.parametrize("service", ["sns", "dynamodb", "ec2", "s3", "cloudwatch"])
def test_a_key_that_is_not_the_sandboxes_is_refused(aws: Aws, service: str) -> None:
    mark = aws.calls.mark()
    client = boto3.client(
        service,
        region_name=EAST,
        endpoint_url=aws.layer.endpoint,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
    )
    call = {
        "sns": lambda: client.list_topics(),
        "dynamodb": lambda: client.list_tables(),
        "ec2": lambda: client.describe_vpcs(),
        "s3": lambda: client.list_buckets(),
        "cloudwatch": lambda: client.describe_alarms(),
    }[service]
    with pytest.raises(client.exceptions.ClientError, match=r"UnrecognizedClientException|403"):
        call()
    assert {entry[4] for entry in calls(aws, mark)} == {"error:UnrecognizedClientException"}


def test_an_unsigned_request_is_refused(aws: Aws) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{aws.layer.endpoint}/moto-api/reset", data=b"")


def test_what_nobody_implements_is_refused_by_name(aws: Aws) -> None:
    client = aws.client("backup", EAST)
    with pytest.raises(client.exceptions.ClientError, match="NotImplemented"):
        client.list_restore_testing_plans()


def test_a_slow_region_delays_only_what_crosses_its_border(aws: Aws) -> None:
    topics(aws, EAST), topics(aws, EAST, EAST)
    aws.faults.latency(0.3, EAST)
    done: list[str] = []

    def call(caller: str) -> None:
        topics(aws, EAST, caller)
        done.append(caller)

    threads = [threading.Thread(target=call, args=(caller,)) for caller in ("operator", EAST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [EAST, "operator"], "the call from inside was not held up by the slow one"


def test_a_hanging_call_is_let_go_when_the_fault_ends(aws: Aws) -> None:
    topics(aws, EAST)
    aws.faults.dark(EAST, mode="hang")
    failed: list[BaseException] = []

    def call() -> None:
        try:
            topics(aws, EAST)
        except ConnectionClosedError as error:
            failed.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.1)
    assert thread.is_alive()
    aws.faults.clear()
    thread.join(5)
    assert not thread.is_alive() and len(failed) == 1


def test_a_presigned_url_has_a_caller(aws: Aws) -> None:
    s3 = aws.client("s3", EAST, EAST)
    s3.create_bucket(Bucket="documents")
    s3.put_object(Bucket="documents", Key="a", Body=b"x")
    mark = aws.calls.mark()
    signer = boto3.client(
        "s3",
        region_name=EAST,
        endpoint_url=aws.layer.endpoint,
        aws_access_key_id=callers.access_key(EAST),
        aws_secret_access_key="x",
        config=Config(signature_version="s3v4"),
    )
    url = signer.generate_presigned_url("get_object", Params={"Bucket": "documents", "Key": "a"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"x"
    assert calls(aws, mark) == [(EAST, EAST, "s3", "GetObject", "ok")]


def test_connections_are_kept(aws: Aws) -> None:
    address = ("127.0.0.1", int(aws.layer.endpoint.rpartition(":")[2]))
    with socket.create_connection(address, timeout=5) as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while b"MissingAuthenticationToken" not in answer or not answer.endswith(b"}"):
                answer += connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 403")


def test_reset_empties_every_region_and_keeps_faults_and_calls(aws: Aws) -> None:
    aws.client("sns", EAST).create_topic(Name="a")
    aws.client("sqs", WEST).create_queue(QueueName="a")
    aws.layer.view.set_running("arn", "web", 1)
    aws.faults.dark(WITNESS)
    mark = aws.calls.mark()
    aws.layer.reset()
    assert topics(aws, EAST) == [] and aws.client("sqs", WEST).list_queues().get("QueueUrls") is None
    assert aws.layer.view.reported_running("arn", "web") == 0
    assert mark > 0 and [fault.id for fault in aws.faults.list()] == ["dark-us-east-2"]


@pytest.mark.parametrize("caller", ["operator", "edge", EAST, WEST, WITNESS, "eu-central-1", "ap-northeast-1"])
def test_access_keys_name_their_callers(caller: str) -> None:
    key = callers.access_key(caller)
    assert len(key) == 20 and callers.caller_of(key) == caller
    assert callers.credentials(caller)["AWS_ACCESS_KEY_ID"] == key


def test_foreign_keys_name_nobody() -> None:
    assert callers.caller_of("AKIAIOSFODNN7EXAMPLE") is None
    assert callers.caller_of("ASIA") is None
    with pytest.raises(ValueError, match="too long"):
        callers.access_key("a-caller-of-many-words")
