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
REGIONS = {"east": "us-east-1", "west": "us-west-2"}


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
    databases = Databases(state, REGIONS)
    try:
        databases.create("east", "orders", "lifeline", "secret")
        run(databases, "east", "create table numbers (n int)")
        databases.create("west", "orders", "lifeline", "secret", source="east")
        yield databases
    finally:
        databases.close()


def test_a_read_only_server_answers_refuses_writes_and_stays_so_over_a_promotion(pair: Databases) -> None:
    with psycopg.connect(pair.dsn("east", "orders", "lifeline"), autocommit=True) as session:
        session.execute("insert into numbers values (1)")
        pair.read_only("east", True)
        pair.read_only("west", True)
        until(lambda: run(pair, "east", "show default_transaction_read_only") == ["on"], "the setting is in force")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.execute("insert into numbers values (2)")
    pair.promote("west")
    assert pair.is_writer("west"), "it says that it is available"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run(pair, "west", "insert into numbers values (3)")
    pair.read_only("east", False)
    pair.refollow("east", "west")
    pair.read_only("west", False)
    until(lambda: run(pair, "west", "show default_transaction_read_only") == ["off"], "the setting is gone")
    run(pair, "west", "insert into numbers values (4)")
    until(lambda: numbers(pair, "east") == [1, 4], "east follows")
    assert run(pair, "east", "show default_transaction_read_only") == ["off"], "not brought along by the copy"


def test_the_server_leaves_a_lost_zone_with_all_that_was_committed(pair: Databases) -> None:
    with psycopg.connect(pair.dsn("east", "orders", "lifeline"), autocommit=True) as session:
        session.execute("insert into numbers values (1)")
        pair.lose_zones("east", {"us-east-1b"})
        session.execute("insert into numbers values (2)")
        pair.lose_zones("east", {"us-east-1a", "us-east-1b"})
        with pytest.raises(psycopg.OperationalError):
            session.execute("insert into numbers values (3)")
    assert numbers(pair, "east") == [1, 2] and pair.is_writer("east")
    run(pair, "east", "insert into numbers values (4)")
    until(lambda: numbers(pair, "west") == [1, 2, 4], "west follows it to its new zone")


def test_a_standby_reads_and_does_not_write(pair: Databases) -> None:
    assert (pair.is_writer("east"), pair.is_writer("west")) == (True, False)
    run(pair, "east", "insert into numbers values (1)")
    until(lambda: numbers(pair, "west") == [1], "the row arrives")
    until(lambda: pair.lag("west") is not None and pair.lag("west").bytes == 0, "nothing is on its way")  # type: ignore[union-attr]
    assert pair.lag("east") is None, "a writer has no lag"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run(pair, "west", "insert into numbers values (2)")
    with pytest.raises(PostgresFailed, match="has a database already"):
        pair.create("west", "orders", "lifeline", "secret", source="east")


def test_what_is_held_is_lost_at_a_failover_and_the_old_writer_rewinds(pair: Databases) -> None:
    run(pair, "east", "insert into numbers values (1)")
    until(lambda: numbers(pair, "west") == [1], "the row arrives")
    pair.hold(60)
    run(pair, "east", "insert into numbers values (2)")
    until(lambda: (pair.lag("west") or _no_lag()).bytes > 0, "WAL is held")
    pair.cut(True)
    assert pair.lag("west") is None, "unknown is not zero"
    with pytest.raises(PostgresFailed, match="only a failover"):
        pair.switchover("west")
    pair.promote("west")
    pair.promote("west")
    assert pair.is_writer("east"), "a partition ends nothing"
    assert (numbers(pair, "east"), numbers(pair, "west")) == ([1, 2], [1])
    run(pair, "west", "insert into numbers values (3)")
    with pytest.raises(PostgresFailed, match="cut off"):
        pair.refollow("east", "west")

    port = pair.port("east")
    pair.cut(False)
    pair.hold(None)
    pair.kill("east")
    assert not pair.is_writer("east")
    assert pair.refollow("east", "west") == "rewind"
    assert pair.port("east") == port, "the endpoint stays"
    until(lambda: numbers(pair, "east") == [1, 3], "the old writer has the new history")
    assert (pair.source("east"), pair.source("west")) == ("west", None)

    pair.switchover("east")
    assert (pair.is_writer("east"), pair.is_writer("west")) == (True, False)
    run(pair, "east", "insert into numbers values (4)")
    until(lambda: numbers(pair, "west") == [1, 3, 4], "and back again")


