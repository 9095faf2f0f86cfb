"""The promotion as a state machine: operators, crashes and outages in any order, and what must hold all the while."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from moto import mock_aws

from operations.outcomes import Refused
from operations.recovery import reports
from operations.recovery.books import FOLDER
from operations.recovery.lead import Lead
from operations.recovery.move import Mode
from operations.recovery.outcome import Ended
from operations.recovery.promotion import unfinished
from operations.steps.journal_file import JournalFile
from operations.topology import Topology
from tests.operations.recovery.cloud import Cloud, Killed
from tests.operations.recovery.matrix import ready_for
from tests.operations.recovery.story import wish

REGIONS = ("us-east-1", "us-west-2")
OPERATORS = st.sampled_from(["ann", "bob"])
SITES = st.sampled_from(["east", "west"])
MODES: st.SearchStrategy[Mode] = st.sampled_from(["failover", "switchover"])
OUTAGES = st.sampled_from(["none", "dark", "silent"])
KILL = st.one_of(st.none(), st.integers(0, 110))


class Promotions(RuleBasedStateMachine):
    """One estate for a whole run of hypothesis; each example begins with it as new."""

    cloud: Cloud

    def __init__(self) -> None:
        super().__init__()
        self.cloud.reset()
        self.cloud.dark, self.cloud.throttle = set(), lambda: False
        self.cloud.deaf.clear()
        self.root = Path(tempfile.mkdtemp())
        self.lead = Lead(self.root, self.cloud.world, measure=False)
        self.epoch = 0

    @rule(by=OPERATORS, to=SITES, mode=MODES, kill=KILL, outage=OUTAGES)
    def begin(self, by: str, to: str, mode: Mode, kill: int | None, outage: str) -> None:
        old = self.cloud.topology.peer(to)
        if outage == "dark":
            self.cloud.dark = {self.cloud.topology.region(old)}
        elif outage == "silent":
            self.cloud.wardens.silent = {old}
        with self._mortal(kill):
            self.lead.begin(ready_for(self.cloud, self.root, mode, to, by), lambda _: None)

    @rule(by=OPERATORS, to=SITES, mode=MODES, kill=KILL)
    def resume(self, by: str, to: str, mode: Mode, kill: int | None) -> None:
        with self._mortal(kill):
            asked = wish(to, mode, by, take_over="the other one sleeps")
            self.lead.go_on(unfinished(self.cloud.topology, asked, self.root, self.cloud.world), asked, lambda _: None)

    @rule(by=OPERATORS, to=SITES, kill=KILL)
    def give_up(self, by: str, to: str, kill: int | None) -> None:
        with self._mortal(kill):
            asked = wish(to, "switchover", by, take_over="the other one sleeps")
            self.lead.give_up(self.cloud.topology, asked, lambda _: None)

    @rule(region=st.sampled_from(REGIONS))
    def lose(self, region: str) -> None:
        self.cloud.dark = {region}

    @rule(site=SITES)
    def silence(self, site: str) -> None:
        self.cloud.wardens.silent = {site}

    @rule(operation=st.sampled_from(["failoverglobalcluster", "updateitem", "updateservice", "putitem"]))
    def lose_an_answer(self, operation: str) -> None:
        self.cloud.deaf[operation] = 1

    @rule()
    def throttle(self) -> None:
        chance = random.Random(3)
        self.cloud.throttle = lambda: chance.random() < 0.3

    @rule()
    def mend(self) -> None:
        self.cloud.dark, self.cloud.wardens.silent, self.cloud.throttle = set(), set(), lambda: False

    @invariant()
    def nothing_that_must_never_be(self) -> None:
        assert self.cloud.wardens.violations == []

    @invariant()
    def the_epoch_only_grows(self) -> None:
        epoch = self.cloud.wardens.record()[1]
        assert epoch >= self.epoch
        self.epoch = epoch

    @invariant()
    def every_one_that_was_started_has_a_report(self) -> None:
        """Whatever became of it: ended, refused after its start, stopped, given up, or killed at any call."""
        for promotion in self.started():
            report = reports.of(self.root, promotion)
            assert report is not None, promotion
            assert report.origin != report.target and report.by != "unknown"

    @invariant()
    def loss_is_allowed_in_failovers_only(self) -> None:
        assert all(loss is (operation == "failover") for operation, _, loss in self.cloud.databases.moves)

    def started(self) -> set[str]:
        """By the first entry of a journal, in either book."""
        shared = {key[0].removeprefix("journal#") for key in self.cloud.table.items if key[0].startswith("journal#")}
        return shared | set(JournalFile(self.root / FOLDER).runs())

    def teardown(self) -> None:
        """With everything mended, what was begun can be brought to its end, and has one."""
        self.mend()
        self.cloud.deaf.clear()
        self.cloud.revive()
        if "lock" in self.cloud.table.record:
            promotion = self.cloud.table.record["lock"]["M"]["promotion"]["S"]
            to = promotion.split("-")[1]
            ended = self.bring_to_an_end(to, "switchover")
            if ended.outcome == "stopped" and ended.run.failed == "database":
                # The other direction moved it meanwhile; a switchover cannot, a failover can.
                ended = self.bring_to_an_end(to, "failover")
            assert ended.outcome == "promoted", ended.problem
            self.nothing_that_must_never_be()
            entries = [item for key, item in self.cloud.table.items.items() if key[0] == f"journal#{promotion}"]
            assert any(item["kind"]["S"] == "end" for item in entries)
        self.every_one_that_was_started_has_a_report()

    def bring_to_an_end(self, to: str, mode: Mode) -> Ended:
        asked = wish(to, mode, take_over="the end of the test")
        found = unfinished(self.cloud.topology, asked, self.root, self.cloud.world)
        ended, report = self.lead.go_on(found, asked, lambda _: None)
        assert report.outcome == ended.outcome
        return ended

    @contextmanager
    def _mortal(self, kill: int | None) -> Iterator[None]:
        """What an operator meets: a refusal, or the end of the process."""
        self.cloud.forget_calls()
        self.cloud.kill = None if kill is None else (kill, "after")
        try:
            yield
        except (Refused, Killed):
            pass
        finally:
            self.cloud.revive()


def test_whatever_happens(topology: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASANDBOX000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        Promotions.cloud = Cloud(topology)
        bounds = settings(
            max_examples=12,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        run_state_machine_as_test(Promotions, settings=bounds)
