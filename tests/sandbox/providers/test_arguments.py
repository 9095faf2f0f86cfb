"""What is refused, what is added, and what a change of an argument means."""

from typing import Any

import pytest

from sandbox.providers.values import UNKNOWN, Secret, opened
from tests.sandbox.providers.conftest import Rig
from tests.sandbox.providers.wire import Wire

TOPIC = "aws:sns/topic:Topic"
TABLE = "aws:dynamodb/table:Table"
BUCKET = "aws:s3/bucket:Bucket"
ALB = "aws:lb/loadBalancer:LoadBalancer"

WRONG: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    (TOPIC, {"colour": "red"}, "colour", "the SDK has no such property"),
    (TOPIC, {"dispalyName": "x"}, "dispalyName", "did you mean 'displayName'?"),
    (TOPIC, {"name": 7}, "name", "expected a text, got a number"),
    (TOPIC, {"fifoTopic": "true"}, "fifoTopic", "expected true or false, got a text"),
    (TOPIC, {"tags": ["a"]}, "tags", "expected an object, got a list"),
    (TOPIC, {"tags": {"epic": 1}}, "tags.epic", "expected a text, got a number"),
    (TABLE, {"readCapacity": 1.5}, "readCapacity", "expected a whole number, got a number"),
    (TABLE, {"attributes": {"name": "pk"}}, "attributes", "expected a list, got an object"),
    (TABLE, {"attributes": [{"name": "pk"}]}, "attributes[0].type", "Missing required argument"),
    (TABLE, {"replicas": [{"regionName": "a", "witness": "b"}]}, "replicas[0].witness", "no such property"),
    ("aws:ec2/subnet:Subnet", {}, "vpcId", "Missing required argument"),
    # Types without a row are checked as well.
    (BUCKET, {"acll": "private"}, "acll", "did you mean 'acl'?"),
    ("aws:sqs/queue:Queue", {"delaySeconds": "5"}, "delaySeconds", "expected a whole number, got a text"),
)


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "reason"), WRONG, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_wrong_argument_is_refused_and_named(
    kind: str, inputs: dict[str, Any], path: str, reason: str, east: Wire
) -> None:
    _, failures = east.check(kind, "thing", inputs)
    assert reason in failures[path]


def test_an_unknown_type_is_refused(east: Wire) -> None:
    with pytest.raises(Exception, match=r"aws:sns/topik:Topik: the installed pulumi_aws has no such type"):
        east.check("aws:sns/topik:Topik", "thing", {})


def test_unknown_values_and_secrets_pass_and_stay_what_they_are(east: Wire) -> None:
    checked, failures = east.check(TOPIC, "topic", {"displayName": UNKNOWN, "kmsMasterKeyId": Secret("key")})
    assert not failures
    assert checked["displayName"] is UNKNOWN
    assert checked["kmsMasterKeyId"] == Secret("key")


def test_what_the_program_leaves_open_is_filled_in(east: Wire) -> None:
    checked, _ = east.check(TOPIC, "alarms", {"tags": {"owner": "platform"}})
    assert checked["name"].startswith("alarms-")
    assert checked["tags"] == {"project": "trial", "owner": "platform"}
    again, _ = east.check(TOPIC, "alarms", {}, olds=checked)
    assert again["name"] == checked["name"]
    named, _ = east.check(TOPIC, "alarms", {"name": "fixed"}, olds=checked)
    assert named["name"] == "fixed"


def test_a_long_name_is_cut_to_what_aws_takes(east: Wire) -> None:
    checked, _ = east.check(ALB, "a-load-balancer-with-a-very-long-name", {})
    assert len(checked["name"]) == 32


def test_the_program_s_own_tag_wins_over_the_default(east: Wire) -> None:
    made = east.create(TOPIC, "topic", tags={"project": "mine"})
    assert made.outputs["tagsAll"] == {"project": "mine"}


def test_a_change_that_no_row_states_replaces(east: Wire) -> None:
    made = east.create("aws:cloudwatch/logGroup:LogGroup", "logs", name="/a", logGroupClass="STANDARD")
    difference = east.diff(made, name="/a", logGroupClass="INFREQUENT_ACCESS")
    assert list(difference.replaces) == ["logGroupClass"]
    # The name is the program's and stays: the old group has to go first.
    assert difference.deleteBeforeReplace
    automatic = east.create("aws:cloudwatch/logGroup:LogGroup", "auto", logGroupClass="STANDARD")
    assert not east.diff(automatic, logGroupClass="INFREQUENT_ACCESS").deleteBeforeReplace


