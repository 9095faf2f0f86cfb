"""Promotion in a whole estate: first with everything alive, then with the active region dark, the other way.

A writer at 50 Hz goes to both databases all the while. The demo's test has the third case: east goes dark.
"""

import json
import os
import signal
import socket
import time

import pytest

from operations.record.record import Record
from operations.record.store import RecordStore
from operations.recovery.move import Mode, Move, World
from operations.recovery.plan import make
from operations.steps.call import Call, spelled
from sandbox import orders
from sandbox.folder import alive
from sandbox.load import Load
from tests.engine.estate import Estate, wait
from tests.engine.kills import promote_and_kill
from tests.engine.writers import Writers

KILLS_AFTER_THE_STOP = (
    ("database", "verifying"),
    ("writable", "verifying"),
    ("edge-order", "applying"),
    ("settle", "verifying"),
)


@pytest.fixture(scope="module")
def it(moved: Estate) -> Estate:
    Writers.prepare(moved, "east")
    # What was promised to the tests before is counted there.
    moved.folder.acknowledged.unlink(missing_ok=True)
    moved.control.post("/lag", {"seconds": 0})
    moved.wait_served("east")
    return moved


def test_the_service_moves_while_the_old_warden_sleeps(it: Estate) -> None:
    """Its warden is stopped before and woken after: the old site never accepts again what the new one does."""
    assert it.order("before-the-move")[0] == 201
    before = kept(it).read().epoch
    (pid,) = it.status()["tasks"]["us-east-1"]["warden"]
    with Writers(it) as writers:
        os.kill(pid, signal.SIGSTOP)
        try:
            shown = it.lifeline("promote", "--to", "west", "--yes", "--output", "json")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert shown.returncode == 0, shown.stderr
        it.wait_served("west")
        time.sleep(3)
    done = json.loads(shown.stdout.splitlines()[-1])
    assert done["outcome"] == "promoted" and done["epoch"] == before + 1
    assert {step["state"] for step in done["steps"]} <= {"done", "nothing"}, done["steps"]
    assert writers.seen["east"].writes and writers.seen["west"].writes
    assert writers.never_both()
    status, body, _ = it.order("after-the-move")
    assert status == 201 and body["site"] == "west"
    assert it.database_at("west")["writer"] is True


def test_one_that_is_killed_six_times_and_stops_once_goes_on_to_its_end(it: Estate) -> None:
    """RDS of the target's region is out for a while, and the command is killed at six moments before and after that."""
    it.configure(active={"production": "west"})
    mark = it.mark()
    going_on = ("--to", "east", "--resume", "--yes")
    it.control.post("/dark", {"region": "us-east-1", "service": "rds"})
    blind = [
        rule for name in ("target-database", "versions", "replica-idle", "replication") for rule in ("--override", name)
    ]
    reason = ("--reason", "RDS is out")
    assert promote_and_kill(it, "fence", "applying", "--to", "east", "--yes", *blind, *reason)
    assert promote_and_kill(it, "fence", "done", *going_on)
    stopped = it.lifeline("promote", *going_on)
    assert stopped.returncode == 11, stopped.stderr
    assert "Go on with: lifeline promote --to east --resume --yes" in stopped.stderr
    assert it.order("while-it-is-stopped")[0] == 503, (
        "neither site writes: the record names east, west has the database"
    )
    it.control.post("/clear", {})
    again = it.lifeline("promote", "--to", "east", "--yes")
    assert again.returncode == 10 and "--resume" in again.stderr
    for step, moment in KILLS_AFTER_THE_STOP:
        assert promote_and_kill(it, step, moment, *going_on), (step, moment)
    resumed = it.lifeline("promote", *going_on)
    assert resumed.returncode == 0, resumed.stderr
    moved = [call for call in it.calls(mark) if call["operation"] == "FailoverGlobalCluster"]
    assert len([call for call in moved if call["outcome"] == "ok"]) == 1, "the writer was moved once"
    assert "going on with failover" in resumed.stderr
    it.wait_served("east")


