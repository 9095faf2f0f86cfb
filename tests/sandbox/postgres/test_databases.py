"""Two real servers: what a standby has, what is lost in transit, how a former writer comes back."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.postgres import Databases, PostgresFailed, copies
from sandbox.postgres import place as places

_ROOT = Path(__file__).resolve().parents[3]
EAST, WEST = "us-east-1/orders", "us-west-2/orders"
RESCUE = "us-east-1/rescue"
APART = ("us-east-1", "us-west-2")


def until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)


def run(databases: Databases, site: str, statement: str) -> list[Any]:
    with psycopg.connect(databases.dsn(site, "orders", "lifeline"), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def numbers(databases: Databases, site: str) -> list[int]:
    return sorted(run(databases, site, "select n from numbers"))


@pytest.fixture
def state() -> Iterator[Path]:
    """Open to others, unlike pytest's folders, so that not every test copies the programs."""
    with tempfile.TemporaryDirectory(prefix="lifeline-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def pair(state: Path) -> Iterator[Databases]:
    databases = Databases(state)
    try:
        databases.create(EAST, "orders", "lifeline", "secret")
        run(databases, EAST, "create table numbers (n int)")
        databases.create(WEST, "orders", "lifeline", "secret", source=EAST)
        yield databases
    finally:
        databases.close()


def test_a_read_only_server_answers_refuses_writes_and_stays_so_over_a_promotion(pair: Databases) -> None:
    with psycopg.connect(pair.dsn(EAST, "orders", "lifeline"), autocommit=True) as session:
        session.execute("insert into numbers values (1)")
        pair.read_only(*APART)
        until(lambda: run(pair, EAST, "show default_transaction_read_only") == ["on"], "the setting is in force")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.execute("insert into numbers values (2)")
    pair.promote(WEST)
    assert pair.is_writer(WEST), "it says that it is available"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run(pair, WEST, "insert into numbers values (3)")
    pair.read_only("us-west-2")
    pair.refollow(EAST, WEST)
    pair.read_only()
    until(lambda: run(pair, WEST, "show default_transaction_read_only") == ["off"], "the setting is gone")
    run(pair, WEST, "insert into numbers values (4)")
    until(lambda: numbers(pair, EAST) == [1, 4], "east follows")
    assert run(pair, EAST, "show default_transaction_read_only") == ["off"], "not brought along by the copy"


def test_the_server_leaves_a_lost_zone_with_all_that_was_committed(pair: Databases) -> None:
    with psycopg.connect(pair.dsn(EAST, "orders", "lifeline"), autocommit=True) as session:
        session.execute("insert into numbers values (1)")
        pair.lose_zones({"us-east-1b"})
        session.execute("insert into numbers values (2)")
        pair.lose_zones({"us-east-1a", "us-east-1b"})
        with pytest.raises(psycopg.OperationalError):
            session.execute("insert into numbers values (3)")
    assert numbers(pair, EAST) == [1, 2] and pair.is_writer(EAST)
    run(pair, EAST, "insert into numbers values (4)")
    until(lambda: numbers(pair, WEST) == [1, 2, 4], "west follows it to its new zone")


def test_a_standby_reads_and_does_not_write(pair: Databases) -> None:
    assert (pair.is_writer(EAST), pair.is_writer(WEST)) == (True, False)
    run(pair, EAST, "insert into numbers values (1)")
    until(lambda: numbers(pair, WEST) == [1], "the row arrives")
    until(lambda: pair.lag(WEST) is not None and pair.lag(WEST).bytes == 0, "nothing is on its way")  # type: ignore[union-attr]
    assert pair.lag(EAST) is None, "a writer has no lag"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run(pair, WEST, "insert into numbers values (2)")
    with pytest.raises(PostgresFailed, match="has a database already"):
        pair.create(WEST, "orders", "lifeline", "secret", source=EAST)


def test_what_is_held_is_lost_at_a_failover_and_the_old_writer_rewinds(pair: Databases) -> None:
    run(pair, EAST, "insert into numbers values (1)")
    until(lambda: numbers(pair, WEST) == [1], "the row arrives")
    pair.hold(60)
    run(pair, EAST, "insert into numbers values (2)")
    until(lambda: (pair.lag(WEST) or _no_lag()).bytes > 0, "WAL is held")
    pair.cut(APART)
    assert pair.lag(WEST) is None, "unknown is not zero"
    with pytest.raises(PostgresFailed, match="only a failover"):
        pair.switchover(WEST)
    pair.promote(WEST)
    pair.promote(WEST)
    assert pair.is_writer(EAST), "a partition ends nothing"
    assert (numbers(pair, EAST), numbers(pair, WEST)) == ([1, 2], [1])
    run(pair, WEST, "insert into numbers values (3)")
    with pytest.raises(PostgresFailed, match="cut off"):
        pair.refollow(EAST, WEST)

    port = pair.port(EAST)
    pair.cut()
    pair.hold(None)
    pair.kill(EAST)
    assert not pair.is_writer(EAST)
    assert pair.refollow(EAST, WEST) == "rewind"
    assert pair.port(EAST) == port, "the endpoint stays"
    until(lambda: numbers(pair, EAST) == [1, 3], "the old writer has the new history")
    assert (pair.source(EAST), pair.source(WEST)) == (WEST, None)

    pair.switchover(EAST)
    assert (pair.is_writer(EAST), pair.is_writer(WEST)) == (True, False)
    run(pair, EAST, "insert into numbers values (4)")
    until(lambda: numbers(pair, WEST) == [1, 3, 4], "and back again")


def _no_lag() -> Any:
    return type("NoLag", (), {"bytes": 0})


def test_held_wal_arrives_when_it_is_let_go_and_streaming_goes_on_after_a_cut(pair: Databases) -> None:
    pair.hold(60)
    run(pair, EAST, "insert into numbers values (1)")
    until(lambda: (pair.lag(WEST) or _no_lag()).bytes > 0, "WAL is held")
    assert numbers(pair, WEST) == []
    pair.hold(None)
    until(lambda: numbers(pair, WEST) == [1], "it arrives")
    pair.hold(0.3)
    run(pair, EAST, "insert into numbers values (2)")
    until(lambda: numbers(pair, WEST) == [1, 2], "late, it arrives")
    pair.hold(None)
    pair.cut(APART)
    run(pair, EAST, "insert into numbers values (3)")
    pair.cut()
    until(lambda: numbers(pair, WEST) == [1, 2, 3], "streaming goes on where it was cut")


def test_a_former_writer_that_cannot_rewind_gets_a_base_backup(pair: Databases) -> None:
    pair.cut(APART)
    pair.promote(WEST)
    run(pair, WEST, "insert into numbers values (1)")
    pair.cut()
    pair.delete(EAST)
    pair.create(EAST, "orders", "lifeline", "secret")  # another system: no history in common
    assert pair.refollow(EAST, WEST) == "base backup"
    until(lambda: numbers(pair, EAST) == [1], "it follows")


def test_a_volume_follows_without_an_endpoint_and_opens_without_its_source(pair: Databases) -> None:
    pair.delete(WEST)
    pair.mirror(WEST, EAST)
    run(pair, EAST, "insert into numbers values (1)")
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, WEST)
    until(lambda: (lag := pair.lag(WEST)) is not None and lag.bytes == 0, "the volume has it")
    pair.cut(APART)
    pair.start(WEST)
    pair.promote(WEST)
    run(pair, WEST, "insert into numbers values (2)")
    assert numbers(pair, WEST) == [1, 2]


