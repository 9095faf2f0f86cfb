"""The record of calls: appended to, read from a mark, and continued after a crash."""

import json
import threading
from pathlib import Path

from sandbox.calls import CallLog


def record(log: CallLog, operation: str, **more: object) -> None:
    log.record(
        caller="operator",
        region="us-east-1",
        service="rds",
        operation=operation,
        outcome="ok",
        status=200,
        **more,  # type: ignore[arg-type]
    )


def test_a_mark_shows_only_what_came_after(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "state" / "calls.jsonl")
    record(log, "One")
    mark = log.mark()
    record(log, "Two", resource="east")
    record(log, "Configure", arguments={"region": "us-west-2"})
    assert [entry["operation"] for entry in log.read(mark)] == ["Two", "Configure"]
    assert [entry["operation"] for entry in log.read()] == ["One", "Two", "Configure"]
    assert log.read(log.mark()) == [] and log.read(99) == []


def test_an_entry_has_all_its_fields(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.jsonl")
    record(log, "Configure", arguments={"region": "us-west-2"})
    (line,) = (tmp_path / "calls.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert entry["at"].endswith("+00:00") and "." in entry["at"]
    assert {key: value for key, value in entry.items() if key != "at"} == {
        "caller": "operator",
        "region": "us-east-1",
        "service": "rds",
        "operation": "Configure",
        "outcome": "ok",
        "status": 200,
        "resource": None,
        "arguments": {"region": "us-west-2"},
    }


def test_a_line_torn_by_a_crash_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    log = CallLog(path)
    record(log, "One")
    log.close()
    with path.open("ab") as file:
        file.write(b'{"at": "2026')
    log = CallLog(path)
    assert log.mark() == 1
    record(log, "Two")
    assert [entry["operation"] for entry in log.read()] == ["One", "Two"]


def test_a_call_after_the_end_is_no_error(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.jsonl")
    log.close()
    record(log, "Late")
    assert log.read() == []


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.jsonl")

    def write(name: str) -> None:
        for i in range(50):
            record(log, f"{name}-{i}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = [entry["operation"] for entry in log.read()]
    assert sorted(read) == sorted(f"{name}-{i}" for name in "abcd" for i in range(50))
    assert log.read(100) == log.read()[100:]
