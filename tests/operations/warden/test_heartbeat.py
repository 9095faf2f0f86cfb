"""The heartbeat: written through the fence, published, and seen at a standby as lag."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.record.heartbeats import Heartbeat, Heartbeats
from operations.record.replicas import Replicas
from operations.warden.heartbeat import METRIC, Heart
from operations.warden.install import install
from sandbox.postgres import Databases
from tests.operations.warden.cloud import REGIONS, Cloud
from tests.operations.warden.site import Site


class Watch:
    """CloudWatch as far as a metric is sent to it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.sent: list[dict[str, Any]] = []

    def factory(self, service: str, region: str) -> Any:
        return self if service == "cloudwatch" else self._cloud.factory(service, region)

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803
        self.sent += MetricData


@pytest.fixture
def heartbeats(cloud: Cloud) -> Heartbeats:
    return Heartbeats(Replicas(cloud.table, REGIONS, cloud.factory))


def test_a_beat_is_written_and_published_only_while_the_fence_lets_it(
    site: Site, cloud: Cloud, heartbeats: Heartbeats
) -> None:
    # Other tests' writes were refused in the same database.
    refused = site.run("warden", "select last_value from lifeline.refusals where is_called")
    heart = Heart(site.environment(), heartbeats, Watch(cloud).factory)
    heart.turn()
    assert heartbeats.last("east") is None, "without a lease nothing is written"
    site.lease(30, epoch=3)
    heart.turn()
    last = heartbeats.last("east")
    assert last is not None and last.epoch == 3 and last.every == 1.0
    assert last.beat_at == site.run("warden", "select beat_at from lifeline.heartbeat where site = 'east'")
    site.expire()
    heart.turn()
    assert heartbeats.last("east") == last, "what was written last stays"
    assert site.run("warden", "select last_value from lifeline.refusals where is_called") == refused, (
        "a beat asks first"
    )


def test_an_older_beat_never_overwrites_a_newer_one(heartbeats: Heartbeats) -> None:
    newer = Heartbeat("east", datetime(2026, 1, 1, tzinfo=UTC), 2, 1.0)
    heartbeats.publish(newer)
    heartbeats.publish(Heartbeat("east", newer.beat_at - timedelta(seconds=5), 1, 1.0))
    assert heartbeats.last("east") == newer and heartbeats.last("west") is None


def test_a_standby_tells_how_old_the_newest_replicated_beat_is(
    state: Any, cloud: Cloud, heartbeats: Heartbeats, databases: Databases
) -> None:
    pair = Databases(state / "heart")
    watch = Watch(cloud)
    try:
        pair.create("east", "orders", "lifeline", "secret")
        east = Site(pair.port("east"), "orders")
        with east.connect("lifeline") as connection:
            install(connection, transaction_seconds=1)
        east.lease(60)
        Heart(east.environment(), heartbeats, watch.factory).turn()
        pair.create("west", "orders", "lifeline", "secret", source="east")
        standby = Site(pair.port("west"), "orders")
        at_west = Heart(standby.environment(), heartbeats, watch.factory)
        at_west.turn()
        at_west.turn()
        (datum,) = watch.sent  # the second look comes too early to be sent
        assert datum["MetricName"] == METRIC and datum["Value"] >= 0
        for opened in (east, standby):
            opened.close()
    finally:
        pair.close()
