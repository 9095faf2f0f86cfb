"""Rescued orders are sent again only after a review, each once, and a crash changes nothing of that."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from infra.settings.orders import OrderSettings
from operations.outcomes import Refused, Stopped
from operations.recovery import rescued
from operations.recovery.replay import Replayed, replay, reviewed
from operations.recovery.rescued import Decision, Order, Rescued
from operations.recovery.users import Answer

SETTINGS = OrderSettings()


class Intake:
    """Takes each key once; `answers` says what comes first."""

    def __init__(self, *answers: int) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self._answers = list(answers)

    def __call__(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        assert path == "/orders"
        key = headers["Idempotency-Key"]
        self.sent.append(key)
        planned = self._answers.pop(0) if self._answers else None
        if planned in (0, 503):
            return Answer(planned)
        known = key in self.rows
        self.rows[key] = body
        if planned == -1:
            return Answer(0)  # taken, and the answer was lost
        return Answer(200 if known else 201)


def file(tmp_path: Path, *decisions: Decision, by: str = "dr.grace", **row: Any) -> Path:
    orders = [
        Order(
            decision=decision,
            row={"order_id": f"o{n}", "idempotency_key": f"k{n}", "text": f"secret {n}", "epoch": 1, **row},
        )
        for n, decision in enumerate(decisions)
    ]
    path = rescued.path_for(tmp_path, "rds:unplanned-global-failover-x-2026")
    rescued.write(
        path,
        Rescued(
            application="nl-fhir",
            site="east",
            snapshot="rds:x",
            table="orders",
            column="order_id",
            found_at="2026",
            compared=9,
            reviewed_by=by,
            orders=orders,
        ),
    )
    return path


def run(path: Path, intake: Intake) -> Replayed:
    return replay(path, reviewed(path), SETTINGS, intake, "ann")


def test_only_what_was_decided_is_sent_and_only_once(tmp_path: Path) -> None:
    path, intake = file(tmp_path, "replay", "discard", "replay"), Intake()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    done = run(path, intake)
    assert dict(done.outcomes) == {"taken": 2} and done.discarded == 1
    assert intake.rows == {"k0": {"order_id": "o0", "text": "secret 0"}, "k2": {"order_id": "o2", "text": "secret 2"}}
    again = run(path, intake)
    assert dict(again.outcomes) == {} and again.earlier == 2 and intake.sent == ["k0", "k2"]
    log = path.with_name(f"{path.name}.replayed.jsonl")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "secret" not in log.read_text() and '"o0"' not in log.read_text()
    assert {json.loads(line)["outcome"] for line in log.read_text().splitlines()} == {"taken"}


@pytest.mark.parametrize("lost", [-1, 0, 503])
def test_an_answer_that_leaves_it_open_stops_and_the_same_command_goes_on(tmp_path: Path, lost: int) -> None:
    path, intake = file(tmp_path, "replay", "replay", "replay"), Intake(201, lost)
    with pytest.raises(Stopped, match=r"1 orders were sent.*lifeline replay"):
        run(path, intake)
    done = run(path, intake)
    assert sum(done.outcomes.values()) == 2 and done.earlier == 1
    assert set(intake.rows) == {"k0", "k1", "k2"}


@pytest.mark.parametrize(
    ("decisions", "by", "why"),
    [
        (("replay", "undecided"), "dr.grace", "1 of 2 orders are undecided"),
        (("replay",), "  ", "nobody has signed"),
    ],
)
def test_nothing_is_sent_before_a_review(tmp_path: Path, decisions: tuple[Decision, ...], by: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        reviewed(file(tmp_path, *decisions, by=by))


def test_an_order_without_its_key_stops_everything_before_the_first(tmp_path: Path) -> None:
    intake = Intake()
    with pytest.raises(Refused, match="no idempotency_key"):
        run(file(tmp_path, "replay", "replay", idempotency_key=None), intake)
    assert intake.sent == []


def test_a_file_that_is_wrong_is_not_quoted(tmp_path: Path) -> None:
    path = file(tmp_path, "replay")
    good = path.read_text()
    for content in (good.replace('"replay"', '"perhaps"'), good.replace('"order_id": "o0",', ""), "{", ""):
        path.write_text(content)
        with pytest.raises(ValueError, match=r"rejoin|rescued orders") as error:
            reviewed(path)
        assert "secret" not in str(error.value)
    path.unlink()
    with pytest.raises(ValueError, match="cannot be read"):
        reviewed(path)
