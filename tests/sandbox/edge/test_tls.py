"""Between a load balancer and its targets: TLS where the target group says so, under whatever certificate."""

from collections.abc import Iterator

import pytest

from sandbox.edge.request import Missing, Request
from sandbox.edge.upstream import Upstream
from sandbox.http_server import HOST, Handler, Server
from sandbox.workload.certificate import own_certificate

REQUEST = Request("GET", "nl-fhir.clinic.example.com", "/health", [])


class Answering(Handler):
    def do_GET(self) -> None:
        self.answer_json(200, {"from": self.client_address[1]})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    yield made
    made.close()


def test_a_target_that_speaks_tls_is_answered_over_one_kept_connection(upstream: Upstream) -> None:
    server = Server(Answering, "with-tls", own_certificate("nlp"))
    target = (HOST, server.start())
    try:
        answers = [upstream.exchange(target, REQUEST, 5, tls=True) for _ in range(3)]
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1, "the connection was made anew"
    finally:
        server.stop()
    with pytest.raises(Missing) as missing:
        upstream.exchange(target, REQUEST, 5, tls=True)
    assert missing.value.status == 502


def test_one_that_speaks_none_is_a_502_and_not_spoken_to_in_clear_text(upstream: Upstream) -> None:
    server = Server(Answering, "without")
    target = (HOST, server.start())
    try:
        with pytest.raises(Missing, match="speaks no TLS") as missing:
            upstream.exchange(target, REQUEST, 5, tls=True)
        assert missing.value.status == 502
    finally:
        server.stop()
