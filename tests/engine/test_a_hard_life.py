"""What may befall an estate: its `up` killed at several moments, and every id that was heard lost.

The tests share one estate and run in their order, since making one takes minutes; each says what it leaves behind.
"""

from collections.abc import Iterator

import pytest

from operations import clients
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
    for made in (clients._made, clients._session):
        made.cache_clear()
    yield
    for made in (clients._made, clients._session):
        made.cache_clear()


@pytest.mark.parametrize(
    ("stack", "moments"), [("global", (60, 250)), ("prod", (40, 180, 350, 200)), ("dr", (300, 700))]
)
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


def test_a_lifeline_that_is_killed_alone_leaves_an_engine_that_is_waited_for(it: Estate) -> None:
    """As long as it holds the lock a second run is refused and changes nothing; the first one after that goes on."""
    it.configure(log_days=731)
    up_and_kill(it, "prod", 25, engine_too=False)

    def goes_on() -> bool:
        shown = it.lifeline("up", "prod", "--yes")
        locked = "the state of prod is locked" in shown.stderr and "wait for its end" in shown.stderr
        assert shown.returncode == 0 or (shown.returncode == 10 and locked), shown.stderr
        return shown.returncode == 0

    wait(goes_on, "the engine that was left has ended, and the next run goes on", seconds=300)
    assert not it.engine.deployment("prod").get("pending_operations")
    assert it.engine.preview("prod").empty


def test_nothing_is_there_twice(it: Estate) -> None:
    assert {region: doubles(it, region) for region in it.running.regions.values()} == {
        region: {} for region in it.running.regions.values()
    }


@pytest.mark.usefixtures("as_operator")
@pytest.mark.parametrize("stack", ["global", "prod", "dr"])
def test_every_resource_is_found_again_and_imported_as_what_it_is(it: Estate, stack: str) -> None:
    seen = imports(it, stack)
    assert len({each.type for each in seen}) > 15
    assert [each for each in seen if not each.good] == []
