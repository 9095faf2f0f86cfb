"""What the last release declares: from its tag, or, while there is none, from the list beside this file."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.infra.declared import ROOT
from tests.infra.upgrade.seen import Seen

KEPT = Path(__file__).parent / "kept.json"
TAGS = "v[0-9]*"


def last_tag(root: Path = ROOT) -> str | None:
    """The newest release that this commit comes from; None where there is none, or no git."""
    try:
        shown = subprocess.run(
            ["git", "describe", "--tags", "--abbrev=0", "--match", TAGS], cwd=root, capture_output=True, text=True
        )
    except FileNotFoundError:
        return None
    return shown.stdout.strip() or None


def kept() -> dict[str, Seen]:
    """Scope → what was declared when the list was written (`make snapshots`)."""
    found: dict[str, Seen] = json.loads(KEPT.read_text())
    return found


def of_tag(tag: str, folder: Path, root: Path = ROOT) -> dict[str, Seen]:
    """The program and settings of the tag, looked at by today's rows and mocks; in a git worktree in `folder`."""
    tree = folder / "tree"
    _git(root, "worktree", "add", "--quiet", "--detach", str(tree), tag)
    try:
        stand = folder / "stand"
        stand.mkdir()
        for path in (tree / "infra", *tree.glob("Pulumi*.yaml")):
            (stand / path.name).symlink_to(path)
        for name in ("benchmarks", "model", "operations", "policies", "sandbox", "scripts", "tests", "toolchain"):
            (stand / name).symlink_to(root / name)
        shown = subprocess.run(
            [sys.executable, "-m", "tests.infra.upgrade.seen"],
            cwd=stand,
            env={**os.environ, "PYTHONPATH": str(stand)},
            capture_output=True,
            text=True,
        )
        if shown.returncode:
            raise RuntimeError(f"the program of {tag} does not run under today's mocks:\n{shown.stderr[-2000:]}")
        found: dict[str, Seen] = json.loads(shown.stdout)
        return found
    finally:
        _git(root, "worktree", "remove", "--force", str(tree))


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
