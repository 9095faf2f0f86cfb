"""The load counts what came back, and keeps the acknowledged ids to itself."""

import json
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.http_server import Handler, Server
from sandbox.load import Load, acknowledged_ids, run
from tests.sandbox.eventually import eventually

Reply = Callable[[Handler, dict[str, Any]], None]


class Edge:
    """Stands for the edge: answers each order as the test says, keeps the keys it was sent."""

    def __init__(self) -> None:
        self.reply: Reply = lambda handler, order: handler.answer_json(
            201, {"order_id": order["order_id"], "site": "east"}
        )
        self.seen: list[tuple[str, str, str]] = []
        edge = self

        class EdgeHandler(Handler):
            def do_POST(self) -> None:
                order = json.loads(self.body())
                edge.seen.append((self.headers["Host"], self.headers["Idempotency-Key"], order["order_id"]))
                edge.reply(self, order)

        self._server = Server(EdgeHandler, "edge-double")
        self.url = f"http://127.0.0.1:{self._server.start()}"

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture
def edge() -> Iterator[Edge]:
    edge = Edge()
    yield edge
    edge.stop()


def test_acknowledged_orders(edge: Edge, tmp_path: Path) -> None:
    acked = tmp_path / "acked"
    result = run(edge.url, "nl-fhir.clinic.example.com", 40, None, acked, threads=4)
    assert (result.sent, result.acknowledged, result.refused, result.failed) == (40, 40, 0, 0)
    assert sorted(acknowledged_ids(acked)) == sorted(order_id for _, _, order_id in edge.seen)
    assert len({key for _, key, _ in edge.seen}) == 40
    assert {host for host, _, _ in edge.seen} == {"nl-fhir.clinic.example.com"}
    assert stat.S_IMODE(acked.stat().st_mode) == 0o600
    assert result.by_site == {"east": 40}
    latency = result.percentile(0.5)
    assert len(result.latencies) == 40 and latency is not None and latency > 0


def _hop(handler: Handler, order: dict[str, Any]) -> None:
    handler.answer(503, b"target: none\n", [("x-sandbox-missing", "target")])


@pytest.mark.parametrize(
    ("reply", "outcome", "counts"),
    [
        (lambda h, o: h.answer_json(503, {"reason": "standby"}), "503 refused", (0, 3, 0)),
        (lambda h, o: h.answer_json(409, {"reason": "key"}), "409", (0, 3, 0)),
        (lambda h, o: h.answer_json(503, {"reason": "x", "written": "unknown"}), "503", (0, 0, 3)),
        (lambda h, o: h.answer_json(201, {"order_id": "another"}), "201", (0, 0, 3)),
        (lambda h, o: h.answer(201, b"no json", []), "201", (0, 0, 3)),
        (lambda h, o: h.hang_up(), "RemoteDisconnected", (0, 0, 3)),
        (_hop, "503 target", (0, 0, 3)),
    ],
)
def test_what_is_not_acknowledged(
    edge: Edge, tmp_path: Path, reply: Reply, outcome: str, counts: tuple[int, int, int]
) -> None:
    edge.reply = reply
    result = run(edge.url, "h", 3, None, tmp_path / "acked", threads=1)
    assert (result.acknowledged, result.refused, result.failed) == counts
    assert dict(result.outcomes) == {outcome: 3}
    assert acknowledged_ids(tmp_path / "acked") == []


def test_an_order_is_sent_once_whatever_comes_back(edge: Edge, tmp_path: Path) -> None:
    edge.reply = lambda handler, order: handler.hang_up()
    run(edge.url, "h", 5, None, tmp_path / "acked", threads=2)
    assert len({order_id for _, _, order_id in edge.seen}) == len(edge.seen) == 5


def test_a_load_runs_until_it_is_stopped(edge: Edge, tmp_path: Path) -> None:
    load = Load(edge.url, "h", None, tmp_path / "acked", rate=200).start()
    eventually(lambda: load.result.acknowledged >= 5)
    result = load.stop()
    assert result.sent == result.acknowledged == len(acknowledged_ids(tmp_path / "acked"))


def test_a_second_load_adds_to_the_file(edge: Edge, tmp_path: Path) -> None:
    for _ in range(2):
        run(edge.url, "h", 2, None, tmp_path / "acked")
    assert len(set(acknowledged_ids(tmp_path / "acked"))) == 4


def test_the_rate_spreads_the_orders(edge: Edge, tmp_path: Path) -> None:
    started = threading.Event()

    def reply(handler: Handler, order: dict[str, Any]) -> None:
        started.set()
        handler.answer_json(503, {"reason": "x"})

    edge.reply = reply
    load = Load(edge.url, "h", 1000, tmp_path / "acked", rate=0.5, threads=3).start()
    assert started.wait(10)
    result = load.stop()
    assert result.sent == result.refused < 1000


def test_an_address_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="it is no http URL; give the sandbox's edge"):
        run("127.0.0.1:80", "h", 1, None, tmp_path / "acked")
