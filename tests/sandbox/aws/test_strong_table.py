"""A table with multi-region strong consistency: one store, two of three to change it, the past where it is cut off."""

import threading
from typing import Any

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, WITNESS, Aws

NAME = "nl-fhir-production-control"


def table(aws: Aws, region: str = WEST, **settings: Any) -> Any:
    """The regional table that the global one is made of."""
    return aws.client("dynamodb", region).create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        **settings,
    )


def strong(aws: Aws) -> dict[str, Any]:
    table(aws)
    answer = aws.client("dynamodb", WEST).update_table(
        TableName=NAME,
        ReplicaUpdates=[{"Create": {"RegionName": EAST}}],
        GlobalTableWitnessUpdates=[{"Create": {"RegionName": WITNESS}}],
        MultiRegionConsistency="STRONG",
    )
    return dict(answer["TableDescription"])


def put(aws: Aws, region: str, value: str, caller: str = "operator", **condition: Any) -> None:
    item = {"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}, "value": {"S": value}}
    aws.client("dynamodb", region, caller).put_item(TableName=NAME, Item=item, **condition)


def read(aws: Aws, region: str, caller: str = "operator", strongly: bool = True) -> str | None:
    found = aws.client("dynamodb", region, caller).get_item(
        TableName=NAME, Key={"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}}, ConsistentRead=strongly
    )
    return found["Item"]["value"]["S"] if "Item" in found else None


def test_it_is_described_in_both_regions_and_not_at_the_witness(aws: Aws) -> None:
    made = strong(aws)
    assert made["TableStatus"] == "UPDATING" and made["Replicas"][0]["ReplicaStatus"] == "CREATING"
    for region, other in ((WEST, EAST), (EAST, WEST)):
        described = aws.client("dynamodb", region).describe_table(TableName=NAME)["Table"]
        assert described["TableStatus"] == "ACTIVE" and described["MultiRegionConsistency"] == "STRONG"
        assert described["Replicas"] == [{"RegionName": other, "ReplicaStatus": "ACTIVE"}]
        assert described["GlobalTableWitnesses"] == [{"RegionName": WITNESS, "WitnessStatus": "ACTIVE"}]
        assert described["TableArn"] == f"arn:aws:dynamodb:{region}:111122223333:table/{NAME}"
        assert described["SSEDescription"]["Status"] == "ENABLED"
    witness = aws.client("dynamodb", WITNESS)
    with pytest.raises(witness.exceptions.ResourceNotFoundException):
        witness.describe_table(TableName=NAME)


def test_a_write_in_one_region_is_read_in_the_other_at_once(aws: Aws) -> None:
    strong(aws)
    put(aws, WEST, "one")
    assert read(aws, EAST) == "one"
    put(aws, EAST, "two")
    assert read(aws, WEST) == read(aws, WEST, strongly=False) == "two"


def test_one_conditional_write_decides_between_regions(aws: Aws) -> None:
    strong(aws)
    put(aws, WEST, "0")
    won, start = [], threading.Barrier(8)

    def race(index: int) -> None:
        region = (EAST, WEST)[index % 2]
        client = aws.client("dynamodb", region)
        start.wait()
        try:
            client.update_item(
                TableName=NAME,
                Key={"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}},
                UpdateExpression="SET #v = :new",
                ConditionExpression="#v = :old",
                ExpressionAttributeNames={"#v": "value"},
                ExpressionAttributeValues={":new": {"S": f"{index + 1}"}, ":old": {"S": "0"}},
            )
            won.append(str(index + 1))
        except client.exceptions.ConditionalCheckFailedException:
            return

    for region in (EAST, WEST):
        aws.client("dynamodb", region)  # clients are not made in threads
    threads = [threading.Thread(target=race, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1 and read(aws, EAST) == won[0]


@pytest.mark.parametrize(("lost", "left"), [(EAST, WEST), (WEST, EAST)])
def test_an_isolated_replica_refuses_writes_and_strong_reads_and_remembers(aws: Aws, lost: str, left: str) -> None:
    strong(aws)
    put(aws, left, "before")
    aws.faults.dark(lost)
    inside = aws.client("dynamodb", lost, lost)
    put(aws, left, "after")
    assert read(aws, left) == "after"
    for refused in (
        lambda: put(aws, lost, "x", caller=lost),
        lambda: read(aws, lost, caller=lost),
        lambda: inside.query(
            TableName=NAME,
            ConsistentRead=True,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "record"}},
        ),
        lambda: inside.scan(TableName=NAME, ConsistentRead=True),
        lambda: inside.batch_get_item(
            RequestItems={NAME: {"Keys": [{"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}}], "ConsistentRead": True}}
        ),
        lambda: inside.batch_write_item(
            RequestItems={NAME: [{"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}}]}
        ),
        lambda: inside.delete_item(TableName=NAME, Key={"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}}),
    ):
        with pytest.raises(inside.exceptions.InternalServerError):
            refused()
    assert read(aws, lost, caller=lost, strongly=False) == "before"
    assert [item["value"]["S"] for item in inside.scan(TableName=NAME)["Items"]] == ["before"]
    batch = inside.batch_get_item(RequestItems={NAME: {"Keys": [{"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}}]}})
    assert batch["Responses"][NAME][0]["value"]["S"] == "before"
    assert read(aws, left) == "after", "a stale read leaves the store alone"
    aws.faults.clear()
    assert read(aws, lost, caller=lost) == read(aws, lost, strongly=False) == "after"


def test_the_witness_alone_costs_nothing_and_with_a_replica_everything(aws: Aws) -> None:
    strong(aws)
    aws.faults.dark(WITNESS)
    put(aws, EAST, "one")
    assert read(aws, WEST) == "one"
    aws.faults.dark(EAST)
    client = aws.client("dynamodb", WEST)
    with pytest.raises(client.exceptions.InternalServerError):
        put(aws, WEST, "two")


def test_an_outage_of_the_service_in_one_region(aws: Aws) -> None:
    strong(aws)
    put(aws, WEST, "one")
    aws.faults.dark(EAST, service="dynamodb")
    put(aws, WEST, "two", caller=EAST)
    assert read(aws, WEST, caller=EAST) == "two"
    with pytest.raises(Exception, match="Connection was closed"):
        read(aws, EAST, caller=EAST, strongly=False)


@pytest.mark.parametrize("operation", ["write", "read", "statement"])
def test_transactions_are_refused(aws: Aws, operation: str) -> None:
    strong(aws)
    client = aws.client("dynamodb", EAST)
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    calls = {
        "write": lambda: client.transact_write_items(TransactItems=[{"Put": {"TableName": NAME, "Item": key}}]),
        "read": lambda: client.transact_get_items(TransactItems=[{"Get": {"TableName": NAME, "Key": key}}]),
        "statement": lambda: client.execute_transaction(
            TransactStatements=[{"Statement": f"INSERT INTO \"{NAME}\" VALUE {{'pk': 'a', 'sk': 'b'}}"}]
        ),
    }
    with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
        calls[operation]()


def test_what_is_not_rehearsed_says_so(aws: Aws) -> None:
    strong(aws)
    client = aws.client("dynamodb", EAST)
    with pytest.raises(client.exceptions.ClientError, match="PartiQL"):
        client.execute_statement(Statement=f'SELECT * FROM "{NAME}"')  # noqa: S608 - PartiQL of a constant
    with pytest.raises(client.exceptions.ClientError, match="time to live"):
        client.update_time_to_live(
            TableName=NAME, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )


@pytest.mark.parametrize(
    ("update", "match"),
    [
        ({"GlobalTableWitnessUpdates": []}, "exactly 3"),
        ({"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}, "not one Region set"),
        ({"ReplicaUpdates": [{"Create": {"RegionName": WITNESS}}]}, "exactly 3"),
        ({"MultiRegionConsistency": "EVENTUAL", "GlobalTableWitnessUpdates": []}, "eventually consistent"),
    ],
)
def test_impossible_memberships(aws: Aws, update: dict[str, Any], match: str) -> None:
    table(aws)
    client = aws.client("dynamodb", WEST)
    given = {
        "ReplicaUpdates": [{"Create": {"RegionName": EAST}}],
        "GlobalTableWitnessUpdates": [{"Create": {"RegionName": WITNESS}}],
        "MultiRegionConsistency": "STRONG",
    } | update
    with pytest.raises(client.exceptions.ClientError, match=match):
        client.update_table(TableName=NAME, **{key: value for key, value in given.items() if value})
    assert "Replicas" not in client.describe_table(TableName=NAME)["Table"]
    assert aws.client("dynamodb", EAST).list_tables()["TableNames"] == []


def test_only_an_empty_table_becomes_strong(aws: Aws) -> None:
    table(aws)
    put(aws, WEST, "one")
    client = aws.client("dynamodb", WEST)
    with pytest.raises(client.exceptions.ClientError, match="empty"):
        client.update_table(
            TableName=NAME,
            ReplicaUpdates=[{"Create": {"RegionName": EAST}}],
            GlobalTableWitnessUpdates=[{"Create": {"RegionName": WITNESS}}],
            MultiRegionConsistency="STRONG",
        )


def test_it_is_dissolved_as_a_whole_and_then_deleted(aws: Aws) -> None:
    strong(aws)
    put(aws, EAST, "kept")
    client = aws.client("dynamodb", WEST)
    with pytest.raises(client.exceptions.ClientError, match="replica in us-east-1"):
        client.delete_table(TableName=NAME)
    with pytest.raises(client.exceptions.ClientError, match="single member"):
        client.update_table(TableName=NAME, GlobalTableWitnessUpdates=[{"Delete": {"RegionName": WITNESS}}])
    client.update_table(
        TableName=NAME,
        ReplicaUpdates=[{"Delete": {"RegionName": EAST}}],
        GlobalTableWitnessUpdates=[{"Delete": {"RegionName": WITNESS}}],
    )
    assert aws.client("dynamodb", EAST).list_tables()["TableNames"] == []
    assert read(aws, WEST) == "kept"
    assert "MultiRegionConsistency" not in client.describe_table(TableName=NAME)["Table"]
    client.delete_table(TableName=NAME)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName=NAME)


def test_each_replica_has_its_own_protection_recovery_and_tags(aws: Aws) -> None:
    strong(aws)
    east, west = aws.client("dynamodb", EAST), aws.client("dynamodb", WEST)
    east.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    assert east.describe_table(TableName=NAME)["Table"]["DeletionProtectionEnabled"] is True
    assert west.describe_table(TableName=NAME)["Table"]["DeletionProtectionEnabled"] is False
    west.update_continuous_backups(
        TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    recovery = [
        client.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"][
            "PointInTimeRecoveryDescription"
        ]["PointInTimeRecoveryStatus"]
        for client in (east, west)
    ]
    assert recovery == ["DISABLED", "ENABLED"]
    arn = east.describe_table(TableName=NAME)["Table"]["TableArn"]
    east.tag_resource(ResourceArn=arn, Tags=[{"Key": "site", "Value": "global"}])
    assert east.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "site", "Value": "global"}]
    refused = west.exceptions.ClientError
    with pytest.raises(refused, match=r"(?i)protect"):
        west.update_table(
            TableName=NAME,
            ReplicaUpdates=[{"Delete": {"RegionName": EAST}}],
            GlobalTableWitnessUpdates=[{"Delete": {"RegionName": WITNESS}}],
        )
    assert west.describe_table(TableName=NAME)["Table"]["Replicas"][0]["RegionName"] == EAST


def test_tables_of_one_region_are_left_alone(aws: Aws) -> None:
    table(aws, EAST)
    client = aws.client("dynamodb", EAST)
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": NAME, "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}}]
    )
    aws.faults.dark(EAST)
    inside = aws.client("dynamodb", EAST, EAST)
    assert inside.scan(TableName=NAME, ConsistentRead=True)["Count"] == 1


@pytest.mark.parametrize(
    ("expression", "names", "found"),
    [
        ("pk = :p", {}, ["1", "2", "3"]),
        ("#k=:p AND sk > :s", {"#k": "pk"}, ["2", "3"]),
        ("sk = :s and pk = :p", {}, ["1"]),
        ("(pk = :p) AND begins_with(sk, :s)", {}, ["1"]),
        ("pk = :nobody", {}, []),
    ],
)
def test_a_query_finds_what_is_in_its_partition(
    aws: Aws, expression: str, names: dict[str, str], found: list[str]
) -> None:
    strong(aws)
    dynamodb = aws.client("dynamodb", EAST)
    for partition in ("mine", "other"):
        for number in ("1", "2", "3"):
            dynamodb.put_item(TableName=NAME, Item={"pk": {"S": partition}, "sk": {"S": number}})
    values = {":p": {"S": "mine"}, ":s": {"S": "1"}, ":nobody": {"S": "nobody"}}
    answer = aws.client("dynamodb", WEST).query(
        TableName=NAME,
        KeyConditionExpression=expression,
        ExpressionAttributeValues={name: value for name, value in values.items() if name in expression},
        **({"ExpressionAttributeNames": names} if names else {}),
    )
    assert [(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]] == [("mine", number) for number in found]
