"""The record against the intent: a stale checkout must not touch the live site."""

import json

import pytest

from infra import intent
from infra.lookup import ProgramError
from infra.providers import aws_provider
from tests.infra.declared import Declared, Fails, World, run, shipped

ITEM = "aws:dynamodb/getTableItem:getTableItem"
ABSENT = Fails("reading DynamoDB Table Item (nl-fhir-production-control|record|nl-fhir): empty result")
UNREACHABLE = Fails("reading DynamoDB Table Item: operation error DynamoDB: GetItem, connection refused")
MISSING = Fails("reading DynamoDB Table Item: couldn't find resource")


def record(active: str, epoch: int) -> dict[str, str]:
    return {"id": "1", "item": json.dumps({"active": {"S": active}, "epoch": {"N": str(epoch)}})}


def start(scope: str, answer: dict[str, str] | Fails, *, preview: bool = False, active: str = "east") -> Declared:
    """The check alone, as the program makes it."""
    settings = shipped(scope, active={"production": active})
    return run(
        settings,
        world=World({ITEM: answer}),
        preview=preview,
        program=lambda: intent.check(settings, aws_provider(settings)),
    )


@pytest.mark.parametrize("scope", ["global", "east", "west"])
@pytest.mark.parametrize("preview", [True, False])
def test_agreement_says_nothing(scope: str, preview: bool) -> None:
    stack = start(scope, record("west", 3), preview=preview, active="west")
    assert stack.messages == []


def test_an_absent_record_is_epoch_0_with_the_founder_active() -> None:
    assert start("west", ABSENT).messages == []
    assert start("west", {"id": "1", "item": ""}).messages == []
    with pytest.raises(ProgramError, match="the control record says east since epoch 0"):
        start("west", ABSENT, active="west")


@pytest.mark.parametrize("scope", ["global", "east", "west"])
def test_a_preview_warns_of_a_contradiction(scope: str) -> None:
    stack = start(scope, record("west", 3), preview=True)
    assert "means east to be active, but the control record says west since epoch 3" in stack.said("warning")
    assert "an `up` would refuse" in stack.said("warning")
    assert "`production: west`" in stack.said("warning")


def test_a_preview_goes_on_after_its_warning() -> None:
    stack = run(shipped("global"), world=World({ITEM: record("west", 3)}), preview=True, check_intent=True)
    assert stack.said("warning")
    assert stack.of("rds/globalCluster:GlobalCluster")


@pytest.mark.parametrize("scope", ["global", "east", "west"])
def test_an_up_refuses_a_contradiction_before_anything_is_registered(scope: str) -> None:
    registered: list[str] = []

    class Watching(World):
        def new_resource(self, args):  # type: ignore[no-untyped-def]
            registered.append(args.typ)
            return super().new_resource(args)

    settings = shipped(scope)
    with pytest.raises(ProgramError, match="nothing was changed; set `production: west`"):
        run(settings, world=Watching({ITEM: record("west", 3)}), check_intent=True)
    # The provider that asks is all there is.
    assert registered == ["pulumi:providers:aws"]


@pytest.mark.parametrize("answer", [UNREACHABLE, MISSING, {"id": "1", "item": '{"epoch": {"N": "1"}}'}])
@pytest.mark.parametrize("scope", ["east", "west"])
def test_a_record_that_cannot_be_read_is_not_an_absent_one(scope: str, answer: dict[str, str] | Fails) -> None:
    assert "the control record cannot be read" in start(scope, answer, preview=True).said("warning")
    with pytest.raises(ProgramError, match=r"the control record cannot be read: .*; apply `global` first"):
        start(scope, answer)


@pytest.mark.parametrize("answer", [UNREACHABLE, MISSING])
@pytest.mark.parametrize("preview", [True, False])
def test_global_runs_without_the_table_that_it_makes(answer: Fails, preview: bool) -> None:
    stack = start("global", answer, preview=preview)
    assert stack.said("warning") == ""
    assert "`global` goes on without it" in stack.said("info")


@pytest.mark.parametrize("answer", [record("west", 3), UNREACHABLE])
def test_an_override_takes_a_reason_and_is_logged(
    answer: dict[str, str] | Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFELINE_OVERRIDE_INTENT", "drill 12, agreed with Ada")
    stack = start("east", answer)
    assert "overridden by LIFELINE_OVERRIDE_INTENT: drill 12, agreed with Ada" in stack.said("warning")


def test_an_override_without_a_reason_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFELINE_OVERRIDE_INTENT", "  ")
    with pytest.raises(ProgramError, match="nothing was changed"):
        start("east", record("west", 3))


@pytest.mark.parametrize(("scope", "region"), [("global", "us-west-2"), ("east", "us-east-1"), ("west", "us-west-2")])
def test_the_record_is_read_first_and_in_the_stack_s_own_region(scope: str, region: str) -> None:
    first = start(scope, ABSENT).invokes[0]
    assert first.token == ITEM
    assert first.arguments["region"] == region
    assert first.arguments["tableName"] == "nl-fhir-production-control"
    assert json.loads(first.arguments["key"]) == {"pk": {"S": "record"}, "sk": {"S": "nl-fhir"}}
    assert "pulumi:providers:aws" in first.provider
