"""`requirements.lock`: every package at one version, with its hashes and without the address of any registry.

uv's own lock file holds addresses; this one is uv's universal resolution in pip's format, for every platform and
Python that `pyproject.toml` allows.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import tomllib
from pathlib import Path

from toolchain import bootstrap, bounded
from toolchain.problems import AttemptFailed

SECONDS = 600.0
FILE = "requirements.lock"
HEADER = "# Made by `make lock` from pyproject.toml; do not edit. Inputs: sha256:"


def inputs(root: Path) -> str:
    """A digest of what the lock depends on in `pyproject.toml`; other edits there leave the lock in step."""
    document = tomllib.loads((root / "pyproject.toml").read_text())
    project = document["project"]
    asked = [
        project["requires-python"],
        project["dependencies"],
        project["optional-dependencies"],
        document["dependency-groups"],
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def in_step(root: Path) -> bool:
    """Whether the lock was made from the requirements that stand in `pyproject.toml` now."""
    lock = root / FILE
    return lock.is_file() and lock.read_text().startswith(HEADER + inputs(root) + "\n")


def pinned(root: Path) -> dict[str, str]:
    """Name → version as locked, of packages for every platform (a marker limits none of them)."""
    rows = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+) \\$", (root / FILE).read_text(), re.MULTILINE)
    return dict(rows)


def write(root: Path, upgrade: bool) -> None:
    """Resolves and writes the lock; versions that are locked stay unless `upgrade`.

    Raises:
        AttemptFailed: the registry cannot be reached, or nothing satisfies the requirements.
    """
    lock = root / FILE
    words: list[str | Path] = [bootstrap.uv_of(root), "pip", "compile", "--quiet", "--system-certs"]
    words += ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11"]
    words += ["--extra", "sandbox", "--group", "dev", "-o", lock, root / "pyproject.toml"]
    bounded.run([*words, *(["--upgrade"] if upgrade else [])], SECONDS, os.environ, cwd=root)
    body = lock.read_text()
    address = re.search(r"\S*://\S*|^--?(?:extra-)?index-url.*|^--find-links.*", body, re.MULTILINE)
    if address:
        lock.unlink()
        raise AttemptFailed(f"the lock would name an address ({address[0]}); depend on published packages only")
    lock.write_text(f"{HEADER}{inputs(root)}\n{body}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m toolchain.lock", description="Lock the Python packages.")
    parser.add_argument("--check", action="store_true", help="only say whether it is in step with pyproject.toml")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    options = parser.parse_args(arguments)
    root = bootstrap.ROOT
    if options.check:
        if in_step(root):
            return 0
        print(f"{FILE} is out of step with pyproject.toml: its requirements changed; run `make lock`", file=sys.stderr)
        return 1
    try:
        write(root, options.upgrade)
    except AttemptFailed as failure:
        print(f"lifeline: {FILE} was not written: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
