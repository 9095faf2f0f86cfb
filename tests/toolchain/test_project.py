"""What holds of the project as a whole: its lock, its set-up, its import laws, its dependencies."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from toolchain import bootstrap, lock

ROOT = bootstrap.ROOT
DOCUMENT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = ("infra", "model", "policies", "operations", "scripts", "sandbox", "toolchain")
PRESENT = [folder for folder in FOLDERS if any((ROOT / folder).rglob("*.py"))]


def test_the_lock_is_in_step_and_complete() -> None:
    assert lock.in_step(ROOT)
    pinned = lock.pinned(ROOT)
    assert {"pulumi", "moto", "pytest", "setuptools"} <= pinned.keys()
    body = (ROOT / lock.FILE).read_text()
    entries = re.findall(r"^[a-z0-9].*==", body, re.MULTILINE)
    assert len(entries) >= len(pinned)
    assert body.count("--hash=sha256:") >= len(entries)


def test_the_lock_notices_a_changed_requirement(tmp_path: Path) -> None:
    shutil.copy(ROOT / lock.FILE, tmp_path)
    text = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text.replace("line-length = 120", "line-length = 119"))
    assert lock.in_step(tmp_path)
    (tmp_path / "pyproject.toml").write_text(text.replace("pulumi==3.272.0", "pulumi==3.271.0"))
    assert not lock.in_step(tmp_path)


def test_nothing_that_is_locked_names_an_address() -> None:
    for file in (lock.FILE, "toolchain/uv.txt", "toolchain/go-wheel.txt", "pyproject.toml"):
        assert "://" not in (ROOT / file).read_text(), file


def test_the_environment_knows_when_it_is_out_of_step(tmp_path: Path) -> None:
    for file in (lock.FILE, "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "toolchain").mkdir()
    shutil.copy(ROOT / "toolchain" / "uv.txt", tmp_path / "toolchain")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    assert not bootstrap._in_step(venv, bootstrap._digest(tmp_path))
    bootstrap._stamp(venv).write_text(json.dumps(bootstrap._digest(tmp_path)))
    # The second run does nothing, so it needs nothing: no network, no pip.
    assert bootstrap.prepare(tmp_path, {}) is False
    (tmp_path / lock.FILE).write_text("another==1\n")
    assert not bootstrap._in_step(venv, bootstrap._digest(tmp_path))


def test_a_python_that_was_removed_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(tmp_path / "gone")
    bootstrap._stamp(tmp_path).write_text("{}")
    assert not bootstrap._in_step(tmp_path, {})


def test_set_up_without_a_python_says_what_to_do(tmp_path: Path) -> None:
    for tool in ("make", "sh"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    said = subprocess.run(
        [tmp_path / "make", "setup", "SHELL=" + str(tmp_path / "sh")],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode != 0
    assert "no Python 3.11 or newer" in said.stderr and "make setup PYTHON=" in said.stderr


def test_every_folder_is_under_the_laws() -> None:
    assert set(PRESENT) <= set(DOCUMENT["tool"]["importlinter"]["root_packages"])
    assert set(PRESENT) <= set(DOCUMENT["tool"]["mypy"]["files"])
    assert {f"{folder}*" for folder in FOLDERS} == set(DOCUMENT["tool"]["setuptools"]["packages"]["find"]["include"])


def modules(folder: str) -> set[str]:
    found: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(FOLDERS) - {"tests"}


def distributions(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


@pytest.mark.parametrize("folder", PRESENT)
def test_what_is_imported_is_declared(folder: str) -> None:
    """Each third-party import belongs to a requirement of ours, or to a part of one."""
    declared = distributions(DOCUMENT["project"]["dependencies"])
    if folder == "sandbox":
        declared |= distributions(DOCUMENT["project"]["optional-dependencies"]["sandbox"])
    # boto3 is a face of botocore, Typer of click, pydantic of its core; the SDK's versions are semver's.
    declared |= {"botocore", "click", "pydantic-core", "semver"}
    owners = metadata.packages_distributions()
    for module in sorted(modules(folder)):
        names = {name.lower().replace("_", "-") for name in owners.get(module, [])}
        assert names & declared, f"{folder} imports {module} ({', '.join(names) or 'not installed'}), undeclared"
