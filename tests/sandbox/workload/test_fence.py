"""The intake behind the real fence: refused without a lease, taken with one, its epoch on what leaves."""

from collections.abc import Iterator

import psycopg
import pytest

from operations.warden.install import install
from sandbox.workload import migrate
from sandbox.workload.environment import Environment
from tests.sandbox.workload.conftest import DATABASE, Intake, Sites, order, variables


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """A site as it is founded: the fence first, which makes the roles, then the migration."""
    sites = Sites(tmp_path_factory.mktemp("fenced"), prepared=False)
    with psycopg.connect(sites.databases.dsn("east", DATABASE, "lifeline")) as master:
        install(master, transaction_seconds=10)
    owner = Environment.read(variables("east", sites.databases.port("east"), "app_owner"))
    assert migrate.step(owner) == "made"
    yield sites
    sites.close()


def take_lease(sites: Sites, epoch: int) -> None:
    statement = f"SELECT lifeline.renew('east', {epoch}, clock_timestamp(), interval '1 hour')"
    assert sites.execute("east", statement) == [("renewed",)]


def test_the_fence_decides_and_the_intake_says_so(at: Intake, sites: Sites) -> None:
    client = at("east")
    refused = order(client, "a")
    assert (refused.status_code, refused.json()["sqlstate"]) == (503, "LL001")
    take_lease(sites, 7)
    assert order(client, "a").json() == {"order_id": "a", "site": "east", "epoch": 7}
    assert sites.execute("east", "SELECT epoch FROM outbox") == [(7,)]
    assert order(client, "a").status_code == 200
    assert sites.execute("east", "SELECT lifeline.revoke('east', 7)") == [("revoked",)]
    assert order(client, "a").status_code == 503
    assert client.get("/orders/a").json()["epoch"] == 7
    take_lease(sites, 8)
    assert order(client, "a").json()["epoch"] == 7
    assert order(client, "b").json()["epoch"] == 8


def test_the_application_cannot_take_the_fence_away(sites: Sites) -> None:
    dsn = sites.databases.dsn("east", DATABASE, "app")
    with psycopg.connect(dsn, autocommit=True) as app:
        for statement in (b"ALTER TABLE orders DISABLE TRIGGER ALL", b"DELETE FROM lifeline.lease"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