def test_a_preview_leaves_open_what_only_the_cloud_knows(east: Wire, rig: Rig) -> None:
    seen = east.create(TOPIC, "topic", True, displayName="x")
    assert seen.outputs["arn"] is UNKNOWN
    assert seen.outputs["displayName"] == "x"
    assert seen.outputs["region"] == "us-east-1"
    assert rig.client("sns").list_topics()["Topics"] == []


def test_a_secret_argument_is_a_secret_output(east: Wire) -> None:
    made = east.create("aws:ssm/parameter:Parameter", "parameter", type="SecureString", value=Secret("hush"))
    assert made.outputs["value"] == Secret("hush")
    topic = east.create(TOPIC, "topic", displayName=Secret("hush"))
    assert topic.outputs["displayName"] == Secret("hush")


def test_a_write_only_password_is_sent_and_kept_nowhere(east: Wire, rig: Rig) -> None:
    given: dict[str, Any] = {"clusterIdentifier": "trial", "engine": "aurora-postgresql", "masterUsername": "lifeline"}
    given["skipFinalSnapshot"] = True
    cluster = east.create(
        "aws:rds/cluster:Cluster", "c", masterPasswordWo=Secret("s3cret-word"), masterPasswordWoVersion=1, **given
    )
    assert "masterPasswordWo" not in cluster.outputs
    assert "s3cret-word" not in str(opened(cluster.outputs))
    alone = east.diff(cluster, masterPasswordWo=Secret("another-word"), masterPasswordWoVersion=1, **given)
    assert not alone.detailedDiff
    raised = east.diff(cluster, masterPasswordWo=Secret("another-word"), masterPasswordWoVersion=2, **given)
    assert (list(raised.detailedDiff), list(raised.replaces)) == (["masterPasswordWoVersion"], [])
    since = rig.calls.mark()
    east.update(cluster, masterPasswordWo=Secret("another-word"), masterPasswordWoVersion=2, **given)
    assert "ModifyDBCluster" in [call["operation"] for call in rig.calls.read(since)]
    assert "another-word" not in str(rig.calls.read(0))
    assert "s3cret-word" not in str(rig.calls.read(0))


def test_a_computed_argument_given_later_is_compared_with_what_is(east: Wire) -> None:
    """A founder flag that moves: the survivor is told its master's name for the first time."""
    given = {"clusterIdentifier": "trial", "engine": "aurora-postgresql", "skipFinalSnapshot": True}
    made = east.create("aws:rds/cluster:Cluster", "c", masterUsername="lifeline", masterPasswordWo="p" * 12, **given)
    silent, _ = east.check(made.type, made.name, given, made.inputs)
    made.inputs = silent
    assert not east.diff(made, masterUsername="lifeline", **given).detailedDiff
    assert list(east.diff(made, masterUsername="other", **given).replaces) == ["masterUsername"]


def test_a_type_without_a_row_is_kept(east: Wire) -> None:
    made = east.create("aws:kinesis/stream:Stream", "stream", shardCount=5)
    found = east.read(made)
    assert found is not None
    assert (found.outputs["shardCount"], found.outputs["tagsAll"]) == (5, {"project": "trial"})
    assert list(east.diff(made, shardCount=6).replaces) == ["shardCount"]
    east.delete(made)


def test_passwords_are_random_secret_and_made_anew_by_their_keepers(wires: Any) -> None:
    random = wires("random")
    kind = "random:index/randomPassword:RandomPassword"
    given = {"length": 40, "special": False, "minNumeric": 5, "keepers": {"version": "1"}}
    first, second = random.create(kind, "one", **given), random.create(kind, "two", **given)
    word = opened(first.outputs["result"])
    assert isinstance(first.outputs["result"], Secret)
    assert len(word) == 40
    assert word.isalnum()
    assert sum(character.isdigit() for character in word) >= 5
    assert word != opened(second.outputs["result"])
    assert list(random.diff(first, **{**given, "keepers": {"version": "2"}}).replaces) == ["keepers"]
    assert list(random.diff(first, **{**given, "length": 41}).replaces) == ["length"]
    assert not random.diff(first, **given).detailedDiff


def test_no_secret_of_a_provider_s_configuration_reaches_the_call_log(wires: Any, rig: Rig) -> None:
    since = rig.calls.mark()
    wires("cloudflare", apiToken=Secret("very-private"))
    wires("aws", region="us-west-2", secretKey=Secret("very-private"))
    entries = rig.calls.read(since)
    assert [entry["service"] for entry in entries if entry["operation"] == "Configure"] == [
        "pulumi:cloudflare",
        "pulumi:aws",
    ]
    assert "very-private" not in str(entries)
