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
from operations.recovery.abort import abort
from operations.recovery.move import Mode
from operations.recovery.promotion import execute
from operations.topology import Topology
from tests.operations.recovery.cloud import Cloud, Killed
from tests.operations.recovery.matrix import ready_for
from tests.operations.recovery.story import go_on, wish

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
        self.epoch = 0

    @rule(by=OPERATORS, to=SITES, mode=MODES, kill=KILL, outage=OUTAGES)
    def begin(self, by: str, to: str, mode: Mode, kill: int | None, outage: str) -> None:
        old = self.cloud.topology.peer(to)
        if outage == "dark":
            self.cloud.dark = {self.cloud.topology.region(old)}
        elif outage == "silent":
            self.cloud.wardens.silent = {old}
        with self._mortal(kill):
            execute(ready_for(self.cloud, self.root, mode, to, by), self.root, lambda _: None)

    @rule(by=OPERATORS, to=SITES, mode=MODES, kill=KILL)
    def resume(self, by: str, to: str, mode: Mode, kill: int | None) -> None:
        with self._mortal(kill):
            go_on(self.cloud, self.root, wish(to, mode, by, take_over="the other one sleeps"))

    @rule(by=OPERATORS, to=SITES, kill=KILL)
    def give_up(self, by: str, to: str, kill: int | None) -> None:
        with self._mortal(kill):
            asked = wish(to, "switchover", by, take_over="the other one sleeps")
            abort(self.cloud.topology, asked, self.root, self.cloud.world, lambda _: None)

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
    def loss_is_allowed_in_failovers_only(self) -> None:
        assert all(loss is (operation == "failover") for operation, _, loss in self.cloud.databases.moves)

    def teardown(self) -> None:
        """With everything mended, what was begun can be brought to its end, and has one."""
        self.mend()
        self.cloud.deaf.clear()
        self.cloud.revive()
        if "lock" in self.cloud.table.record:
            promotion = self.cloud.table.record["lock"]["M"]["promotion"]["S"]
            to = promotion.split("-")[1]
            ended = go_on(self.cloud, self.root, wish(to, "switchover", take_over="the end of the test"))
            if ended.outcome == "stopped" and ended.run.failed == "database":
                # The other direction moved it meanwhile; a switchover cannot, a failover can.
                ended = go_on(self.cloud, self.root, wish(to, "failover", take_over="the end of the test"))
            assert ended.outcome == "promoted", ended.problem
            self.nothing_that_must_never_be()
            entries = [item for key, item in self.cloud.table.items.items() if key[0] == f"journal#{promotion}"]
            assert any(item["kind"]["S"] == "end" for item in entries)

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
