"""Plan rules over a preview: from the engine's events to findings and an exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent
from typer.testing import CliRunner

from operations.stacks.changes import Changes
from operations.stacks.engine import Engine
from scripts import target
from scripts.main import app

ROOT = Path(__file__).parents[2]
CLUSTER, GROUP = "aws:rds/cluster:Cluster", "aws:cloudwatch/logGroup:LogGroup"


def state(type_: str, name: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::lifeline::{type_}::{name}"
    return {"urn": urn, "type": type_, "id": name, "custom": True, "inputs": inputs, "outputs": {}}


def previewed(*steps: tuple[str, Any, Any]) -> Changes:
    changes = Changes("prod")
    for number, (operation, old, new) in enumerate(steps):
        known = new or old
        metadata = {"op": operation, "urn": known["urn"], "type": known["type"], "old": old, "new": new}
        changes.see(
            EngineEvent.from_json({"sequence": number, "timestamp": 0, "resourcePreEvent": {"metadata": metadata}})
        )
    return changes


def preview(changes: Changes, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr(Engine, "preview", lambda *_: changes)
    monkeypatch.setattr(target, "engine", lambda _: Engine(ROOT, {}))
    monkeypatch.chdir(ROOT)
    return CliRunner().invoke(app, ["preview", "prod", *words])


GROUPED = state(CLUSTER, "orders", globalClusterIdentifier="orders")


def test_what_no_revert_brings_back_stops_a_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = previewed(
        ("update", GROUPED, state(CLUSTER, "orders")),
        ("update", state(GROUP, "calls"), state(GROUP, "calls", retentionInDays=30)),
        ("delete", state("aws:s3/bucket:Bucket", "documents"), None),
    )
    ran = preview(changes, monkeypatch, "--output", "json")
    assert ran.exit_code == 5
    shown = json.loads(ran.stdout)
    assert {(item["rule"], item["resource"]["name"]) for item in shown["findings"]} == {
        ("plan-global-cluster-kept", "orders"),
        ("plan-retention-kept", "calls"),
        ("plan-stateful-kept", "documents"),
    }
    assert shown["stacks"][0]["changes"]["update"] == 2, "the changes themselves are there as ever"
    text = preview(changes, monkeypatch)
    assert text.exit_code == 5
    assert "FAIL  critical  plan-global-cluster-kept  prod: orders" in text.stdout
    assert "lifeline gate explain plan-" in text.stderr


def test_a_harmless_preview_ends_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    other = state(CLUSTER, "orders", globalClusterIdentifier="orders", engineVersion="17.5")
    ran = preview(previewed(("update", GROUPED, other)), monkeypatch, "--output", "json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["findings"] == []
