"""Where things land: a configuration belongs to one provider instance, and a resource may name its own region."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tests.sandbox.providers.conftest import ACCOUNT, EAST, WEST, WITNESS, Engine, Rig
from tests.sandbox.providers.programs import provider
from tests.sandbox.providers.wire import Refusal, Wire


def topics(rig: Rig, region: str) -> list[str]:
    found = rig.client("sns", region).list_topics()["Topics"]
    return sorted(topic["TopicArn"].rsplit(":", 1)[-1] for topic in found)


def test_each_resource_and_each_invoke_goes_to_its_own_provider_s_region(engine: Engine, rig: Rig) -> None:
    def program() -> None:
        for site, region in (("east", EAST), ("west", WEST)):
            place = provider(site, region)
            opts = pulumi.ResourceOptions(provider=place)
            for number in range(4):
                aws.sns.Topic(f"{site}-{number}", name=f"{site}-{number}", opts=opts)
            zones = aws.get_availability_zones_output(
                state="available", opts=pulumi.InvokeOutputOptions(provider=place)
            )
            pulumi.export(site, zones.names)
            aws.sns.Topic(f"{site}-guest", name=f"{site}-guest", region=WITNESS, opts=opts)

    since = rig.calls.mark()
    outputs = engine.up(program).outputs
    assert topics(rig, EAST) == [f"east-{number}" for number in range(4)]
    assert topics(rig, WEST) == [f"west-{number}" for number in range(4)]
    assert topics(rig, WITNESS) == ["east-guest", "west-guest"]
    assert all(zone.startswith(EAST) for zone in outputs["east"].value)
    assert all(zone.startswith(WEST) for zone in outputs["west"].value)

    told = [call for call in rig.calls.read(since) if call["service"] == "pulumi:aws"]
    configured = [call["arguments"] for call in told if call["operation"] == "Configure"]
    assert {(entry["region"], entry["stsRegion"]) for entry in configured} == {(EAST, EAST), (WEST, WEST)}
    assert all(entry["allowedAccountIds"] == [ACCOUNT] for entry in configured)
    invoked = [call for call in told if call["operation"].startswith("Invoke")]
    assert {call["operation"] for call in invoked} == {"Invoke aws:index/getAvailabilityZones:getAvailabilityZones"}
    identity = [call for call in rig.calls.read(since) if call["operation"] == "GetCallerIdentity"]
    assert {call["region"] for call in identity} == {EAST, WEST}
    assert {call["caller"] for call in identity} == {"operator"}

    engine.stack.refresh()
    assert engine.preview(program) == {}
    engine.stack.destroy()
    assert [topics(rig, region) for region in (EAST, WEST, WITNESS)] == [[], [], []]


def test_a_resource_that_moves_to_another_region_is_replaced(wires: Callable[..., Wire], rig: Rig) -> None:
    east = wires("aws", region=EAST)
    made = east.create("aws:sns/topic:Topic", "topic", name="topic", region=EAST)
    assert list(east.diff(made, name="topic", region=WEST).replaces) == ["region"]
    # The same, where it is the provider that moves.
    assert list(wires("aws", region=WEST).diff(made, name="topic").replaces) == ["region"]
    assert not east.diff(made, name="topic").detailedDiff


def test_another_account_is_refused_before_anything_is_made(wires: Callable[..., Wire]) -> None:
    with pytest.raises(Refusal, match=f"AWS account ID not allowed: {ACCOUNT}"):
        wires("aws", region=EAST, allowedAccountIds='["999999999999"]')


def test_without_a_region_the_provider_is_refused(wires: Callable[..., Wire]) -> None:
    with pytest.raises(Refusal, match="region is missing"):
        wires("aws")


def test_a_dark_region_is_an_error_soon_and_the_other_goes_on_without_it(wires: Callable[..., Wire], rig: Rig) -> None:
    east = wires("aws", region=EAST, stsRegion=EAST)
    rig.faults.dark(EAST)
    with pytest.raises(Refusal, match=r"operation error SNS: CreateTopic.*us-east-1 did not answer"):
        east.create("aws:sns/topic:Topic", "east")
    with pytest.raises(Refusal, match=r"operation error STS: GetCallerIdentity.*us-east-1 did not answer"):
        wires("aws", region=EAST, stsRegion=EAST)
    since = rig.calls.mark()
    wires("aws", region=WEST, stsRegion=WEST).create("aws:sns/topic:Topic", "west")
    assert len(topics(rig, WEST)) == 1
    assert {call["region"] for call in rig.calls.read(since)} == {WEST}


@pytest.mark.parametrize("state", ["absent", "there", "no table", "dark"])
def test_an_absent_item_is_told_from_an_unreachable_table(state: str, wires: Callable[..., Wire], rig: Rig) -> None:
    dynamodb = rig.client("dynamodb", WEST)
    if state != "no table":
        dynamodb.create_table(
            TableName="control",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
    if state == "there":
        dynamodb.put_item(TableName="control", Item={"pk": {"S": "record"}, "epoch": {"N": "3"}})
    if state == "dark":
        rig.faults.dark(WEST, service="dynamodb")

    def asked() -> Any:
        key = json.dumps({"pk": {"S": "record"}})
        return wires("aws", region=WEST).invoke(ITEM, tableName="control", key=key)["item"]

    if state == "there":
        assert json.loads(asked())["epoch"] == {"N": "3"}
        return
    with pytest.raises(Refusal, match=r"reading DynamoDB Table Item \(control\|record\)") as refused:
        asked()
    expected = {"absent": "empty result", "no table": "couldn't find resource", "dark": "did not answer"}
    assert [words for words in expected.values() if words in str(refused.value)] == [expected[state]]


def test_one_connection_never_speaks_for_another(wires: Callable[..., Wire], rig: Rig) -> None:
    east, west = wires("aws", region=EAST), wires("aws", region=WEST)
    for wire in (east, west, east):
        wire.create("aws:sns/topic:Topic", "topic")
    assert (len(topics(rig, EAST)), len(topics(rig, WEST))) == (1, 1)


ITEM = "aws:dynamodb/getTableItem:getTableItem"