def _no_lag() -> Any:
    return type("NoLag", (), {"bytes": 0})


def test_held_wal_arrives_when_it_is_let_go_and_streaming_goes_on_after_a_cut(pair: Databases) -> None:
    pair.hold(60)
    run(pair, "east", "insert into numbers values (1)")
    until(lambda: (pair.lag("west") or _no_lag()).bytes > 0, "WAL is held")
    assert numbers(pair, "west") == []
    pair.hold(None)
    until(lambda: numbers(pair, "west") == [1], "it arrives")
    pair.hold(0.3)
    run(pair, "east", "insert into numbers values (2)")
    until(lambda: numbers(pair, "west") == [1, 2], "late, it arrives")
    pair.hold(None)
    pair.cut(True)
    run(pair, "east", "insert into numbers values (3)")
    pair.cut(False)
    until(lambda: numbers(pair, "west") == [1, 2, 3], "streaming goes on where it was cut")


def test_a_former_writer_that_cannot_rewind_gets_a_base_backup(pair: Databases) -> None:
    pair.cut(True)
    pair.promote("west")
    run(pair, "west", "insert into numbers values (1)")
    pair.cut(False)
    pair.delete("east")
    pair.create("east", "orders", "lifeline", "secret")  # another system: no history in common
    assert pair.refollow("east", "west") == "base backup"
    until(lambda: numbers(pair, "east") == [1], "it follows")


def test_a_volume_follows_without_an_endpoint_and_opens_without_its_source(pair: Databases) -> None:
    pair.delete("west")
    pair.mirror("west", "east")
    run(pair, "east", "insert into numbers values (1)")
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, "west")
    until(lambda: (lag := pair.lag("west")) is not None and lag.bytes == 0, "the volume has it")
    pair.cut(True)
    pair.start("west")
    pair.promote("west")
    run(pair, "west", "insert into numbers values (2)")
    assert numbers(pair, "west") == [1, 2]


def test_a_replica_without_endpoint_goes_on_following(pair: Databases) -> None:
    pair.shut("west")
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, "west")
    run(pair, "east", "insert into numbers values (1)")
    pair.kill("west")
    pair.mirror("west", "east")
    with pytest.raises(psycopg.OperationalError):
        numbers(pair, "west")
    pair.start("west")
    until(lambda: numbers(pair, "west") == [1], "it has what was written meanwhile")


def test_delete_and_stop(pair: Databases) -> None:
    pair.stop("west")
    assert not pair.running("west")
    assert pair.lag("west") is None
    run(pair, "east", "insert into numbers values (1)")
    pair.start("west")
    until(lambda: numbers(pair, "west") == [1], "it catches up")
    pair.delete("west")
    pair.delete("west")
    assert not pair.exists("west")
    with pytest.raises(PostgresFailed, match="west has no database"):
        pair.start("west")


def test_no_orphan_after_kill_9_of_the_sandbox(state: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from sandbox.postgres import Databases\n"
        f"databases = Databases(Path(sys.argv[1]), {REGIONS})\n"
        "databases.create('east', 'orders', 'lifeline', 'secret')\n"
        "print(databases.port('east'), flush=True); time.sleep(60)\n"
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
    again = Databases(state, REGIONS)
    try:
        again.create("east", "orders", "lifeline", "secret")
        assert run(again, "east", "select 1") == [1], "the same state serves again"
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
    pair.cut(True)
    run(pair, "east", "insert into numbers values (1)")
    pair.promote("west")
    pair.cut(False)
    pair.refollow("east", "west", keep="rds:left-behind")
    assert numbers(pair, "east") == []
    port = pair.open_copy("rds:left-behind", "rescue")
    with psycopg.connect(host="127.0.0.1", port=port, dbname="orders", user="lifeline") as copy:
        assert copy.execute("select n from numbers").fetchall() == [(1,)]
    pair.shut_copy("rescue")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=port, dbname="orders", user="lifeline")
    with pytest.raises(PostgresFailed, match="no copy nothing"):
        pair.open_copy("nothing", "rescue")


def test_the_newest_copies_stay(pair: Databases) -> None:
    pair.promote("west")
    writer, other = "west", "east"
    for number in range(copies.KEPT + 1):
        pair.refollow(other, writer, keep=f"copy {number}")
        pair.promote(other)
        writer, other = other, writer
    pair.open_copy("copy 1", "the oldest that is there")
    with pytest.raises(PostgresFailed, match="no copy copy 0"):
        pair.open_copy("copy 0", "the one before")
