"""The journal of one run: what was begun, what was called, what came of it, in the order in which it happened.

Every entry goes to each of the journal's books before what it announces is done. One book is a local file, the
other the control table, so that another machine can go on. Calls that only read are not written down: they change
nothing, and a step that polls makes hundreds.
"""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from operations.record.attributes import Value
from operations.steps.clock import Clock

Kind = Literal["begin", "resume", "state", "call", "answer", "note", "end"]
KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    run: str
    """The promotion's id."""
    number: int
    """From 1 on, without a gap."""
    at: str
    """ISO 8601, UTC, by the writer's clock: for people, it decides nothing."""
    kind: Kind
    step: str
    """Id of the step; empty for what is about the run as a whole."""
    what: str
    """begin: the plan's hash. state: the new state. call, answer: `service:Operation@region`. end: the outcome."""
    data: dict[str, Value] = field(default_factory=dict)
    writer: str = ""
    """Whose process wrote it: two that write one journal are found out."""


class JournalUnwritable(Exception):
    """A book cannot be written, so what was to be announced must not be done."""


class JournalOvertaken(Exception):
    """Another process goes on with the same run: this one must stop at once."""


class JournalMalformed(ValueError):
    """What lies there is no journal of ours; says which line."""


class Book(Protocol):
    """Somewhere that a journal is kept."""

    name: str

    def write(self, entry: Entry) -> None:
        """Kept when it returns. Raises JournalUnwritable, JournalOvertaken."""

    def read(self, run: str) -> list[Entry]:
        """All of the run's entries in order; none for a run that it does not know. Raises JournalMalformed."""


def _nobody(_text: str) -> None:
    """Nobody is told."""


class Journal:
    """Writes one run's entries. Threads of one process may share it."""

    def __init__(
        self,
        run: str,
        books: Sequence[Book],
        clock: Clock,
        known: Sequence[Entry] = (),
        tolerate: frozenset[str] = frozenset(),
        complain: Callable[[str], None] = _nobody,
    ) -> None:
        """`known`: what an earlier process wrote. `tolerate`: books that may be out of reach, told to `complain`."""
        self.run, self._books, self._clock = run, tuple(books), clock
        self._entries = [*known]
        self._tolerate, self._complain = tolerate, complain
        self._lost: set[str] = set()
        self._writer = secrets.token_hex(4)
        self._lock = threading.Lock()

    @property
    def entries(self) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(self._entries)

    def write(self, kind: Kind, step: str, what: str, data: Mapping[str, Value] | None = None) -> Entry:
        """In all books, or raised. One at a time: the order in the books is the order of what happened."""
        with self._lock:
            entry = Entry(
                run=self.run,
                number=self._entries[-1].number + 1 if self._entries else 1,
                at=self._clock.now().isoformat(timespec="milliseconds"),
                kind=kind,
                step=step,
                what=what,
                data=dict(data or {}),
                writer=self._writer,
            )
            for book in self._books:
                self._write(book, entry)
            self._entries.append(entry)
            return entry

    def _write(self, book: Book, entry: Entry) -> None:
        try:
            book.write(entry)
        except JournalUnwritable as unwritable:
            if book.name not in self._tolerate:
                raise
            if book.name not in self._lost:
                self._lost.add(book.name)
                self._complain(f"THE JOURNAL IS NOT KEPT IN THE {book.name.upper()}: {unwritable}")


def checked(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, if they can be gone on with: from `begin` on, without a gap. Raises JournalMalformed."""
    found = sorted(entries, key=lambda entry: entry.number)
    for place, entry in enumerate(found, start=1):
        if entry.number != place or entry.kind not in KINDS or (entry.kind == "begin") != (place == 1):
            raise JournalMalformed(
                f"the journal of {entry.run} cannot be gone on with: entry {place} is number {entry.number}, "
                f"{entry.kind!r}; compare the control table's items `journal#{entry.run}` with the local file"
            )
    return found