def test_a_replica_without_endpoint_goes_on_following(pair: Databases) -> None:
    pair.shut(WEST)
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, WEST)
    run(pair, EAST, "insert into numbers values (1)")
    pair.kill(WEST)
    pair.mirror(WEST, EAST)
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, WEST)
    pair.start(WEST)
    until(lambda: numbers(pair, WEST) == [1], "it has what was written meanwhile")


def test_delete_and_stop(pair: Databases) -> None:
    pair.stop(WEST)
    assert not pair.running(WEST)
    assert pair.lag(WEST) is None
    run(pair, EAST, "insert into numbers values (1)")
    pair.start(WEST)
    until(lambda: numbers(pair, WEST) == [1], "it catches up")
    pair.delete(WEST)
    pair.delete(WEST)
    assert not pair.exists(WEST)
    with pytest.raises(PostgresFailed, match="us-west-2/orders has no database"):
        pair.start(WEST)


def test_no_orphan_after_kill_9_of_the_sandbox(state: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from sandbox.postgres import Databases\n"
        "databases = Databases(Path(sys.argv[1]))\n"
        f"databases.create({EAST!r}, 'orders', 'lifeline', 'secret')\n"
        f"print(databases.port({EAST!r}), flush=True); time.sleep(60)\n"
    )
    sandbox = subprocess.Popen(
        [sys.executable, "-c", program, str(state)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert sandbox.stdout is not None
    with sandbox.stdout as channel:
        port = int(channel.readline())
    connection = psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", autocommit=True)
    servers = [row[0] for row in connection.execute("select pid from pg_stat_activity").fetchall()]
    sandbox.send_signal(signal.SIGKILL)
    sandbox.wait()
    until(lambda: not any(_alive(server) for server in servers), "every backend ends")
    connection.close()
    again = Databases(state)
    try:
        again.create(EAST, "orders", "lifeline", "secret")
        assert run(again, EAST, "select 1") == [1], "the same state serves again"
    finally:
        again.close()


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def test_programs_and_data_move_to_where_the_account_can_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "unprivileged", lambda: "nobody")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    first = places.find(closed)
    assert places.open_to_others(first.data)
    assert (first.programs / "postgres").is_file()
    assert first.logs == closed.resolve() / "postgres"
    assert places.find(closed) == first, "the same state gives the same place"
    first.give_away()
    assert not first.data.exists()
    assert first.logs.exists()


def test_without_the_wheel_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "find_spec", lambda _name: None)
    with pytest.raises(places.PlaceMissing, match="run `make setup`"):
        places.installation()


