"""Which pool gets the request: the listed order, health, the fallback."""

from tests.sandbox.edge.conftest import World
from tests.sandbox.eventually import eventually


def test_the_listed_order_decides(world: World) -> None:
    assert world.post().text == "east"
    ids = [world.pools["west"]["id"], world.pools["east"]["id"]]
    world.edit("load_balancers", world.balancer["id"], {"default_pools": ids})
    assert world.post().text == "west"


def test_a_disabled_pool_is_skipped_at_once(world: World) -> None:
    world.edit("pools", world.pools["east"]["id"], {"enabled": False})
    assert world.post().text == "west"
    world.edit("pools", world.pools["east"]["id"], {"enabled": True})
    assert world.post().text == "east"


def test_an_unhealthy_pool_is_skipped_and_taken_again(world: World) -> None:
    world.origins["east"].healthy = False
    eventually(lambda: not world.health("east").healthy)
    assert world.health("east").reason == "Response code mismatch error"
    assert world.post().text == "west"
    world.origins["east"].healthy = True
    eventually(lambda: world.health("east").healthy)
    assert world.post().text == "east"


def test_traffic_leaves_a_dark_region_by_the_monitors_alone(world: World) -> None:
    world.faults.dark("us-east-1")
    eventually(lambda: not world.health("east").healthy)
    assert world.health("east").reason == "TCP connection failed"
    assert world.post().text == "west"


def test_the_fallback_ignores_health(world: World) -> None:
    for origin in world.origins.values():
        origin.healthy = False
    eventually(lambda: not any(world.health(site).healthy for site in ("east", "west")))
    assert world.post().text == "east"
    world.edit("load_balancers", world.balancer["id"], {"fallback_pool": world.pools["west"]["id"]})
    assert world.post().text == "west"


def test_a_disabled_fallback_gets_nothing(world: World) -> None:
    for site in ("east", "west"):
        world.edit("pools", world.pools[site]["id"], {"enabled": False})
    answer = world.post()
    assert (answer.status_code, answer.headers["x-sandbox-missing"]) == (503, "pool")


def test_the_data_plane_outlives_the_api(world: World) -> None:
    world.faults.dark("cloudflare")
    assert world.post().text == "east"


def test_a_change_is_checked_at_once(world: World) -> None:
    world.edit("monitors", world.monitor["id"], {"interval": 3600})
    world.edit("monitors", world.monitor["id"], {"expected_codes": "204"})
    eventually(lambda: not any(world.health(site).healthy for site in ("east", "west")))
    world.edit("monitors", world.monitor["id"], {"expected_codes": "2xx", "expected_body": "EAST"})
    eventually(lambda: world.health("east").healthy)
    eventually(lambda: world.health("west").reason == "Response body mismatch error")


def test_consecutive_failures_are_counted(world: World) -> None:
    eventually(lambda: world.health("east").healthy)
    before = world.health("east").checked_at
    world.edit("monitors", world.monitor["id"], {"consecutive_down": 2, "interval": 3600})
    # Each change brings one check at once, and then none for an hour.
    eventually(lambda: world.health("east").checked_at != before)
    before = world.health("east").checked_at
    world.origins["east"].healthy = False
    world.edit("monitors", world.monitor["id"], {"description": "first check after the change"})
    eventually(lambda: world.health("east").checked_at != before and world.health("east").reason != "No failures")
    assert world.health("east").healthy
    world.edit("monitors", world.monitor["id"], {"description": "second"})
    eventually(lambda: not world.health("east").healthy)


def test_a_pool_without_a_monitor_counts_as_healthy(world: World) -> None:
    world.origins["east"].healthy = False
    eventually(lambda: not world.health("east").healthy)
    world.edit("pools", world.pools["east"]["id"], {"monitor": ""})
    assert world.post().text == "east"
    pools = {pool["name"]: pool["healthy"] for pool in world.edge.status()["pools"]}
    assert pools == {"east": None, "west": True}
