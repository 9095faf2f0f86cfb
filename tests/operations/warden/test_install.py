"""The fence is put in once, stays what it is when put in again, and is mended when something took a piece out."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from operations.warden import install as installer
from operations.warden.environment import Address, InstallerEnvironment
from operations.warden.install import faults, install, look
from sandbox.postgres import Databases
from tests.operations.warden.site import Site

_CATALOG = """
select md5(string_agg(x::text, '' order by x::text)) from (
    select oid, proname, prosrc, proacl::text from pg_proc where pronamespace = 'lifeline'::regnamespace
    union all select oid, relname, null, relacl::text from pg_class where relnamespace = 'lifeline'::regnamespace
    union all select oid, tgname, tgenabled::text, tgtype::text from pg_trigger where tgname = 'lifeline_fence'
    union all select oid, evtname, evtenabled::text, evttags::text from pg_event_trigger
    union all select oid, rolname, rolsuper::text, null from pg_roles
) x
"""


@pytest.fixture
def bare(databases: Databases) -> Iterator[Site]:
    """A database without a fence, with a table that was there before."""
    port = databases.port("east")
    with Site(port, "postgres").connect("lifeline") as connection:
        connection.execute("create database bare")
        yield Site(port, "bare")
        connection.execute("drop database bare with (force)")


def environment(site: Site) -> InstallerEnvironment:
    return InstallerEnvironment(Address(("127.0.0.1",), site.port, site.name, "lifeline", "us-east-1"), 1)


def test_an_estate_with_tables_of_its_own_gets_a_fence_on_each(bare: Site) -> None:
    bare.run("lifeline", "create table older (id int)")
    with bare.connect("lifeline") as connection:
        assert faults(connection, 1) == ["the fence is not installed"]
        install(connection, 1)
        assert faults(connection, 1) == []
    assert (
        bare.run(
            "lifeline",
            "select tgenabled from pg_trigger where tgname = 'lifeline_fence' and tgrelid = 'older'::regclass",
        )
        == "A"
    )


def test_the_extensions_that_the_application_builds_on_are_made(bare: Site, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = replace(environment(bare), extensions=("vector", "hovercraft"))
    assert look(wanted, first=True)
    assert (
        bare.run("lifeline", "select string_agg(extname, ',') from pg_extension where extname = 'vector'") == "vector"
    )
    bare.run("app_owner", "create table embeddings (id int, at vector(3))")
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["extension"] for line in said if line["level"] == "alarm"] == ["hovercraft"]
    assert look(wanted, first=False), "a second look finds them there"


def test_again_changes_nothing(bare: Site) -> None:
    assert look(environment(bare), first=True)
    before = bare.run("lifeline", _CATALOG)
    assert look(environment(bare), first=True)
    assert bare.run("lifeline", _CATALOG) == before
    bare.lease(30)
    assert look(environment(bare), first=True)
    assert bare.run("warden", "select count(*) from lifeline.lease") == 1, "a lease outlives an installation"


def test_what_was_taken_out_is_put_back(bare: Site, capsys: pytest.CaptureFixture[str]) -> None:
    look(environment(bare), first=True)
    bare.run("app_owner", "create table orders (id int)")
    bare.run("lifeline", "drop event trigger lifeline_guard")
    bare.run("app_owner", "create table open_to_all (id int)")
    bare.run("app_owner", "drop trigger lifeline_fence on orders")
    bare.run("lifeline", "alter role app reset transaction_timeout")
    capsys.readouterr()
    assert look(environment(bare), first=False)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(lines[0]["faults"]) == {
        "orders carries no fence",
        "open_to_all carries no fence",
        "new tables get no fence: the event trigger is missing",
        "transactions of app are not bounded",
    }
    assert lines[-1]["event"] == "the fence stands"
    with bare.connect("lifeline") as connection:
        assert faults(connection, 1) == []
        assert faults(connection, 2) == [
            "transactions of app are not bounded",
            "transactions of app_owner are not bounded",
        ], "another bound is a fault"
    look(environment(bare), first=False)
    assert capsys.readouterr().out == "", "what is well is left alone"


def test_a_table_of_the_applications_own_is_a_fault(bare: Site) -> None:
    look(environment(bare), first=True)
    bare.run("lifeline", "create table grabbed (id int); alter table grabbed owner to app")
    with bare.connect("lifeline") as connection:
        assert faults(connection, 1) == ["grabbed belongs to app, which could take its fence away"]


def test_it_is_a_program(bare: Site) -> None:
    variables = {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(bare.port),
        "DATABASE_NAME": bare.name,
        "DATABASE_USER": "lifeline",
        "DATABASE_PASSWORD": "secret",
        "LIFELINE_REGION": "us-east-1",
        "TRANSACTION_SECONDS": "1",
    }
    argv = [sys.executable, "-m", "operations.warden.install", "--once"]
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == [
        "installing the fence",
        "the fence stands",
    ]
    assert "secret" not in done.stdout + done.stderr
    with bare.connect("lifeline") as connection:
        assert faults(connection, 1) == []


def test_what_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER", "LIFELINE_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_HOST", "127.0.0.1")
    monkeypatch.setenv("TRANSACTION_SECONDS", "soon")
    assert installer.main([]) == 2
    why = json.loads(capsys.readouterr().out)["why"]
    assert "DATABASE_PORT is not set" in why
    assert "TRANSACTION_SECONDS is 'soon'" in why
