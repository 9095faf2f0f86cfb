"""What the rules look with. Reading only; letters to the wardens only where they are allowed."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock
from typing import Any, TypeVar

from operations.record.attributes import Value
from operations.record.mailbox import Mailbox, NoAnswer
from operations.record.record import Record, RecordUnreachable
from operations.recovery.database import describe
from operations.recovery.move import Move
from operations.steps.patient import Patient

Answer = TypeVar("Answer")


class Unknown(Exception):
    """It cannot be said; the text says why."""


class Look:
    """One look before a promotion. `letters`: whether the wardens may be asked, which writes into the control table."""

    def __init__(self, move: Move, intent: str | None, letters: bool, taken_over: str | None = None) -> None:
        """`intent`: the site that the checkout names as active; None where there is no checkout.

        `taken_over`: the abandoned promotion whose lock will be taken.
        """
        self.move, self.intent, self.letters, self.taken_over = move, intent, letters, taken_over
        self._asked: dict[str, Future[Any]] = {}
        self._asking = Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """An AWS client; the target's region unless said otherwise. It asks again where it is throttled."""
        clock, never = self.move.world.clock, Event()
        made = self.move.world.aws(service, region or self.move.region)
        return Patient(made, lambda seconds: clock.sleep(seconds, never))

    @property
    def record(self) -> Record:
        """Read anew. Raises Unknown."""
        return self._once("record", self._record)

    @property
    def global_cluster(self) -> dict[str, Any]:
        """As the target's region shows it."""
        return self._once("global cluster", self._global_cluster)

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The target's services by their short names, as ECS shows them; missing ones are not there."""
        return self._once("services", self._services)

    def probe(self, site: str) -> dict[str, Value]:
        """What the site's warden says. Raises Unknown."""
        return self._once(f"probe {site}", lambda: self._probe(site), final=Unknown)

    def member(self, site: str) -> dict[str, Any]:
        """A site's entry in the global database; empty where it is none."""
        arn = self.move.topology.one("database", site).arn
        members = self.global_cluster["GlobalClusterMembers"]
        return next((item for item in members if item["DBClusterArn"] == arn), {})

    def _once(self, question: str, ask: Callable[[], Answer], final: type[Exception] | tuple[()] = ()) -> Answer:
        """Who needs it first asks, the others wait for that answer.

        Where it broke whoever comes later asks again, but for what is `final`: silence that has been waited for.
        """
        with self._asking:
            asked = self._asked.get(question)
            if asked is None:
                answer = self._asked[question] = Future[Answer]()
        if asked is not None:
            return asked.result()  # type: ignore[no-any-return]  # a question has one type of answer
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001  # the others are told too, whatever it is
            if not isinstance(error, final):
                with self._asking:
                    del self._asked[question]
            answer.set_exception(error)
        return answer.result()

    def _record(self) -> Record:
        try:
            return self.move.store().read()
        except RecordUnreachable as unreachable:
            raise Unknown(str(unreachable)) from None

    def _global_cluster(self) -> dict[str, Any]:
        return describe(self.client("rds"), self.move.topology.one("global_cluster").id)

    def _services(self) -> dict[str, dict[str, Any]]:
        topology, site = self.move.topology, self.move.target
        names = {topology.one("service", site, name).id: name for name in topology.capacity}
        found: dict[str, dict[str, Any]] = {}
        ids = list(names)
        for start in range(0, len(ids), 10):
            shown = self.client("ecs").describe_services(
                cluster=topology.one("ecs_cluster", site).id, services=ids[start : start + 10]
            )["services"]
            found |= {names[item["serviceName"]]: item for item in shown if item.get("status") == "ACTIVE"}
        return found

    def _probe(self, site: str) -> dict[str, Value]:
        if not self.letters:
            raise Unknown("only its warden knows, and asking it writes a letter: a dry run leaves that out")
        move, clock, never = self.move, self.move.world.clock, Event()
        # In a failover the old site is expected to be silent, and what this waits is a part of the outage.
        expected_silent = site == move.origin and move.mode == "failover"
        try:
            answer = Mailbox(move.table, move.table_regions, move.world.aws).ask(
                site,
                "probe",
                {},
                by=move.by,
                timeout=move.world.answer_seconds / (2 if expected_silent else 1),
                sleep=lambda seconds: clock.sleep(seconds, never),
                monotonic=clock.monotonic,
            )
        except NoAnswer as silence:
            raise Unknown(str(silence)) from None
        if "error" in answer:
            raise Unknown(f"its warden says: {answer['error']}")
        return answer
