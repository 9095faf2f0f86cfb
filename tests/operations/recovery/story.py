"""One promotion in the test cloud, as the command line leads it."""

from pathlib import Path
from typing import Any

from operations.recovery.begin import Wish, prepare
from operations.recovery.move import Mode
from operations.recovery.outcome import Ended
from operations.recovery.promotion import execute, resume, unfinished
from tests.operations.recovery.cloud import Cloud

REASON = "a test says so"


def wish(to: str = "west", mode: Mode = "failover", by: str = "ann@desk", **more: Any) -> Wish:
    return Wish(target=to, mode=mode, by=by, **more)


def reasons(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, REASON)


def begin(cloud: Cloud, root: Path, asked: Wish, intent: str | None = "east") -> Ended:
    ready = prepare(cloud.topology, asked, intent, root, cloud.world, letters=True)
    return execute(ready, root, lambda _: None)


def go_on(cloud: Cloud, root: Path, asked: Wish) -> Ended:
    found = unfinished(cloud.topology, asked, root, cloud.world)
    return resume(found, asked, root, lambda _: None)


def at_the_end(cloud: Cloud) -> dict[str, Any]:
    """Everything that has to be the same however a promotion came to its end."""
    record = cloud.table.record
    return {
        "active": record["active"]["S"],
        "epoch": record["epoch"]["N"],
        "locked": "lock" in record,
        "writer": cloud.databases.writer,
        "east": cloud.capacity("east"),
        "west": cloud.capacity("west"),
        "order": cloud.balancer.order(),
        "pools": {name: pool.enabled for name, pool in cloud.balancer.pools().items()},
        "orders": set(cloud.orders),
        "backups": {site: cloud.backups.rules(cloud.topology.region(site)) for site in cloud.topology.sites},
        "leases": cloud.wardens.history[-1],
    }
