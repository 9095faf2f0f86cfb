"""What comes after a region was lost: the account, the site that wakes up, its orders, and the checkout that follows.

The tests share one estate, which test_promotion has after them, and run in their order; the last one leaves east
serving, as the first one found it.
"""

import json
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.recovery import rescued, users
from sandbox.load import Load
from tests.engine.estate import Estate, wait
from tests.engine.writers import Writers

LAG_SECONDS = 2.0


@pytest.fixture(scope="module")
def it(moved: Estate) -> Estate:
    Writers.prepare(moved, "east")
    return moved


@pytest.fixture(scope="module")
def writers(it: Estate) -> Iterator[Writers]:
    """A writer at 50 Hz to both databases, from before the region is lost until after it has come back."""
    with Writers(it) as running:
        yield running


def kept_report(it: Estate) -> dict[str, Any]:
    shown = it.lifeline("report", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def rescued_file(it: Estate) -> Path:
    (path,) = (it.root / rescued.FOLDER).glob("*.json")
    return path


def test_a_lost_region_is_accounted_for(it: Estate, writers: Writers) -> None:
    it.control.post("/lag", {"seconds": LAG_SECONDS})
    ordering = Load(
        f"http://127.0.0.1:{it.running.edge}", it.running.host, None, it.folder.acknowledged, rate=30.0
    ).start()
    try:
        time.sleep(2 * LAG_SECONDS)
        began = datetime.now(UTC).isoformat()
        it.control.post("/dark", {"region": "us-east-1"})
    finally:
        ordering.stop()
    given = ["--orders", str(it.folder.acknowledged), "--incident-start", began]
    shown = it.lifeline("promote", "--to", "west", "--yes", "--output", "json", *given)
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout.splitlines()[-1])
    report = kept_report(it)
    assert {**report, "event": "report"} == told
    assert (report["outcome"], report["from"], report["to"]) == ("promoted", "east", "west")
    promised = set(it.folder.acknowledged.read_text().split())
    lost = promised - it.orders("west")
    assert lost and report["orders"] == {
        **report["orders"],
        "acknowledged": len(promised),
        "lost": len(lost),
        "unknown": 0,
    }
    assert report["rpo"]["control table"]["rows"] == 0 and report["rpo"]["objects"]["rows"] == "unknown"
    waiting = report["notes"]["queues"]
    assert waiting["outbox"] != "unknown" and waiting["nlp"]["ApproximateNumberOfMessages"] == 0
    assert report["notes"]["backups"]["west"] == "an active site's"
    database = report["rpo"]["database"]
    assert database["rows"] == "unknown" and 0 < database["seconds"] <= database["at_most_seconds"]
    # The order end to end may be served just before the look that sees it: a look takes this long at most.
    assert 0 < report["downtime_seconds"] <= report["rto_seconds"] + users.SECONDS and report["downtime_note"] == ""
    assert report["fence"]["how"] == "waited" and report["fence"]["sites"]["east"] == "unknown"
    assert not any(order in json.dumps(report) for order in lost), "ids stay in their own file"
    (listed,) = (it.root / ".lifeline" / "promotions").glob("*.lost-orders.txt")
    assert set(listed.read_text().split()) == lost and stat.S_IMODE(listed.stat().st_mode) == 0o600


def test_the_old_region_wakes_up_and_its_orders_are_saved_first(it: Estate, writers: Writers) -> None:
    left_at_east = it.orders("east") - it.orders("west")
    assert left_at_east
    it.control.post("/clear", {})
    shown = it.lifeline("rejoin", "east", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    done = json.loads(shown.stdout)
    assert (done["active"], done["orders"], done["listed"]) == ("west", len(left_at_east), True)
    path = rescued_file(it)
    assert str(path) == done["file"] and stat.S_IMODE(path.stat().st_mode) == 0o600
    found = rescued.read(path)
    assert {order.row["order_id"] for order in found.orders} == left_at_east
    assert found.count("undecided") == len(left_at_east)
    assert not any(order in shown.stdout + shown.stderr for order in left_at_east)
    assert kept_report(it)["rpo"]["database"]["rows"] == len(left_at_east)
    assert it.database_at("east")["writer"] is False
    clusters = it.aws("rds", "us-east-1").describe_db_clusters()["DBClusters"]
    assert len(clusters) == 1, "the copy is gone again"
    sealed = [call for call in it.calls(0) if "arguments" in call and any(o in str(call) for o in left_at_east)]
    assert sealed == []
    assert writers.never_both(), "not while it was lost, and not when it came back"
    again = it.lifeline("rejoin", "east")
    assert again.returncode == 0 and "compared before" in again.stderr


def test_its_orders_are_sent_again_only_after_a_review(it: Estate) -> None:
    path = rescued_file(it)
    refused = it.lifeline("replay", str(path), "--yes")
    assert refused.returncode == 10 and "undecided" in refused.stderr
    found = rescued.read(path)
    for order in found.orders:
        order.decision = "replay"
    found.orders[0].decision = "discard"
    found.reviewed_by = "dr.grace"
    rescued.write(path, found)
    shown = it.lifeline("replay", str(path), "--yes", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    count = len(found.orders) - 1
    assert json.loads(shown.stdout) == {"outcomes": {"taken": count}, "earlier": 0, "discarded": 1}
    again = it.lifeline("replay", str(path), "--yes", "--output", "json")
    assert json.loads(again.stdout) == {"outcomes": {}, "earlier": count, "discarded": 1}
    wanted = {order.row["order_id"] for order in found.orders}
    assert wanted - it.orders("west") == {found.orders[0].row["order_id"]}


def reconcile(it: Estate, site: str) -> None:
    before = (it.root / "Pulumi.yaml").read_text()
    shown = it.lifeline("reconcile", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    done = json.loads(shown.stdout)
    assert done["active"] == site and done["empty"], [stack["resources"] for stack in done["stacks"]]
    after = (it.root / "Pulumi.yaml").read_text()
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert len(changed) == 1 and site in changed[0][1]


def test_the_checkout_follows_there_and_back(it: Estate) -> None:
    """Promote, reconcile, empty preview, failback, reconcile, empty preview."""
    reconcile(it, "west")
    bucket = it.topology.one("bucket", "west").id
    it.aws("s3", "us-west-2").put_object(Bucket=bucket, Key="bundle.json", Body=b"{}")
    peer = it.topology.one("bucket", "east").id
    wait(lambda: it.aws("s3", "us-east-1").list_object_versions(Bucket=peer).get("Versions"), "its copy arrives")
    mark = it.mark()
    it.control.post("/drop-response", {"service": "rds:SwitchoverGlobalCluster"})
    shown = it.lifeline("failback", "--yes")
    assert shown.returncode == 0, shown.stderr
    asked = [call["outcome"] for call in it.calls(mark) if call["operation"] == "SwitchoverGlobalCluster"]
    assert asked == ["lost"], "the switchover happened once, although nobody was told"
    it.wait_served("east")
    report = kept_report(it)
    assert (report["mode"], report["from"], report["to"]) == ("switchover", "west", "east")
    assert report["rpo"]["objects"]["rows"] == 0, "counted at both sites"
    assert report["rpo"]["database"] == {**report["rpo"]["database"], "seconds": 0.0, "rows": 0}

    def follows() -> bool:
        return it.database_at("west")["writer"] is False

    wait(follows, "west's database follows east's")
    reconcile(it, "east")