def test_a_switchover_back_gives_no_acknowledged_order_up(it: Estate) -> None:
    """With orders at the edge, which the old site refuses as soon as it is fenced."""
    it.configure(active={"production": "east"})
    wait(lambda: follows(it, "west"), "west's database follows east's")
    url, acked = f"http://127.0.0.1:{it.running.edge}", it.folder.acknowledged
    ordering = Load(url, it.running.host, None, acked, rate=30.0).start()
    mark = it.mark()
    with Writers(it) as writers:
        try:
            shown = it.lifeline("promote", "--to", "west", "--mode", "switchover", "--yes", "--output", "json")
            assert shown.returncode == 0, shown.stderr
            it.wait_served("west")
        finally:
            ordering.stop()
    assert writers.never_both()
    counted = orders.count(acked, it.database_at("west")["port"], it.database_at("east")["port"], "nl_fhir")
    assert not counted.lost and counted.acknowledged, orders.sentence(counted, "west")
    done = json.loads(shown.stdout.splitlines()[-1])
    assert "proved" in done["fence"]["how"], done["fence"]
    assert_declared(it, mark, "west", "switchover")


def test_promoting_the_active_site_is_refused(it: Estate) -> None:
    shown = it.lifeline("promote", "--to", "west", "--yes")
    assert shown.returncode == 10 and "west is the active site already" in shown.stderr


def test_a_second_promotion_is_told_who_holds_the_lock(it: Estate) -> None:
    store = kept(it)
    store.acquire_lock("dr.grace", "elsewhere", "database")
    shown = it.lifeline("promote", "--to", "east", "--yes")
    assert shown.returncode == 10 and "dr.grace" in shown.stderr
    store.release_lock("elsewhere")


def test_with_the_new_active_region_dark_the_service_moves_back(it: Estate) -> None:
    it.configure(active={"production": "west"})
    wait(lambda: follows(it, "east"), "east's database follows west's")
    it.control.post("/lag", {"seconds": 1.5})
    url, acked = f"http://127.0.0.1:{it.running.edge}", it.folder.acknowledged
    ordering = Load(url, it.running.host, None, acked, rate=30.0).start()
    with Writers(it) as writers:
        try:
            time.sleep(4)
            mark = it.mark()
            it.control.post("/dark", {"region": "us-west-2"})
            shown = it.lifeline("promote", "--to", "east", "--yes")
            assert shown.returncode == 0, shown.stderr
            it.wait_served("east")
        finally:
            ordering.stop()
    assert writers.never_both()
    status, body, _ = it.order("the-next-order")
    assert status == 201 and body["site"] == "east"
    reached = [
        call
        for call in it.calls(mark)
        if call["caller"] == "operator" and call["region"] == "us-west-2" and call["outcome"] == "ok"
    ]
    assert reached == [], "nothing that the promotion needed was answered by the dark region"
    counted = orders.count(acked, it.database_at("east")["port"], it.database_at("west")["port"], "nl_fhir")
    assert len(counted.lost) >= 1 and counted.exact is True, orders.sentence(counted, "east")


def test_a_killed_sandbox_leaves_no_task_and_no_database(it: Estate) -> None:
    """The last one here: `kill -9` of the supervisor while everything runs."""
    seen = it.status()
    pids = [pid for services in seen["tasks"].values() for found in services.values() for pid in found]
    assert len(pids) > 10
    ports = [found["port"] for found in seen["databases"].values()]
    os.kill(it.running.pid, signal.SIGKILL)
    wait(lambda: not any(alive(pid) for pid in [it.running.pid, *pids]), "no task is left")
    wait(lambda: not any(listens(port) for port in ports), "no database is left")


def kept(it: Estate) -> RecordStore:
    topology = it.topology
    table = topology.one("control_table").id
    return RecordStore(table, topology.application, topology.control_regions, topology.founder, it.aws)


def follows(it: Estate, site: str) -> bool:
    with it.database(site) as database:
        found: bool = database.execute("SELECT pg_is_in_recovery()").fetchone()[0]
    return found


def assert_declared(it: Estate, mark: int, target: str, mode: Mode) -> None:
    """Every call of the operator's that changed something is one that the plan declares."""
    move = Move(it.topology, target, mode, "", "", Record(it.topology.peer(target), 0, ""), World())
    declared = {
        (call.service, spelled(call.operation), call.region)
        for step in make(move, it.root).graph
        for call in step.calls
    }
    made = {
        (call["service"], spelled(call["operation"]), call["region"])
        for call in it.calls(mark)
        if call["caller"] == "operator"
        and Call(call["service"], call["operation"], call["region"]).mutates
        and call["service"] != "cloudflare"
    }
    assert made and made <= declared, made - declared


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
