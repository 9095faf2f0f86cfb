"""The report: everything in it is from the journal or measured, and what is not known says so."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.record.attributes import Value
from operations.recovery import reports
from operations.recovery.accounting import plain
from operations.recovery.downtime import Downtime
from operations.recovery.loss import StoreLoss
from operations.recovery.measure import Measured
from operations.recovery.orders import Orders
from operations.recovery.report import Report, build
from operations.recovery.report_text import markdown
from operations.steps.journal import Entry
from operations.steps.outcome import RunOutcome, StepOutcome
from operations.steps.past import past

ID = "20260101-west"
RUN = RunOutcome(
    (
        StepOutcome("fence", "old site fenced", "done", 12.0, 4.0, note="waited out"),
        StepOutcome("secrets", "secrets", "skipped", 0.0, 1.0),
        StepOutcome("database", "database promoted", "done", 2.0, 10.0, attempts=2),
    ),
    seconds=20.0,
)
MEASURED = Measured(
    downtime=Downtime(90.0, True, "", 400),
    served_at=datetime(2026, 1, 1, 0, 2, tzinfo=UTC),
    stores={"database": StoreLoss(3.0, None, 69.0, "rows come later")},
    orders=Orders(500, 2, 1, ("secret-order-1", "secret-order-2")),
    fence={
        "west": {"refused_writes": 0, "leases": [], "extensions": []},
        "east": None,
    },
)


def story(**notes: dict[str, Any]) -> list[Entry]:
    header = {
        "mode": "failover",
        "from": "east",
        "to": "west",
        "by": "ann",
        "epoch": 5,
        "incident_start": "2026-01-01T00:00:00+00:00",
        "declared": True,
        "overrides": [{"rule": "lag", "reason": "it is gone", "by": "ann"}],
        "skips": [{"step": "secrets", "reason": "none are written", "by": "ann"}],
    }
    entries = [Entry(ID, 1, "2026-01-01T00:00:30+00:00", "begin", "", "hash", header)]  # type: ignore[arg-type]
    for name, data in notes.items():
        entries.append(Entry(ID, len(entries) + 1, "2026-01-01T00:01:00+00:00", "note", "", name, data))
    return entries


def made(measured: Measured | None = MEASURED, outcome: str = "promoted", **notes: dict[str, Any]) -> Report:
    return build(ID, outcome, past(story(**notes)), RUN, measured)  # type: ignore[arg-type]


def test_the_documents_shape() -> None:
    document = made(fence={"how": "waited", "seconds": 12.0}).document()
    wanted = {"outcome", "mode", "from", "to", "rto_seconds", "downtime_seconds", "rpo", "orders", "steps", "overrides"}
    assert wanted <= document.keys()
    assert (document["outcome"], document["mode"], document["from"], document["to"]) == (
        "promoted",
        "failover",
        "east",
        "west",
    )
    assert document["rto_seconds"] == 120.0, "to the first healthy look at the edge"
    assert document["downtime_seconds"] == 90.0
    assert {key: document["rpo"]["database"][key] for key in ("seconds", "rows")} == {"seconds": 3.0, "rows": "unknown"}
    assert {key: document["orders"][key] for key in ("acknowledged", "lost", "unknown")} == {
        "acknowledged": 500,
        "lost": 2,
        "unknown": 1,
    }
    assert document["overrides"] == [{"what": "lag", "reason": "it is gone", "by": "ann"}]
    assert document["skips"][0]["what"] == "secrets"
    assert document["fence"]["how"] == "waited" and document["fence"]["sites"]["east"] == "unknown"
    step = document["steps"][0]
    assert (step["seconds"], step["expected_seconds"], step["state"]) == (12.0, 4.0, "done")


def test_both_objectives_are_shown() -> None:
    lower, higher = made().availability
    assert (lower.objective_percent, lower.minutes_a_year) == (99.9, 525.6)
    assert (higher.objective_percent, higher.minutes_a_year, higher.minutes_used) == (99.99, 52.56, 1.5)
    assert higher.share_used == pytest.approx(1.5 / 52.56, abs=1e-4)


def test_the_rto_ends_with_the_order_end_to_end_where_it_was_sent() -> None:
    noted = past(story(**{"end-to-end": {"at": "2026-01-01T00:03:00+00:00"}}))
    assert build(ID, "promoted", noted, RUN, MEASURED).rto_seconds == 180.0


def test_what_cannot_be_known_is_unknown_everywhere() -> None:
    document = made(measured=None, outcome="stopped").document()
    assert document["rto_seconds"] == document["downtime_seconds"] == "unknown"
    assert document["orders"]["lost"] == document["orders"]["acknowledged"] == "unknown"
    assert document["fence"]["how"] == "unknown" and document["rpo"] == {}
    assert {item["minutes_used"] for item in document["availability"]} == {"unknown"}
    nobody = Measured(MEASURED.downtime, None, {}, Orders(10, 0, 10), {})
    assert made(nobody).orders.lost == "unknown", "nobody told: that is not none"
    assert made(nobody).rto_seconds == "unknown"


def test_a_switchover_that_turned_says_both() -> None:
    assert made(mode={"from": "switchover", "to": "failover"}).mode == "failover (begun as switchover)"


def test_what_was_given_to_a_resume_is_there_too() -> None:
    data: dict[str, Value] = {
        "by": "bob",
        "took_over": "ann went home",
        "overrides": [{"rule": "capacity-web", "reason": "better than nothing", "by": "bob"}],
        "skips": [{"step": "settle", "reason": "the edge follows", "by": "bob"}],
    }
    resumed = [*story(), Entry(ID, 2, "2026-01-01T00:01:00+00:00", "resume", "", "hash", data)]
    report = build(ID, "promoted", past(resumed), RUN, MEASURED)
    assert [item.what for item in report.overrides] == ["lag", "capacity-web", "take-over-lock"]
    assert [(item.what, item.by) for item in report.skips] == [("secrets", "ann"), ("settle", "bob")]


def test_for_people(tmp_path: Path) -> None:
    text = markdown(made(fence={"how": "waited", "seconds": 12.0}))
    for part in (
        "failover, from east to west, epoch 5, by ann",
        "| RTO, to the first healthy verification | 120.0 s |",
        "1.5 minutes used, 2.9% of the year's",
        "| database | 3.0 s | 69.0 s | unknown | rows come later |",
        "500 acknowledged, 2 of them lost, 1 unknown",
        "| old site fenced | done | 12.0 s | 4.0 s | waited out; slower than expected |",
        "begun 2 times",
        "- lag: it is gone (ann)",
        "- east: unknown, its warden gave no answer",
    ):
        assert part in text, part


def test_kept_beside_the_journal_for_the_owner_alone_and_without_ids(tmp_path: Path) -> None:
    path = reports.keep(tmp_path, made(), MEASURED.orders)
    assert reports.kept(tmp_path) == [path] and reports.read(path) == made()
    files = sorted(path.parent.iterdir())
    assert [file.name.removeprefix(ID) for file in files] == [".lost-orders.txt", ".report.json", ".report.md"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    lost, *others = (file.read_text() for file in files)
    assert lost.split() == ["secret-order-1", "secret-order-2"]
    assert all("secret-order" not in text for text in others)


def test_a_file_that_is_no_report(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for content in ("{", json.dumps({"promotion": 1})):
        file.write_text(content)
        with pytest.raises(ValueError, match="no report of a promotion"):
            reports.read(file)


def test_one_that_was_given_up_has_a_report_too(tmp_path: Path) -> None:
    entries = story()
    entries.append(Entry(ID, 2, "2026-01-01T00:01:00+00:00", "state", "record", "done", {"seconds": 2.5}))
    entries.append(Entry(ID, 3, "2026-01-01T00:02:00+00:00", "end", "", "aborted", {}))
    report = plain(ID, "aborted", past(entries))
    reports.keep(tmp_path, report, None)
    assert (report.outcome, report.downtime_seconds, report.rto_seconds) == ("aborted", "unknown", "unknown")
    assert [(step.id, step.state, step.seconds) for step in report.steps] == [("record", "done", 2.5)]
    assert reports.read(reports.kept(tmp_path)[0]) == report
