"""The intake keeps the public contract against a real database."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import httpx
import psycopg
import pytest

from tests.sandbox.eventually import eventually
from tests.sandbox.workload.conftest import DATABASE, Intake, Sites, order


def test_an_order_and_its_message_are_written_together(at: Intake, sites: Sites) -> None:
    client = at("east")
    answer = order(client, "a1")
    assert (answer.status_code, answer.json()) == (201, {"order_id": "a1", "site": "east"})
    assert sites.execute("east", "SELECT order_id, idempotency_key, site FROM orders") == [("a1", "key-a1", "east")]
    (message,) = sites.execute("east", "SELECT order_id, kind, payload, sent_at FROM outbox")
    assert message == ("a1", "order-accepted", {"order_id": "a1", "text": "aspirin 75 mg daily"}, None)


def test_a_repeated_key_gets_the_same_answer_and_no_second_row(at: Intake, sites: Sites) -> None:
    client = at("east")
    first, again = order(client, "a2"), order(client, "a2")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert sites.execute("east", "SELECT count(*) FROM orders, outbox") == [(1,)]


def test_the_same_key_at_the_same_time(at: Intake, sites: Sites) -> None:
    client = at("east")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: order(client, "a3").status_code, range(16)))
    assert sorted(answers) == [200] * 15 + [201]
    assert sites.execute("east", "SELECT count(*) FROM outbox") == [(1,)]


def test_a_key_or_an_id_of_another_order(at: Intake) -> None:
    client = at("east")
    order(client, "a4")
    assert order(client, "other", key="key-a4").status_code == 409
    assert order(client, "a4", key="another").status_code == 409


@pytest.mark.parametrize("path", ["/orders", "/nlp/orders"])
def test_the_services_own_prefix_is_taken_off(at: Intake, path: str) -> None:
    client = at("east")
    assert order(client, "a5", path=path).status_code == 201
    assert client.get(f"{path}/a5").json()["text"] == "aspirin 75 mg daily"
    assert order(client, "a6", path="/fhir/orders").status_code == 404


def test_what_is_no_order(at: Intake) -> None:
    client = at("east")
    assert client.post("/orders", json={"order_id": "a", "text": "b"}).status_code == 400
    headers = {"Idempotency-Key": "k"}
    assert client.post("/orders", content=b"{", headers=headers).status_code == 400
    assert client.post("/orders", json={"order_id": 1, "text": "b"}, headers=headers).status_code == 400
    assert client.post("/orders", json={"order_id": "", "text": "b"}, headers=headers).status_code == 422
    nul = client.post("/orders", json={"order_id": "a", "text": "\0"}, headers=headers)
    assert (nul.status_code, "reason" in nul.json()) == (422, True)
    assert client.get("/orders/none").status_code == 404


def test_a_standby_reads_and_refuses(at: Intake, sites: Sites) -> None:
    order(at("east"), "a7")
    west = at("west")
    assert west.get("/health").json() == {"status": "ok", "service": "nlp", "database": "standby"}
    refused = order(west, "a8")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["sqlstate"] == "25006"
    eventually(lambda: west.get("/orders/a7").status_code == 200)
    assert west.get("/orders/a7").json()["site"] == "east"


@pytest.fixture
def fence(sites: Sites) -> Iterator[None]:
    """A trigger that refuses, as the real one does once the lease is over."""
    sites.execute(
        "east",
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no lease' USING ERRCODE = 'LL001'; END $$;
        CREATE TRIGGER fence BEFORE INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        """,
    )
    yield
    sites.execute("east", "DROP FUNCTION IF EXISTS refuse CASCADE")


def test_a_refused_write_is_said_and_survived(at: Intake, sites: Sites, fence: None) -> None:
    client = at("east")
    refused = order(client, "a9")
    assert (refused.status_code, refused.json()["sqlstate"]) == (503, "LL001")
    assert client.get("/health").status_code == 200
    sites.execute("east", "DROP FUNCTION refuse CASCADE")
    assert order(client, "a9").status_code == 201


def test_a_repeated_key_is_not_confirmed_by_a_database_that_refuses(at: Intake, sites: Sites) -> None:
    client = at("east")
    assert order(client, "b1").status_code == 201
    sites.execute(
        "east",
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no lease' USING ERRCODE = 'LL001'; END $$;
        CREATE TRIGGER fence BEFORE INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        """,
    )
    try:
        assert order(client, "b1").status_code == 503
    finally:
        sites.execute("east", "DROP FUNCTION refuse CASCADE")


def test_ended_sessions_are_replaced(at: Intake, sites: Sites) -> None:
    client = at("east")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: order(client, f"c{number}"), range(4)))
    sites.execute("east", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    assert [order(client, f"d{number}").status_code for number in range(4)] == [201] * 4
    assert client.get("/health").status_code == 200


def test_all_connections_in_use(at: Intake, sites: Sites) -> None:
    client = at("east")
    with psycopg.connect(sites.databases.dsn("east", DATABASE, "lifeline")) as blocker:
        blocker.execute("LOCK TABLE orders IN EXCLUSIVE MODE")
        with ThreadPoolExecutor(5) as pool:
            waiting = [pool.submit(order, client, f"e{number}") for number in range(5)]
            (refused,) = [done.result() for done in wait(waiting, return_when=FIRST_COMPLETED).done]
            blocker.rollback()
            answers = sorted(answer.result().status_code for answer in waiting)
    assert refused.json() == {"reason": "all database connections are in use"}
    assert answers == [201] * 4 + [503]


def test_the_epoch_is_on_the_order_and_on_its_message(at: Intake, sites: Sites) -> None:
    sites.execute(
        "east",
        """
        CREATE SCHEMA IF NOT EXISTS lifeline;
        CREATE FUNCTION lifeline.current_epoch() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 7::bigint';
        GRANT USAGE ON SCHEMA lifeline TO app;
        """,
    )
    try:
        answer = order(at("east"), "f1")
        assert answer.json() == {"order_id": "f1", "site": "east", "epoch": 7}
        assert sites.execute("east", "SELECT epoch FROM outbox WHERE order_id = 'f1'") == [(7,)]
    finally:
        sites.execute("east", "DROP SCHEMA lifeline CASCADE")


CANARY = {"X-Lifeline-Canary": "orders"}


def synthetic(client: httpx.Client, name: str, headers: dict[str, str]) -> httpx.Response:
    order = {"order_id": name, "text": "Synthetic: no patient."}
    return client.post("/nlp/orders", json=order, headers={"Idempotency-Key": f"key-{name}", **headers})


def test_a_canary_s_order_is_read_back_and_is_on_no_list_and_causes_nothing(at: Intake, sites: Sites) -> None:
    client = at("east")
    order(client, "a9")
    assert synthetic(client, "canary-orders-1", CANARY).status_code == 201
    assert synthetic(client, "canary-orders-1", CANARY).status_code == 200
    assert client.get("/nlp/orders/canary-orders-1").json()["synthetic"] is True
    assert client.get("/orders/a9").json()["synthetic"] is False
    assert [each["order_id"] for each in client.get("/nlp/orders").json()["orders"]] == ["a9"]
    assert sites.execute("east", "SELECT order_id FROM outbox") == [("a9",)]


def test_one_mark_without_the_other_is_refused(at: Intake, sites: Sites) -> None:
    client = at("east")
    assert synthetic(client, "a10", CANARY).status_code == 422
    assert synthetic(client, "canary-orders-2", {}).status_code == 422
    assert sites.execute("east", "SELECT count(*) FROM orders") == [(0,)]
