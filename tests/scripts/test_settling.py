"""What is said and done before a stack is changed, with an engine that only keeps a state."""

from typing import Any

import pytest

from operations.outcomes import Refused
from operations.stacks.changes import Change, Changes
from scripts.settling import known, settle

BUCKET = "urn:pulumi:prod::lifeline::aws:s3/bucket:Bucket::store"
TABLE = "urn:pulumi:prod::lifeline::aws:dynamodb/table:Table::control"


class Engine:
    """A state, and a cloud that has the bucket and not the table."""

    def __init__(self, *pending: dict[str, Any]) -> None:
        self.state: dict[str, Any] = {"resources": [], "pending_operations": list(pending)}
        self.refreshed: list[str] = []

    def deployment(self, stack: str) -> dict[str, Any]:
        return self.state

    def replace(self, stack: str, deployment: dict[str, Any]) -> None:
        self.state = deployment

    def refresh(self, stack: str, only: list[str]) -> Changes:
        self.refreshed = only
        gone = Change(TABLE, "aws:dynamodb/table:Table", "control", "delete")
        return Changes(stack, {TABLE: gone} if TABLE in only else {})


def creating(urn: str, **inputs: str) -> dict[str, Any]:
    kind = urn.split("::")[2]
    return {"type": "creating", "resource": {"urn": urn, "type": kind, "custom": True, "inputs": inputs}}


def test_each_is_told_and_only_those_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine(creating(BUCKET, bucket="store-1"), creating(TABLE, name="control"))
    settle(engine, "prod")  # type: ignore[arg-type]  # a double
    assert engine.refreshed == [TABLE, BUCKET]
    said = capsys.readouterr().err
    assert f"adopted: {BUCKET} as store-1" in said and f"not there: {TABLE}" in said
    assert engine.state["pending_operations"] == []


def test_nothing_is_done_where_nothing_is_pending(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine()
    settle(engine, "prod")  # type: ignore[arg-type]
    assert engine.refreshed == [] and capsys.readouterr().err == ""


def test_what_the_operator_says_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine(creating(BUCKET, bucket="store-1"), creating(TABLE, name="control"))
    settle(engine, "prod", known([f"{BUCKET}=a=b"]), [TABLE])  # type: ignore[arg-type]
    said = capsys.readouterr().err
    assert f"adopted: {BUCKET} as a=b" in said and f"to be made: {TABLE}" in said


@pytest.mark.parametrize("pair", ["store-1", f"{BUCKET}=", "=store-1", "bucket=store-1"])
def test_an_id_without_its_urn_is_refused(pair: str) -> None:
    with pytest.raises(Refused, match="URN=ID"):
        known([pair])
