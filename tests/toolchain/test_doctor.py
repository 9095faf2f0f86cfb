"""Each check of the doctor, met and not met, and that a remedy stands beside whatever is not."""

import os
import socket
from pathlib import Path

import pytest

from tests.toolchain.conftest import Machine
from toolchain import bootstrap, lock
from toolchain.doctor import Check, account, checks, machine
from toolchain.language_host import launcher

SITES = {"east": "us-east-1", "west": "us-west-2"}
SALT = "v1:7We/jPtaD3w=:v1:o5/3F1L5LmBJAnfp:P3bZzCvr7Lx4vr2wIaFMVpcozJo76g=="


def test_all_of_them_on_this_machine() -> None:
    found = checks(bootstrap.ROOT, SITES, os.environ)
    assert [check.name for check in found] == [
        "Python",
        "locked packages",
        "Pulumi CLI",
        "Python language host",
        "git",
        "free ports on 127.0.0.1",
        ".lifeline/ in the checkout",
        "PostgreSQL of the sandbox",
        "AWS",
        "state outside both sites",
        "secrets of the stacks",
    ]
    for check in found:
        assert check.detail
        assert check.ok or check.remedy


def test_a_package_at_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / lock.FILE).write_text(
        "pytest==0.1 \\\n    --hash=sha256:0\nnot-there-at-all==2 \\\n    --hash=sha256:0\n"
    )
    found = machine.packages(tmp_path)
    assert not found.ok
    assert "pytest" in found.detail and "instead of 0.1" in found.detail
    assert "not-there-at-all missing instead of 2" in found.detail
    assert not machine.packages(tmp_path / "nowhere").ok


def test_without_a_cli_the_ways_are_listed(machine: Machine) -> None:
    from toolchain.doctor import machine as of_machine

    cli, host = of_machine.engine(machine.env)
    assert not cli.ok and not host.ok
    assert "PATH: there is no pulumi" in cli.detail and "make setup" in cli.remedy


def test_a_language_host_is_started_to_see_whether_it_starts(machine: Machine) -> None:
    from toolchain.doctor import machine as of_machine

    machine.tool(launcher.NAME, "echo 4711; sleep 600")
    assert of_machine.language_host(machine.env).ok
    machine.tool(launcher.NAME, "echo no module named grpc; exit 1")
    found = of_machine.language_host(machine.env)
    assert not found.ok and "no module named grpc" in found.detail
    machine.tool(launcher.NAME, "exit 1")
    assert not of_machine.language_host(machine.env).ok


def test_git_is_looked_for_on_path(tmp_path: Path) -> None:
    assert not machine.git({"PATH": str(tmp_path)}).ok


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.folder(tmp_path).ok
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = machine.folder(tmp_path)
    assert not found.ok and "not writable" in found.detail


def test_root_needs_another_account_for_postgresql() -> None:
    assert machine.postgres_account(1000).ok
    assert not machine.postgres_account(0, account="nobody-of-that-name").ok


def test_a_sandbox_is_asked_and_no_account() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}
        found = account.checks(bootstrap.ROOT, SITES, env)
        assert found[0].ok and "sandbox answers" in found[0].detail
    found = account.checks(bootstrap.ROOT, SITES, env)
    assert not found[0].ok and "lifeline sandbox start" in found[0].remedy


def test_without_credentials_there_is_nothing_to_ask() -> None:
    assert account.credentials({}) is None
    assert account.aws(SITES, None) == Check(
        "AWS", True, "no credentials: only the sandbox can be used from this shell, which needs none"
    )


def test_a_profile_that_does_not_exist_is_a_failure() -> None:
    found = account.aws(SITES, account.credentials({"AWS_PROFILE": "nobody-made-this"}))
    assert not found.ok and "nobody-made-this" in found.detail


def test_each_region_answers_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def identity(region: str) -> str:
        if region == "us-east-1":
            raise ConnectionError("Could not connect to the endpoint")
        return "111122223333"

    monkeypatch.setattr(account, "_identity", identity)
    found = account.aws(SITES, "env")
    assert not found.ok and found.detail == "us-east-1: Could not connect to the endpoint"
    assert account.aws({"west": "us-west-2"}, "env").ok
    assert not account.aws({}, "env").ok


def test_a_region_that_cannot_be_reached_is_a_connection_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    with pytest.raises(ConnectionError):
        account._identity("us-east-1")


@pytest.mark.parametrize(
    ("env", "ok", "said"),
    [
        ({}, True, "logged in to"),
        ({"PULUMI_BACKEND_URL": "file:///somewhere"}, True, "no site's region"),
        ({"PULUMI_BACKEND_URL": "s3://states?region=us-east-1"}, False, "the region of east"),
        ({"PULUMI_BACKEND_URL": "s3://states?region=us-east-2"}, True, "us-east-2"),
        ({"PULUMI_BACKEND_URL": "s3://states", "AWS_REGION": "us-west-2"}, False, "the region of west"),
        ({"PULUMI_BACKEND_URL": "s3://states"}, False, "unknown"),
    ],
)
def test_state_in_a_sites_region_is_refused(env: dict[str, str], ok: bool, said: str, tmp_path: Path) -> None:
    found = account.backend(tmp_path, SITES, env)
    assert found.ok == ok
    assert said in found.detail


def test_the_backend_of_the_project_file_counts_too(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nbackend: {url: 's3://states?region=us-west-2'}\n")
    assert not account.backend(tmp_path, SITES, {}).ok


def test_a_backends_address_shows_no_more_than_where_it_is(tmp_path: Path) -> None:
    env = {"PULUMI_BACKEND_URL": "postgres://user:hidden@db.example.com/states"}
    assert "hidden" not in account.backend(tmp_path, SITES, env).detail


def test_the_public_passphrase_is_refused_with_a_real_account(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(f"encryptionsalt: {SALT}\n")
    (tmp_path / "Pulumi.dr.yaml").write_text("secretsprovider: awskms://alias/states\n")
    refused = account.stack_secrets(tmp_path, real=True)
    assert not refused.ok and refused.detail.startswith("Pulumi.prod.yaml:")
    assert account.stack_secrets(tmp_path, real=False).ok
    (tmp_path / "Pulumi.prod.yaml").write_text("encryptionsalt: v1:another\n")
    assert account.stack_secrets(tmp_path, real=True).ok


def test_the_shipped_stack_files_are_recognised() -> None:
    assert not account.stack_secrets(bootstrap.ROOT, real=True).ok