def test_what_a_former_writer_had_can_be_read_from_its_copy(pair: Databases) -> None:
    pair.cut(APART)
    run(pair, EAST, "insert into numbers values (1)")
    pair.promote(WEST)
    pair.cut()
    pair.refollow(EAST, WEST, keep="rds:left-behind")
    assert numbers(pair, EAST) == []
    pair.restore(RESCUE, "rds:left-behind")
    assert numbers(pair, RESCUE) == [1] and pair.is_writer(RESCUE)
    run(pair, RESCUE, "insert into numbers values (2)")
    pair.stop(RESCUE)
    pair.start(RESCUE)
    assert numbers(pair, RESCUE) == [1, 2], "it is a database like any other"
    pair.delete(RESCUE)
    pair.restore(RESCUE, "rds:left-behind")
    assert numbers(pair, RESCUE) == [1], "the copy is as it was"
    pair.delete(RESCUE)
    with pytest.raises(PostgresFailed, match="no copy nothing"):
        pair.restore(RESCUE, "nothing")
    assert not pair.exists(RESCUE)


def test_two_pairs_in_the_same_regions_do_not_touch_each_other(pair: Databases) -> None:
    other = "us-east-1/staging", "us-west-2/staging"
    pair.create(other[0], "orders", "lifeline", "secret")
    run(pair, other[0], "create table numbers (n int)")
    pair.create(other[1], "orders", "lifeline", "secret", source=other[0])
    pair.cut(APART)
    pair.promote(other[1])
    run(pair, other[1], "insert into numbers values (1)")
    run(pair, EAST, "insert into numbers values (2)")
    assert pair.is_writer(other[1]) and not pair.is_writer(WEST)
    pair.cut()
    until(lambda: numbers(pair, WEST) == [2], "the first pair goes on")
    pair.refollow(other[0], other[1])
    until(lambda: numbers(pair, other[0]) == [1], "and the second follows its own writer")


def test_only_the_pair_of_regions_that_is_cut_is_apart(pair: Databases) -> None:
    third = "eu-west-1/orders"
    pair.create(third, "orders", "lifeline", "secret", source=EAST)
    pair.cut(APART)
    run(pair, EAST, "insert into numbers values (1)")
    until(lambda: numbers(pair, third) == [1], "the third region is reached")
    assert numbers(pair, WEST) == [] and pair.lag(WEST) is None and pair.lag(third) is not None


def test_the_newest_copies_stay(pair: Databases) -> None:
    pair.promote(WEST)
    writer, other = WEST, EAST
    for number in range(copies.KEPT + 1):
        pair.refollow(other, writer, keep=f"copy {number}")
        pair.promote(other)
        writer, other = other, writer
    pair.restore(RESCUE, "copy 1")
    pair.delete(RESCUE)
    with pytest.raises(PostgresFailed, match="no copy copy 0"):
        pair.restore(RESCUE, "copy 0")
