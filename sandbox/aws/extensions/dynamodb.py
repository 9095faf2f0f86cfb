"""DynamoDB: global tables with multi-Region strong consistency, which moto accepts and forgets."""

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Handler, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.dynamodb_partition import of_query
from sandbox.aws.extensions.global_table import GlobalTable, check_membership

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "dynamodb"
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
_READS = ("GetItem", "Query", "Scan", "BatchGetItem")
_TRANSACTIONS = ("TransactWriteItems", "TransactGetItems", "ExecuteTransaction")
_STATEMENTS = ("ExecuteStatement", "BatchExecuteStatement")
# What a replica has of its own; everything else that UpdateTable changes is the whole global table's.
_OWN_SETTINGS = ("DeletionProtectionEnabled", "SSESpecification", "TableClass", "TableName")
_STATEMENT_TABLE = re.compile(r"(?:FROM|INTO|UPDATE)\s+\"?([A-Za-z0-9_.\-]+)\"?", re.IGNORECASE)


class DynamoDb:
    """Strongly consistent global tables over moto's regional tables."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._tables: dict[str, GlobalTable] = {}

    def rows(self) -> Rows:
        rows: dict[str, Handler] = {
            "DescribeTable": self._describe,
            "UpdateTable": self._update,
            "DeleteTable": self._delete,
            "UpdateTimeToLive": self._time_to_live,
        }
        rows |= dict.fromkeys((*_WRITES, *_READS), self._data)
        rows |= dict.fromkeys(_TRANSACTIONS, self._transaction)
        rows |= dict.fromkeys(_STATEMENTS, self._statement)
        return {(_SERVICE, operation): handler for operation, handler in rows.items()}

    def reset(self) -> None:
        self._tables.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        for table in self._tables.values():
            table.follow(self._reachable)

    # Items

    def _data(self, call: Call, passthrough: Passthrough) -> Result:
        document = _document(call)
        names = list(document["RequestItems"]) if "RequestItems" in document else [document.get("TableName", "")]
        involved = [(name, table) for name in names if (table := self._table(name, call.region))]
        if not involved:
            return passthrough.raw()
        bound = []
        for name, table in involved:
            if call.operation in _WRITES:
                items = table.writable(call.region)
            else:
                keys = document.get("RequestItems", {}).get(name, document)
                items = table.readable(call.region, strong=bool(keys.get("ConsistentRead")))
            bound.append((table, items))
        regional = self._regional(call.region)
        try:
            for table, items in bound:
                own = regional.tables[table.name]
                own.items = of_query(document, own.hash_key_attr, items) if call.operation == "Query" else items
            return passthrough.raw()
        finally:
            for table, _ in bound:
                regional.tables[table.name].items = table.items

    def _transaction(self, call: Call, passthrough: Passthrough) -> Result:
        document = _document(call)
        names = [
            action.get("TableName", "") for item in document.get("TransactItems", []) for action in item.values()
        ] + _stated_tables(document)
        for name in names:
            if self._table(name, call.region):
                raise _unsupported(f"transactions are not supported on table {_name(name)}")
        return passthrough.raw()

    def _statement(self, call: Call, passthrough: Passthrough) -> Result:
        for name in _stated_tables(_document(call)):
            if self._table(name, call.region):
                # AWS has it; a second path to the same quorum is not rehearsed, so it must not look as if it were.
                raise ApiError("NotImplemented", f"the sandbox has no PartiQL on {name}, a strongly consistent table")
        return passthrough.raw()

    # Tables

    def _describe(self, call: Call, passthrough: Passthrough) -> Result:
        table = self._table(_document(call).get("TableName", ""), call.region)
        if table is None:
            return passthrough.raw()
        output = passthrough()
        output["Table"] |= table.describe(call.region)
        return output

    def _time_to_live(self, call: Call, passthrough: Passthrough) -> Result:
        document = _document(call)
        if self._table(document.get("TableName", ""), call.region):
            raise _unsupported("time to live is not supported")
        return passthrough.raw()

    def _delete(self, call: Call, passthrough: Passthrough) -> Result:
        table = self._table(_document(call).get("TableName", ""), call.region)
        if table is not None:
            others = ", ".join(region for region in table.replicas if region != call.region)
            raise ApiError(
                "ValidationException",
                f"Table {table.name} still has a replica in {others}: remove its replicas and witness first",
            )
        return passthrough.raw()

    def _update(self, call: Call, passthrough: Passthrough) -> Result:
        document = _document(call)
        name = _name(document.get("TableName", ""))
        table = self._table(name, call.region)
        created = [update["Create"] for update in document.get("ReplicaUpdates", []) if "Create" in update]
        deleted = [update["Delete"] for update in document.get("ReplicaUpdates", []) if "Delete" in update]
        witnesses = document.get("GlobalTableWitnessUpdates", [])
        settings = {
            key: value
            for key, value in document.items()
            if key not in ("ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency")
        }
        if created:
            return self._form(call, passthrough, name, created, witnesses)
        if table is None:
            return passthrough.raw()
        if deleted or witnesses:
            return self._dissolve(call, passthrough, table, deleted, witnesses)
        return self._change(call, passthrough, table, settings)

    def _form(
        self,
        call: Call,
        passthrough: Passthrough,
        name: str,
        created: list[dict[str, Any]],
        witnesses: list[dict[str, Any]],
    ) -> Result:
        """Make the regional table one of three members, all empty."""
        document = _document(call)
        if document.get("MultiRegionConsistency") != "STRONG":
            raise ApiError(
                "NotImplemented",
                f"the sandbox does not rehearse eventually consistent global tables: {name} was to get a replica "
                "without MultiRegionConsistency=STRONG",
            )
        if self._table(name, call.region):
            raise ApiError(
                "ValidationException", f"Replicas cannot be added to {name}: it is already strongly consistent"
            )
        replicas = [create["RegionName"] for create in created]
        witness = [update["Create"]["RegionName"] for update in witnesses if "Create" in update]
        check_membership(call.region, replicas, witness)
        self._check_connected(call.region, [*replicas, *witness])
        source = self._source(name, call.region)
        for create in created:
            self._create_replica(name, call.region, create)
        table = GlobalTable(name, [call.region, *replicas], witness[0] if witness else None, source.items)
        for region in table.replicas:
            self._regional(region).tables[name].items = table.items
        self._tables[name] = table
        table.follow(self._reachable)
        output = passthrough(parameters={"TableName": name})
        output["TableDescription"] |= table.describe(call.region, "CREATING") | {"TableStatus": "UPDATING"}
        return output

    def _source(self, name: str, region: str) -> Any:
        source = self._regional(region).tables.get(name)
        if source is None:
            raise ApiError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        if len(source) > 0:
            raise _unsupported(f"table {name} has items, and only an empty table can become strongly consistent")
        if source.indexes:
            raise _unsupported("local secondary indexes are not supported")
        if source.ttl.get("TimeToLiveStatus") == "ENABLED":
            raise _unsupported("time to live is not supported")
        return source

    def _create_replica(self, name: str, home: str, create: dict[str, Any]) -> None:
        invoke = self._emulation.backend.invoke
        described = invoke(_SERVICE, "DescribeTable", home, {"TableName": name})["Table"]
        schema: dict[str, Any] = {
            "TableName": name,
            "AttributeDefinitions": described["AttributeDefinitions"],
            "KeySchema": described["KeySchema"],
            "BillingMode": described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        }
        if schema["BillingMode"] == "PROVISIONED":
            throughput = described["ProvisionedThroughput"]
            schema["ProvisionedThroughput"] = {
                unit: throughput[unit] for unit in ("ReadCapacityUnits", "WriteCapacityUnits")
            }
        if described.get("GlobalSecondaryIndexes"):
            schema["GlobalSecondaryIndexes"] = [
                {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
                for index in described["GlobalSecondaryIndexes"]
            ]
        if "StreamSpecification" in described:
            schema["StreamSpecification"] = described["StreamSpecification"]
        if described.get("SSEDescription"):
            schema["SSESpecification"] = {"Enabled": True, "SSEType": "KMS"}
            if key := create.get("KMSMasterKeyId"):
                schema["SSESpecification"]["KMSMasterKeyId"] = key
        invoke(_SERVICE, "CreateTable", create["RegionName"], schema)

    def _dissolve(
        self,
        call: Call,
        passthrough: Passthrough,
        table: GlobalTable,
        deleted: list[dict[str, Any]],
        witnesses: list[dict[str, Any]],
    ) -> Result:
        """Back to a table in one region. One member alone cannot leave: two do not make a quorum that survives."""
        leaving = {update["RegionName"] for update in deleted}
        leaving |= {update["Delete"]["RegionName"] for update in witnesses if "Delete" in update}
        if leaving != set(table.members) - {call.region}:
            raise _unsupported(
                f"a single member cannot be removed from {table.name}: remove all of "
                f"{', '.join(sorted(set(table.members) - {call.region}))} in one UpdateTable"
            )
        self._check_connected(call.region, sorted(leaving))
        output = passthrough(parameters={"TableName": table.name})
        output["TableDescription"] |= table.describe(call.region, "DELETING") | {"TableStatus": "UPDATING"}
        for region in table.replicas:
            if region != call.region:
                self._emulation.backend.invoke(_SERVICE, "DeleteTable", region, {"TableName": table.name})
        del self._tables[table.name]
        return output

    def _change(self, call: Call, passthrough: Passthrough, table: GlobalTable, settings: dict[str, Any]) -> Result:
        output = passthrough(parameters=settings)
        shared = {key: value for key, value in settings.items() if key not in _OWN_SETTINGS}
        if shared:
            for region in table.replicas:
                if region != call.region:
                    passthrough(parameters=shared | {"TableName": table.name}, region=region)
        output["TableDescription"] |= table.describe(call.region)
        return output

    # Lookups

    def _table(self, name: str, region: str) -> GlobalTable | None:
        table = self._tables.get(_name(name))
        return table if table is not None and region in table.replicas else None

    def _regional(self, region: str) -> Any:
        from moto.dynamodb.models import dynamodb_backends

        return dynamodb_backends[self._emulation.backend.account_id][region]

    def _reachable(self, one: str, other: str) -> bool:
        return self._emulation.faults.reachable(one, other, _SERVICE)

    def _check_connected(self, home: str, others: list[str]) -> None:
        for region in others:
            if not self._reachable(home, region):
                raise ApiError("InternalServerError", f"{region} cannot be reached from {home}", 500)


def _document(call: Call) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(call.request.body or b"{}")
    except ValueError as error:
        raise ApiError("SerializationException", f"the body is not JSON: {error}") from error
    return document


def _stated_tables(document: dict[str, Any]) -> list[str]:
    statements = [document.get("Statement", "")]
    statements += [
        entry.get("Statement", "") for key in ("Statements", "TransactStatements") for entry in document.get(key, [])
    ]
    return [name for statement in statements for name in _STATEMENT_TABLE.findall(statement)]


def _name(name_or_arn: str) -> str:
    return name_or_arn.rpartition(":table/")[2]


def _unsupported(what: str) -> ApiError:
    return ApiError("ValidationException", f"With multi-Region strong consistency, {what}")
