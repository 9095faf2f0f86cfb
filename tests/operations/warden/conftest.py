import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.warden.install import install
from sandbox.postgres import Databases
from tests.operations.warden.cloud import KEYS, Cloud
from tests.operations.warden.site import Site

_CLEAN = """
select pg_terminate_backend(pid, 2000) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid();
do $$ declare made record; begin
    for made in select oid::regclass as name from pg_class
        where relkind in ('r', 'p') and relowner = 'app_owner'::regrole and not relispartition loop
        execute format('drop table %s cascade', made.name);
    end loop;
end $$;
drop schema if exists clinic cascade;
delete from lifeline.lease; delete from lifeline.lease_extension;
insert into lifeline.lease values ('test', 0, 'infinity', now());
delete from lifeline.heartbeat; delete from lifeline.lease;
"""


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """Open to others, unlike pytest's folders, so that PostgreSQL's programs need not be copied."""
    with tempfile.TemporaryDirectory(prefix="lifeline-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def databases(state: Path) -> Iterator[Databases]:
    """One server, whose database `orders` has the fence."""
    servers = Databases(state / "one")
    try:
        servers.create("east", "orders", "lifeline", "secret")
        with Site(servers.port("east"), "orders").connect("lifeline") as connection:
            install(connection, transaction_seconds=1)
        yield servers
    finally:
        servers.close()


@pytest.fixture
def site(databases: Databases) -> Iterator[Site]:
    """The database with the fence and one table, without a lease."""
    site = Site(databases.port("east"), "orders")
    site.run("app_owner", "create table orders (id int primary key, body text)")
    yield site
    site.close()
    site.run("lifeline", _CLEAN)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    cloud = Cloud()
    yield cloud
    cloud.close()
