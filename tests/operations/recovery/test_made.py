"""A pilot standby's instances, made by a promotion, come into the state that plans to make them."""

from types import SimpleNamespace
from typing import Any

import pytest

from operations.recovery.made import MADE, adopt
from operations.stacks.changes import Changes

CLUSTER = "urn:pulumi:dr::lifeline::aws:rds/cluster:Cluster::west-database"
PROVIDER = "urn:pulumi:dr::lifeline::pulumi:providers:aws::west::4f1c"


def urn(name: str) -> str:
    return f"urn:pulumi:dr::lifeline::{MADE}::{name}"


def step(name: str, operation: str = "create", type: str = MADE) -> Any:
    """As the Automation API tells a planned step."""
    new = SimpleNamespace(
        urn=urn(name),
        type=type,
        custom=True,
        id="",
        parent=CLUSTER,
        protect=None,
        inputs={"identifier": f"nl-fhir-{name}", "region": "us-west-2"},
        outputs={"identifier": f"nl-fhir-{name}"},
        provider=PROVIDER,
    )
    return SimpleNamespace(op=operation, type=type, urn=urn(name), new=new)


class Engine:
    """Keeps one state."""

    def __init__(self, **deployment: Any) -> None:
        self.state: dict[str, Any] = {"resources": [{"urn": CLUSTER, "type": "x", "custom": True}], **deployment}
        self.replaced: dict[str, Any] | None = None
        self.refreshed: list[str] = []

    def deployment(self, stack: str) -> dict[str, Any]:
        return self.state

    def replace(self, stack: str, deployment: dict[str, Any]) -> None:
        self.replaced = deployment

    def refresh(self, stack: str, only: list[str]) -> None:
        self.refreshed = only


def run(engine: Engine, steps: list[Any], there: set[str]) -> tuple[bool, list[str]]:
    said: list[str] = []

    def find(begun: Any) -> list[tuple[str, str]]:
        name = begun.inputs["identifier"]
        return [(name, name)] if name in there else []

    changed = adopt(engine, Changes("dr", steps=steps), said.append, find)  # type: ignore[arg-type]
    return changed, said


def test_what_is_there_comes_into_the_state_with_its_id_and_is_read() -> None:
    engine = Engine()
    changed, said = run(engine, [step("one"), step("two")], {"nl-fhir-one", "nl-fhir-two"})
    assert changed and engine.replaced is not None
    added = engine.replaced["resources"][1:]
    assert [(item["urn"], item["id"], item["outputs"]) for item in added] == [
        (urn("one"), "nl-fhir-one", {}),
        (urn("two"), "nl-fhir-two", {}),
    ]
    assert added[0]["provider"] == PROVIDER and added[0]["parent"] == CLUSTER
    assert engine.replaced["pending_operations"] == []
    assert engine.refreshed == [urn("one"), urn("two")]
    assert len(said) == 2 and "dr: the promotion made nl-fhir-one" in said[0]


@pytest.mark.parametrize(
    ("steps", "deployment", "there"),
    [
        ([step("one")], {}, set()),
        ([step("one", operation="same")], {}, {"nl-fhir-one"}),
        ([step("one", type="aws:rds/cluster:Cluster")], {}, {"nl-fhir-one"}),
        ([step("one")], {"pending_operations": [{"type": "creating"}]}, {"nl-fhir-one"}),
        ([], {}, set()),
    ],
    ids=["not there", "not to be made", "another type", "after a kill", "nothing planned"],
)
def test_otherwise_the_state_stays_as_it_is(steps: list[Any], deployment: dict[str, Any], there: set[str]) -> None:
    engine = Engine(**deployment)
    assert run(engine, steps, there) == (False, [])
    assert engine.replaced is None and engine.refreshed == []
