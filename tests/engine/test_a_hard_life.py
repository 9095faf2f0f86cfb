"""What may befall an estate: its `up` killed, its resources changed by hand, a region dark, its founder lost for good.

The tests share one estate and run in their order, since making one takes minutes; each says what it leaves behind.
"""

from collections.abc import Iterator

import pytest

from operations import clients
from tests.engine.by_hand import CHANGES
from tests.engine.doubles import doubles
from tests.engine.estate import Estate, estate, wait
from tests.engine.imports import imports
from tests.engine.killed_ups import up_and_kill

pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("hard-life"), saves=True) as made:
        yield made


@pytest.fixture
def as_operator(it: Estate, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients that this process makes lead into the sandbox, and are forgotten afterwards."""
    for name, value in it.environment.items():
        if name.startswith(("AWS_", "CLOUDFLARE_")):
            monkeypatch.setenv(name, value)
    for made in (clients._made, clients._session, clients._edge):
        made.cache_clear()
    yield
    for made in (clients._made, clients._session, clients._edge):
        made.cache_clear()


@pytest.mark.parametrize(("stack", "moments"), [("global", (60, 250)), ("prod", (180, 700)), ("dr", (400,))])
def test_an_up_that_is_killed_is_gone_on_with_by_the_next_one(
    it: Estate, stack: str, moments: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    left = [up_and_kill(it, stack, moment) for moment in moments]
    shown = it.lifeline("up", stack, "--yes")
    assert shown.returncode == 0, shown.stderr
    assert not it.engine.deployment(stack).get("pending_operations")
    assert it.engine.preview(stack).empty
    with capsys.disabled():
        print(f"\n{stack}: killed after {moments} calls with {left} operations pending, gone on with, nothing to do")


def test_nothing_is_there_twice(it: Estate) -> None:
    assert {region: doubles(it, region) for region in it.running.regions.values()} == {
        region: {} for region in it.running.regions.values()
    }


def test_a_run_whose_command_alone_was_killed_holds_its_lock_until_its_engine_ends(it: Estate) -> None:
    """The engine is a process of its own: it goes on, and a second run is told so, and waits its turn."""
    it.configure(log_days=365)
    up_and_kill(it, "prod", 5, engine_too=False)

    def free() -> bool:
        shown = it.lifeline("up", "prod", "--yes")
        if shown.returncode == 10:
            assert "`pulumi cancel -s prod`" in shown.stderr
            return False
        assert shown.returncode == 0, shown.stderr
        return True

    wait(free, "the engine that was left alone ends", seconds=900)
    it.configure(log_days=None)
    it.engine.up("prod")
    assert it.engine.preview("prod").empty


@pytest.mark.usefixtures("as_operator")
@pytest.mark.parametrize("stack", ["global", "prod"])
def test_every_resource_is_found_again_and_imported_as_what_it_is(it: Estate, stack: str) -> None:
    seen = imports(it, stack)
    assert len({each.type for each in seen}) > 15
    assert [each for each in seen if not each.good] == []


def test_what_was_changed_by_hand_is_seen_by_a_refresh_and_mended_by_an_up(it: Estate) -> None:
    wanted = {change(it) for change in CHANGES}
    seen = {change.type for change in it.engine.refresh("prod").listed()}
    assert wanted <= seen
    mended = {change.type for change in it.engine.up("prod").listed()}
    assert wanted <= mended
    assert it.engine.preview("prod").empty


@pytest.mark.parametrize(("dark", "stack"), [("us-east-1", "dr"), ("us-west-2", "prod")])
def test_with_a_region_dark_the_other_sites_stack_and_global_need_nothing_of_it(
    it: Estate, dark: str, stack: str
) -> None:
    it.control.post("/dark", {"region": dark})
    try:
        for each in (stack, "global"):
            mark = it.mark()
            assert it.engine.preview(each).empty
            assert it.engine.up(each).empty
            ours = [call for call in it.calls(mark) if call["caller"] == "operator"]
            assert ours, "the record of calls saw the run"
            assert [call for call in ours if call["region"] == dark] == [], each
    finally:
        it.control.post("/clear", {})
