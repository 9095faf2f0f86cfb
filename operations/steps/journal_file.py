"""The journal's local book: one JSON object a line, on the disk before it counts as written."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from operations.steps.journal import Entry, JournalMalformed, JournalUnwritable

_FIELDS = frozenset(Entry.__dataclass_fields__)


class JournalFile:
    """`<folder>/<run>.jsonl`, readable by its owner alone."""

    name = "local file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, run: str) -> Path:
        return self._folder / f"{run}.jsonl"

    def runs(self) -> list[str]:
        """All that were ever begun on this machine, the newest last."""
        return sorted(path.stem for path in self._folder.glob("*.jsonl"))

    def write(self, entry: Entry) -> None:
        line = json.dumps(asdict(entry), separators=(",", ":")).encode() + b"\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path(entry.run), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise JournalUnwritable(
                f"{self.path(entry.run)}: {error.strerror or error}; free the disk or mend its rights"
            ) from None

    def read(self, run: str) -> list[Entry]:
        """The entries by number. A last line torn by a crash was never acted on, and is left out.

        The same number twice: the first did not get into the other book, so that nothing followed from it.
        """
        path = self.path(run)
        if not path.exists():
            return []
        lines = path.read_bytes().split(b"\n")
        entries = [self._entry(path, number, line) for number, line in enumerate(lines[:-1], start=1) if line]
        return list({entry.number: entry for entry in entries}.values())

    def _entry(self, path: Path, number: int, line: bytes) -> Entry:
        try:
            given = json.loads(line)
            return Entry(**{name: given[name] for name in _FIELDS})
        except (ValueError, TypeError, KeyError) as error:
            raise JournalMalformed(
                f"{path}, line {number} is no entry of a journal: {error}; go on from the control table with another "
                "machine's `--resume`, or mend the line"
            ) from None
