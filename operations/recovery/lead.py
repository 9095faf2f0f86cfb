"""A promotion led to its end, with its account: each that was begun leaves a report, however it ends.

The report is there before the first entry of the journal, so that a process that is killed leaves one as well; it then
says that nothing more was heard. Whoever goes on writes it anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from operations.outcomes import Refused, Stopped
from operations.record.attributes import Value
from operations.recovery import abort, promotion, reports
from operations.recovery.abort import Aborted
from operations.recovery.accounting import Accounting, plain
from operations.recovery.begin import Ready, Wish
from operations.recovery.books import FOLDER, Books
from operations.recovery.move import Move, World
from operations.recovery.outcome import Ended
from operations.recovery.promotion import Unfinished
from operations.recovery.report import Outcome, Report, build
from operations.steps.executor import Event
from operations.steps.journal import JournalMalformed
from operations.steps.journal_file import JournalFile
from operations.steps.past import Past, past
from operations.topology import Topology

UNHEARD = (
    "it was begun and nothing more is known: it is under way, or its process is gone. "
    "Go on with: lifeline promote --to {to} --resume"
)
Listen = Callable[[Event], None]


@dataclass(frozen=True)
class Lead:
    """`ids`: of acknowledged orders, where given. `measure`: whether downtime and losses are measured."""

    root: Path
    world: World
    ids: Sequence[str] | None = None
    measure: bool = True

    def begin(self, ready: Ready, listen: Listen) -> tuple[Ended, Report]:
        """Raises Refused while nothing was changed; if it was announced by then, its report says so."""
        move = ready.plan.move
        header = promotion.begins(ready)
        self._announce(move.promotion, Past(dict(header), began=move.world.clock.now().isoformat()))
        try:
            with self._account(move, ready.wish) as account:
                ended = promotion.execute(ready, self.root, listen)
                return ended, self._finish(account, ended)
        except Refused as refused:
            self._keep(move.promotion, "refused", header, str(refused))
            raise

    def go_on(self, found: Unfinished, wish: Wish, listen: Listen) -> tuple[Ended, Report]:
        """Raises Refused where it cannot be gone on with."""
        move = found.plan.move
        self._announce(move.promotion, found.story)
        with self._account(move, wish) as account:
            ended = promotion.resume(found, wish, self.root, listen)
            return ended, self._finish(account, ended)

    def give_up(self, topology: Topology, wish: Wish, say: Callable[[str], None]) -> tuple[Aborted, Report]:
        """Raises Refused where it cannot be given up, Stopped where that ended half-way."""
        found = promotion.unfinished(topology, wish, self.root, self.world)
        name = found.plan.move.promotion
        self._announce(name, found.story)
        try:
            done = abort.abort(topology, wish, self.root, self.world, say)
        except Stopped as stopped:
            self._keep(name, "stopped", found.story.header, str(stopped))
            raise
        entries = Books(topology, self.root, self.world, found.plan.move.region).read(name)
        report = plain(name, "aborted", past(entries))
        reports.keep(self.root, report, None)
        return done, report

    @contextmanager
    def _account(self, move: Move, wish: Wish) -> Iterator[Accounting]:
        account = Accounting(move.topology, move.target, wish.by, self.world)
        if self.measure:
            account.start()
        try:
            yield account
        finally:
            account.stop()

    def _finish(self, account: Accounting, ended: Ended) -> Report:
        if self.measure:
            return account.finish(ended, self.root, self.ids)
        report = build(ended.promotion, ended.outcome, past(ended.journal), ended.run, None, ended.problem)
        reports.keep(self.root, report, None)
        return report

    def _announce(self, name: str, story: Past) -> None:
        """A report, unless there is one: an earlier run's has been measured. Raises Refused where it cannot be kept."""
        try:
            if reports.of(self.root, name) is None:
                problem = UNHEARD.format(to=story.header.get("to"))
                reports.keep(self.root, plain(name, "stopped", story, problem), None)
        except OSError as error:
            raise Refused(
                f"the report cannot be kept: {error.strerror or error}; free the disk or mend the folder's rights"
            ) from None

    def _keep(self, name: str, outcome: Outcome, header: Mapping[str, Value], problem: str) -> None:
        try:
            story = past(JournalFile(self.root / FOLDER).read(name))
        except JournalMalformed:
            story = Past()
        story.header = story.header or dict(header)
        reports.keep(self.root, plain(name, outcome, story, problem), None)
