"""What an operator sees while a promotion runs: a table, lines, or JSON."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from infra.settings.load import load
from operations.record.record import Record
from operations.recovery.move import Move, World
from operations.recovery.plan import Plan, make
from operations.steps.executor import Event
from operations.steps.past import Past, StepPast
from operations.topology import from_settings
from scripts.progress import JsonLines, Lines, LiveTable, last_line

ROOT = Path(__file__).parents[2]
FENCE = Event("fence", "old site fenced", "applying", "", 2.0, 70.0)
RECORD = Event("record", "record", "done", "epoch 1", 1.5, 1.0)


@pytest.fixture(scope="module")
def plan() -> Plan:
    topology = from_settings(load(ROOT, "prod"))
    return make(Move(topology, "west", "failover", "p1", "ann", Record("east", 0, ""), World()), ROOT)


def test_the_table_shows_every_step_with_what_it_is_expected_to_take(plan: Plan) -> None:
    table = LiveTable(plan, Past(steps={"evidence": StepPast(state="done", seconds=3.2)}))
    for event in (RECORD, FENCE):
        table(event)
    console = Console(width=140, record=True, file=None, quiet=False)
    with console.capture() as shown:
        console.print(table._table())
    text = shown.get()
    assert all(step.id in text for step in plan.graph)
    row = {line.split()[1]: line for line in text.splitlines() if len(line.split()) > 2}
    assert "done" in row["record"] and "epoch 1" in row["record"]
    assert "applying" in row["fence"] and "70" in row["fence"]
    assert "before" in row["evidence"] and "3.2" in row["evidence"], "what an earlier run did"


def test_without_a_terminal_one_line_per_transition(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines() as told:
        told(RECORD)
    assert capsys.readouterr().err == "[   1.5 s] record: done: epoch 1\n"


def test_json_is_one_object_a_line_and_ends_with_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonLines() as told:
        told(FENCE)
    last_line({"outcome": "promoted"})
    first, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["event"], first["step"], first["state"]) == ("step", "fence", "applying")
    assert last == {"event": "report", "outcome": "promoted"}
