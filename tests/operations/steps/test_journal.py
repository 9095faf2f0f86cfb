"""The journal's books: what counts as written, who may write, and what a reader refuses."""

import os
from pathlib import Path

import pytest

from operations.steps.journal import (
    Book,
    Entry,
    Journal,
    JournalMalformed,
    JournalOvertaken,
    JournalUnwritable,
    checked,
)
from operations.steps.journal_file import JournalFile
from operations.steps.journal_table import JournalTable
from operations.steps.past import past
from tests.operations.record.conftest import table  # noqa: F401  # the fixture
from tests.operations.record.replica_double import REGIONS, TABLE, Table
from tests.operations.recovery.clock import VirtualClock


def test_the_file_keeps_its_entries_for_its_owner_alone(tmp_path: Path) -> None:
    book = JournalFile(tmp_path / "promotions")
    journal = Journal("run", [book], VirtualClock())
    written = [journal.write("begin", "", "hash", {"to": "west"}), journal.write("end", "", "promoted")]
    assert book.read("run") == written and book.runs() == ["run"]
    assert book.path("run").stat().st_mode & 0o777 == 0o600


def test_a_torn_last_line_was_never_acted_on(tmp_path: Path) -> None:
    book = JournalFile(tmp_path)
    journal = Journal("run", [book], VirtualClock())
    first = journal.write("begin", "", "hash")
    with book.path("run").open("ab") as file:
        file.write(b'{"run": "run", "numb')
    assert book.read("run") == [first]


@pytest.mark.parametrize("line", [b"no json\n", b"[]\n", b'{"run": "run"}\n'])
def test_a_line_that_is_no_entry_is_refused(tmp_path: Path, line: bytes) -> None:
    book = JournalFile(tmp_path)
    Journal("run", [book], VirtualClock()).write("begin", "", "hash")
    with book.path("run").open("ab") as file:
        file.write(line)
    with pytest.raises(JournalMalformed, match="line 2 is no entry"):
        book.read("run")


def test_a_number_that_the_table_refused_counts_as_it_was_written_last(tmp_path: Path, table: Table) -> None:  # noqa: F811
    file, shared = JournalFile(tmp_path), JournalTable(TABLE, REGIONS, table.factory)
    journal = Journal("run", [file, shared], VirtualClock())
    journal.write("begin", "", "hash")
    table.down = set(REGIONS)
    with pytest.raises(JournalUnwritable):
        journal.write("call", "one", "ecs:UpdateService@us-west-2")
    table.down = set()
    journal.write("state", "one", "failed")
    assert [entry.kind for entry in checked(file.read("run"))] == ["begin", "state"]
    assert file.read("run") == shared.read("run")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(JournalUnwritable, match="mend its rights"):
        Journal("run", [JournalFile(tmp_path / "x")], VirtualClock()).write("begin", "", "hash")


def test_the_table_is_read_by_another_machine(table: Table) -> None:  # noqa: F811
    shared = JournalTable(TABLE, REGIONS, table.factory)
    journal = Journal("run", [shared], VirtualClock())
    written = [
        journal.write("begin", "", "hash", {"overrides": []}),
        journal.write("note", "fence", "fence", {"s": 1.5}),
    ]
    assert JournalTable(TABLE, REGIONS[::-1], table.factory).read("run") == written


def test_two_processes_that_write_one_journal_find_out(table: Table) -> None:  # noqa: F811
    shared = JournalTable(TABLE, REGIONS, table.factory)
    first = Journal("run", [shared], VirtualClock())
    first.write("begin", "", "hash")
    second = Journal("run", [shared], VirtualClock(), shared.read("run"))
    second.write("resume", "", "hash")
    with pytest.raises(JournalOvertaken, match="another process"):
        first.write("call", "one", "x")


def test_a_write_whose_answer_was_lost_is_not_taken_for_another_process(table: Table) -> None:  # noqa: F811
    shared = JournalTable(TABLE, REGIONS, table.factory)
    journal = Journal("run", [shared], VirtualClock())
    table.deaf = {REGIONS[0]}
    written = journal.write("begin", "", "hash")
    assert shared.read("run") == [written]


def test_a_book_that_may_be_out_of_reach_is_loud(tmp_path: Path, table: Table) -> None:  # noqa: F811
    said: list[str] = []
    books: list[Book] = [JournalFile(tmp_path), JournalTable(TABLE, REGIONS, table.factory)]
    table.down = set(REGIONS)
    journal = Journal("run", books, VirtualClock(), tolerate=frozenset({"control table"}), complain=said.append)
    journal.write("begin", "", "hash")
    journal.write("end", "", "promoted")
    assert len(said) == 1 and said[0].startswith("THE JOURNAL IS NOT KEPT IN THE CONTROL TABLE")


@pytest.mark.parametrize("numbers", [[2], [1, 3], [1, 1]])
def test_gaps_are_refused(numbers: list[int]) -> None:
    entries = [
        Entry("run", number, "", "begin" if place == 0 else "state", "", "") for place, number in enumerate(numbers)
    ]
    with pytest.raises(JournalMalformed, match="cannot be gone on with"):
        checked(entries)


def test_the_story_so_far() -> None:
    journal = Journal("run", [], VirtualClock())
    journal.write("begin", "", "hash", {"to": "west"})
    journal.write("state", "fence", "applying")
    journal.write("call", "fence", "dynamodb:PutItem@us-west-2")
    story = past(journal.entries)
    assert (story.plan, story.header["to"], story.step("fence").state) == ("hash", "west", "applying")
    assert story.calls == [("fence", "dynamodb:PutItem@us-west-2", None)], "announced, and not answered"
