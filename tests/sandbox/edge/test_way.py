"""A request goes hop by hop, and the hop that is missing is named."""

import socket
from collections.abc import Callable

import pytest

from tests.sandbox.edge.conftest import DOMAIN, HOST, NOT_FOUND, World


def test_nothing_missing(world: World) -> None:
    answer = world.post()
    assert (answer.status_code, answer.text, answer.headers["x-sandbox-pool"]) == (201, "east", "east")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert world.origins["east"].requests == [("POST", "/orders", b"order")]
    assert world.origins["east"].hosts == [HOST]


def _no_balancer(world: World) -> None:
    world.delete("load_balancers", world.balancer["id"])


def _no_pools(world: World) -> None:
    world.delete("load_balancers", world.balancer["id"])
    for site in ("east", "west"):
        world.delete("pools", world.pools[site]["id"])
    world.store.create("load_balancer", world.balancer)


def _no_record(world: World) -> None:
    world.delete("dns_records", world.records["east"]["id"])


def _record_elsewhere(world: World) -> None:
    world.edit("dns_records", world.records["east"]["id"], {"content": "gone.us-east-1.elb.amazonaws.com"})


def _no_listener(world: World) -> None:
    world.aws.by_alb["alb-east"] = []


def _other_port(world: World) -> None:
    world.aws.by_alb["alb-east"] = [{"arn": "listener-east", "port": 80}]


def _no_rule(world: World) -> None:
    world.aws.by_listener["listener-east"] = [NOT_FOUND]


def _no_group(world: World) -> None:
    del world.aws.groups["group-east"]


def _no_target(world: World) -> None:
    world.aws.groups["group-east"] = []


def _no_task(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        world.aws.groups["group-east"] = [("127.0.0.1", unused.getsockname()[1])]


@pytest.mark.parametrize(
    ("remove", "hop", "status"),
    [
        (_no_balancer, "load-balancer", 530),
        (_no_pools, "pool", 503),
        (_no_record, "dns-record", 530),
        (_record_elsewhere, "alb", 530),
        (_no_listener, "listener", 521),
        (_other_port, "listener", 521),
        (_no_rule, "rule", 404),
        (_no_group, "target-group", 503),
        (_no_target, "target", 503),
        (_no_task, "task", 502),
    ],
)
def test_the_next_request_fails_and_names_the_hop(
    world: World, remove: Callable[[World], None], hop: str, status: int
) -> None:
    # Without monitors, or the edge would go to the other site before it is asked.
    for site in ("east", "west"):
        world.edit("pools", world.pools[site]["id"], {"monitor": ""})
    assert world.post().status_code == 201
    remove(world)
    answer = world.post()
    assert (answer.headers["x-sandbox-missing"], answer.status_code) == (hop, status)
    assert len(world.origins["east"].requests) == 1 and not world.origins["west"].requests
    assert world.edge.status()["by_missing_hop"] == {hop: 1}


def test_another_host_is_not_served(world: World) -> None:
    answer = world.client.get("/", headers={"Host": f"other.{DOMAIN}"})
    assert (answer.status_code, answer.headers["x-sandbox-missing"]) == (530, "load-balancer")


def test_targets_take_turns(world: World) -> None:
    world.aws.groups["group-east"].append(("127.0.0.1", world.origins["west"].port))
    assert sorted(world.post().text for _ in range(4)) == ["east", "east", "west", "west"]


def test_a_dark_region_is_not_reached(world: World) -> None:
    world.edit("pools", world.pools["east"]["id"], {"monitor": ""})
    mark = world.calls.mark()
    world.faults.dark("us-east-1")
    answer = world.post()
    assert (answer.status_code, answer.headers["x-sandbox-missing"]) == (522, "origin")
    assert not world.origins["east"].requests
    requests = [call for call in world.calls.read(mark) if call["operation"] == "request"]
    assert [(call["caller"], call["region"], call["outcome"]) for call in requests] == [
        ("edge", "us-east-1", "refused")
    ]


def test_an_answer_does_not_leave_a_region_that_went_dark_meanwhile(world: World) -> None:
    world.origins["east"].during = lambda: (world.faults.dark("us-east-1"), None)[1]
    answer = world.post()
    assert answer.status_code == 520
    assert len(world.origins["east"].requests) == 1 and not world.origins["west"].requests


def test_a_post_that_breaks_off_is_not_sent_again(world: World) -> None:
    world.origins["east"].during = world.origins["east"].stop
    answer = world.post()
    assert (answer.status_code, answer.headers["x-sandbox-missing"]) == (502, "task")
    assert len(world.origins["east"].requests) == 1 and not world.origins["west"].requests


def test_no_path_is_recorded(world: World) -> None:
    world.client.get("/orders/patient-7")
    assert "patient-7" not in str(world.calls.read())
