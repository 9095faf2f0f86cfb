"""The edge's load balancer by its API: what is read, what is read back after a change, and what is said of failures."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from operations import edge_api
from operations.edge import Edge, NotApplied, Order
from operations.edge_api import EdgeError
from operations.topology import Topology
from sandbox.faults import Faults

Answering = Callable[[int, bytes], str]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Starts a server that always says the same, and gives its address."""
    with ExitStack() as servers:

        def start(status: int, content: bytes) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

                do_PATCH = do_GET  # the library's spelling

                def log_message(self, format: str, *arguments: object) -> None:
                    pass

            server = servers.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            servers.callback(server.shutdown)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            return f"http://127.0.0.1:{server.server_port}"

        yield start
        edge_api._connections.cache_clear()


@pytest.fixture
def declared(api: httpx.Client, at_the_edge: Topology) -> list[str]:
    """Both sites' pools and the load balancer over them, made by hand. The pools' names."""

    def made(where: str, **body: Any) -> str:
        answer = api.post(where, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["result"]["id"])

    zone = api.get("/zones").json()["result"][0]
    account = f"/accounts/{zone['account']['id']}/load_balancers"
    monitor = made(f"{account}/monitors", type="https", path="/", expected_codes="200")
    names = [at_the_edge.one("pool", site).id for site in at_the_edge.sites]
    origins = [{"name": "o", "address": "127.0.0.1", "enabled": True}]
    pools = [made(f"{account}/pools", name=name, origins=origins, monitor=monitor) for name in names]
    host = at_the_edge.one("edge").id
    made(f"/zones/{zone['id']}/load_balancers", name=host, default_pools=pools, fallback_pool=pools[0])
    return names


def test_what_is_changed_is_read_back(declared: list[str], at_the_edge: Topology) -> None:
    edge = Edge(at_the_edge)
    east, west = declared
    assert edge.order() == Order((east, west), east)
    edge.set_order(west, east)
    assert edge.order() == Order((west, east), west)
    edge.set_enabled(east, False)
    assert {name: pool.enabled for name, pool in edge.pools().items()} == {east: False, west: True}


def test_a_yes_that_changes_nothing_is_found(declared: list[str], at_the_edge: Topology, faults: Faults) -> None:
    edge = Edge(at_the_edge)
    faults.ignore_writes("cloudflare")
    with pytest.raises(NotApplied, match="the API still shows True"):
        edge.set_enabled(declared[0], False)
    with pytest.raises(NotApplied, match="the API shows"):
        edge.set_order(declared[1], declared[0])


def test_an_edge_without_the_load_balancer_says_what_to_apply(api: httpx.Client, at_the_edge: Topology) -> None:
    with pytest.raises(LookupError, match="apply the stack `global` first"):
        Edge(at_the_edge).order()


def test_a_refusal_is_told_in_the_api_s_words(api: httpx.Client) -> None:
    with pytest.raises(EdgeError, match=r"GET /zones/nowhere/load_balancers with 404: .+") as refused:
        edge_api.get("/zones/nowhere/load_balancers")
    assert refused.value.status == 404


def test_silence_has_no_status(api: httpx.Client, faults: Faults) -> None:
    faults.dark("cloudflare")
    with pytest.raises(EdgeError, match="does not answer GET /zones: ") as silent:
        edge_api.get("/zones")
    assert silent.value.status is None


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (200, b"<html>", "200, and no word why"),
        (200, b'["a list"]', "200, and no word why"),
        (200, b'{"success": false, "errors": [{"message": "not now"}, {"code": 7}]}', "200: not now; {'code': 7}"),
        (302, b'{"success": true}', "302, and no word why"),
        (429, b'{"success": true}', "429, and no word why"),
        (502, b"", "502, and no word why"),
    ],
)
def test_only_a_document_that_says_success_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, answering: Answering, status: int, content: bytes, said: str
) -> None:
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", answering(status, content))
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "sandbox")
    with pytest.raises(EdgeError) as refused:
        edge_api.patch("/zones/z", {"paused": False})
    assert str(refused.value) == f"the edge's API answers PATCH /zones/z with {said}"
    assert refused.value.status == status


def test_a_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, answering: Answering) -> None:
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", "http://edge.invalid/client/v4")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "sandbox")
    monkeypatch.setenv("http_proxy", answering(200, b'{"success": true, "result": "through it"}'))
    monkeypatch.delenv("no_proxy", raising=False)
    assert edge_api.get("/zones")["result"] == "through it"
    edge_api._connections.cache_clear()
    monkeypatch.setenv("no_proxy", "edge.invalid")
    with pytest.raises(EdgeError, match="does not answer"):
        edge_api.get("/zones")


def test_without_a_token_it_says_which(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    with pytest.raises(EdgeError, match="set CLOUDFLARE_API_TOKEN"):
        edge_api.get("/zones")
