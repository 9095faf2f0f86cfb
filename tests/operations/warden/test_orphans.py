"""What only an abandoned copy has: found by digest, given under seal, and by nothing that is in use."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.record.attributes import Value
from operations.record.rows import unpacked
from operations.record.seal import Opener, SealBroken, seal
from operations.warden import orphans as rescue
from operations.warden.arguments import ArgumentWrong
from operations.warden.install import install
from operations.warden.orphans import orphans
from sandbox.postgres import Databases
from tests.operations.warden.site import Site


class Left:
    """East follows west by now; `copy` is what east had alone, opened beside it."""

    def __init__(self, pair: Databases) -> None:
        self.pair = pair
        self.east = Site(pair.port("east"), "orders")
        pair.restore("rescue", "left")
        self.copy = pair.port("rescue")
        self.opener = Opener()

    def ask(self, **other: Value) -> dict[str, Any]:
        arguments: dict[str, Value] = {"host": "127.0.0.1", "port": self.copy, "table": "orders", "column": "id"}
        arguments |= {"after": 0, "seal": self.opener.public, **other}
        with self.east.connect("warden") as connection:
            return orphans(self.east.environment(), connection, arguments)


@pytest.fixture(scope="module")
def left(state: Path) -> Iterator[Left]:
    pair = Databases(state / "left")
    try:
        pair.create("east", "orders", "lifeline", "secret")
        east = Site(pair.port("east"), "orders")
        with east.connect("lifeline") as connection:
            install(connection, transaction_seconds=1)
        east.lease(60)
        east.run("app_owner", "create table orders (id int primary key, body text)")
        east.run("app", "insert into orders select n, 'common' from generate_series(1, 30) n")
        pair.create("west", "orders", "lifeline", "secret", source="east")
        pair.cut(("east", "west"))
        east.run("app", "insert into orders select n, 'alone' from generate_series(31, 42) n")
        east.expire()
        east.close()
        pair.promote("west")
        pair.cut()
        pair.refollow("east", "west", keep="left")
        yield Left(pair)
    finally:
        pair.close()


def test_exactly_the_rows_that_nobody_else_has(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "PAGE", 20)
    monkeypatch.setattr(rescue, "MOST_ROWS", 5)
    rows: list[dict[str, object]] = []
    digests: list[str] = []
    after: int | None = 0
    asked = 0
    while after is not None:
        answer = left.ask(after=after)
        assert "alone" not in str(answer), "nothing of a row is readable on the way"
        if answer["sealed"]:
            rows += unpacked(left.opener.open(answer["sealed"]))
        digests += answer["digests"]
        after, asked = answer["next"], asked + 1
    assert asked == 3, "several answers, none larger than it may be"
    assert rows == [{"id": number, "body": "alone"} for number in range(31, 43)]
    assert digests == [hashlib.sha256(str(number).encode()).hexdigest() for number in range(31, 43)]


def test_a_database_in_use_gives_no_row(left: Left) -> None:
    """The port of one that could be serving, instead of the copy's."""
    import psycopg

    west = Site(left.pair.port("west"), "orders")
    west.lease(60, epoch=1, site="west")
    for port, why in ((west.port, "it holds a lease"), (left.east.port, "it follows the one that serves")):
        user = psycopg.connect(host="127.0.0.1", port=port, dbname="orders", user="warden", autocommit=True)
        with user, pytest.raises(psycopg.errors.InsufficientPrivilege):
            user.execute("select lifeline.rescue('orders', 'id', 0, 10, '{}')"), why
    west.close()


def test_an_incomplete_request_says_what_it_lacks(left: Left) -> None:
    for name in ("host", "port", "table", "column", "after", "seal"):
        with pytest.raises(ArgumentWrong, match=f"needs `{name}`"):
            left.ask(**{name: None})
    with pytest.raises(ValueError, match="PEM"):
        left.ask(seal="no key")


def test_only_the_asker_opens_a_seal() -> None:
    asker, other = Opener(), Opener()
    sealed = seal(asker.public, b"order")
    assert asker.open(sealed) == b"order"
    for broken in (lambda: other.open(sealed), lambda: asker.open(sealed[:-4] + "AAAA"), lambda: asker.open("x")):
        with pytest.raises(SealBroken):
            broken()
