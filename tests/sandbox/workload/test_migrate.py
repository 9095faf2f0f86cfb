"""The migration waits for a writer and for the roles; the programs themselves start, serve and stop."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from sandbox.postgres.databases import Databases
from sandbox.processes import Process
from sandbox.workload import migrate
from sandbox.workload.environment import Environment, EnvironmentIncomplete
from tests.sandbox.eventually import eventually
from tests.sandbox.workload.conftest import DATABASE, Sites, order, variables

ROOT = Path(__file__).parents[3]


def test_a_standby_has_no_writer(sites: Sites) -> None:
    environment = Environment.read(variables("west", sites.databases.port("west"), "app_owner"))
    assert migrate.step(environment).startswith("waiting for a writer")


def test_the_tables_are_made_once(sites: Sites) -> None:
    environment = Environment.read(variables("east", sites.databases.port("east"), "app_owner"))
    assert migrate.step(environment) == "present"


def test_app_owns_nothing(sites: Sites) -> None:
    owners = sites.execute("east", "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [("app_owner",)]


def test_an_incomplete_environment_names_all_that_is_missing() -> None:
    with pytest.raises(EnvironmentIncomplete, match="DATABASE_HOST, DATABASE_PORT"):
        Environment.read(
            {"LIFELINE_SITE": "east", "LIFELINE_SERVICE": "web", "DATABASE_NAME": "x", "DATABASE_USER": "y"}
        )
    with pytest.raises(EnvironmentIncomplete, match="PORT is no port number"):
        Environment.read({**variables("east", 5432), "PORT": "http"})


class Fresh:
    """A new database without roles, and the two programs as real processes."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._processes: list[Process] = []
        self.databases = Databases(state)
        self.databases.create("east", DATABASE, "lifeline", "secret")

    def run(self, module: str, user: str, port: int) -> Process:
        environment = {
            **variables("east", self.databases.port("east"), user),
            "PORT": str(port),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
        }
        process = Process.start([sys.executable, "-m", module], environment, ROOT, self._state / f"{module}.log")
        self._processes.append(process)
        return process

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        self.databases.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    fresh = Fresh(tmp_path)
    yield fresh
    fresh.close()


def test_the_intake_waits_for_roles_and_tables_instead_of_ending(fresh: Fresh, tmp_path: Path) -> None:
    migration = fresh.run("sandbox.workload.migrate", "app_owner", 0)
    serving = fresh.run("sandbox.workload", "app", 0)
    port = _port(tmp_path / "sandbox.workload.log")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        no_role = order(client, "a")
        assert no_role.status_code == 503 and "reason" in no_role.json()
        assert client.get("/health").status_code == 503
        with psycopg.connect(fresh.databases.dsn("east", DATABASE, "lifeline"), autocommit=True) as master:
            master.execute("CREATE ROLE app LOGIN")
            assert client.get("/health").status_code == 200
            no_table = order(client, "a")
            assert (no_table.status_code, no_table.json()["sqlstate"]) == (503, "42P01")
            master.execute("CREATE ROLE app_owner LOGIN; GRANT CREATE ON SCHEMA public TO app_owner")
        eventually(lambda: order(client, "a").status_code != 503)
        assert client.get("/orders/a").status_code == 200
    assert serving.stop(signal.SIGTERM) == 0
    assert migration.stop(signal.SIGTERM) == 0


def _port(log: Path) -> int:
    eventually(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text().split()[-1])
