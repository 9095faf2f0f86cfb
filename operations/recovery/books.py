"""Where a promotion's journal is kept, and how it is read back."""

from collections.abc import Iterable
from pathlib import Path

from operations.record.record import RecordUnreachable
from operations.recovery.move import Move, World
from operations.steps.journal import Book, Entry, JournalMalformed, checked
from operations.steps.journal_file import JournalFile
from operations.steps.journal_table import JournalTable
from operations.topology import Topology

FOLDER = Path(".lifeline") / "promotions"


class Books:
    """The two books of one application's promotions: the control table, and this machine's file."""

    def __init__(self, topology: Topology, root: Path, world: World, near: str) -> None:
        """`near`: the region whose replica is asked first."""
        regions = (near, *(region for region in topology.control_regions if region != near))
        self.file = JournalFile(root / FOLDER)
        self.table = JournalTable(topology.one("control_table").id, regions, world.aws)

    def of(self, move: Move) -> tuple[Book, ...]:
        """The file first: what it holds and the table lacks was announced, and not begun.

        A promotion without the record has the file alone: the table is what does not answer.
        """
        return (self.file,) if move.glass else (self.file, self.table)

    def publish(self, entries: Iterable[Entry]) -> None:
        """Put into the table what was kept in the file alone. Raises JournalUnwritable, JournalOvertaken."""
        for entry in entries:
            self.table.write(entry)

    def read(self, promotion: str) -> list[Entry]:
        """The journal so far, from whichever book holds more of it. Raises JournalMalformed."""
        local = checked(self.file.read(promotion))
        if local and local[0].data.get("unrecorded"):
            return local  # the table gets it once its record is repaired
        try:
            shared = checked(self.table.read(promotion))
        except RecordUnreachable:
            return local
        common = max(min(len(local), len(shared)) - 1, 0)
        for mine, theirs in zip(local[:common], shared[:common], strict=True):
            # The last common one may be a loser's: it was written here and refused there.
            if (mine.writer, mine.kind, mine.what) != (theirs.writer, theirs.kind, theirs.what):
                raise JournalMalformed(
                    f"the journal of {promotion} differs between {self.file.path(promotion)} and the control table "
                    f"from entry {mine.number} on: the table is what others saw; move the file away, then go on"
                )
        return shared
