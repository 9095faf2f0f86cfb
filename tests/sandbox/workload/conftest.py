"""Two real databases, the intake in this process in front of each, and its schema made by the real migration."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.http_server import Server
from sandbox.postgres.databases import Databases
from sandbox.workload import migrate
from sandbox.workload.connections import Connections
from sandbox.workload.environment import Environment
from sandbox.workload.orders import Orders
from sandbox.workload.server import intake

DATABASE = "nl_fhir"


def variables(site: str, port: int, user: str = "app") -> dict[str, str]:
    """The environment that the service component gives a task."""
    return {
        "LIFELINE_SITE": site,
        "LIFELINE_SERVICE": "nlp",
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(port),
        "DATABASE_NAME": DATABASE,
        "DATABASE_USER": user,
    }


class Sites:
    """East a writer with the roles and tables, west its standby; not `prepared`: east alone, and empty."""

    def __init__(self, state: Path, prepared: bool = True) -> None:
        self.databases = Databases(state)
        self.databases.create("east", DATABASE, "lifeline", "secret")
        if not prepared:
            return
        self.execute("east", "CREATE ROLE app LOGIN; CREATE ROLE app_owner LOGIN")
        self.execute("east", "GRANT CREATE ON SCHEMA public TO app_owner")
        assert migrate.step(Environment.read(variables("east", self.databases.port("east"), "app_owner"))) == "made"
        self.databases.create("west", DATABASE, "lifeline", "secret", source="east")

    def close(self) -> None:
        self.databases.close()

    def execute(self, site: str, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL as the master; returns the rows, if any."""
        with psycopg.connect(self.databases.dsn(site, DATABASE, "lifeline"), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    sites = Sites(tmp_path_factory.mktemp("sandbox"))
    yield sites
    sites.close()


Intake = Callable[[str], httpx.Client]


@pytest.fixture
def at(sites: Sites) -> Iterator[Intake]:
    """A client of a site's intake, which runs here and is ended with the test."""
    servers: list[Server] = []
    clients: list[httpx.Client] = []

    def started(site: str) -> httpx.Client:
        environment = Environment.read(variables(site, sites.databases.port(site)))
        connections = Connections(environment, environment.host, 4, wait=0.5)
        server = Server(intake(Orders(site, connections, connections), environment.service), f"intake-{site}")
        servers.append(server)
        clients.append(httpx.Client(base_url=f"http://127.0.0.1:{server.start()}", trust_env=False))
        return clients[-1]

    yield started
    for client in clients:
        client.close()
    for server in servers:
        server.stop()
    sites.execute("east", "TRUNCATE orders, outbox")


def order(client: httpx.Client, name: str, key: str | None = None, path: str = "/orders") -> httpx.Response:
    headers = {"Idempotency-Key": key or f"key-{name}"}
    return client.post(path, json={"order_id": name, "text": "aspirin 75 mg daily"}, headers=headers)
