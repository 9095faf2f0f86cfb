"""The program as it was at a git ref: run there, judged by today's rules. Both runs are made; nothing is kept."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from model.from_list import read
from model.problems import InputError
from model.view import View

CODE_ROOT = Path(__file__).parents[2]
"""Where today's model and rules are; the ref's own program is put in front of them."""


def views(root: Path, ref: str, stacks: Sequence[str]) -> dict[str, View]:
    """Stack → view of the program at `ref`. Raises InputError: no such ref, or a program that cannot be run."""
    with _checkout(root, ref) as tree, tempfile.TemporaryDirectory(prefix="lifeline-base-") as out:
        words = [sys.executable, "-m", "model.at_ref", str(tree), out, *stacks]
        # Nothing of a sandbox or of an account: the program runs under mocks.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "LIFELINE_"))}
        ran = subprocess.run(
            words, cwd=CODE_ROOT, env={**kept, "PYTHONPATH": str(CODE_ROOT)}, capture_output=True, text=True
        )
        if ran.returncode != 0:
            said = ran.stderr.strip().splitlines() or ["it said nothing"]
            raise InputError(
                f"the program at {ref} cannot be judged: {said[-1]}; "
                f"look at it with `git show {ref}`, or leave --base out"
            )
        written = json.loads(ran.stdout.splitlines()[-1])
        return {stack: read(Path(file)) for stack, file in written.items()}


def verify(root: Path, ref: str) -> str:
    """The commit of a ref. Raises InputError: no such ref, or no repository."""
    return _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", what=f"there is no git ref {ref!r}")


@contextmanager
def _checkout(root: Path, ref: str) -> Iterator[Path]:
    """A work tree of its own at `ref`, gone afterwards; the folder that corresponds to `root`."""
    top = Path(_git(root, "rev-parse", "--show-toplevel"))
    commit = verify(root, ref)
    with tempfile.TemporaryDirectory(prefix="lifeline-ref-") as folder:
        tree = Path(folder) / "tree"
        _git(top, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            yield tree / root.resolve().relative_to(top.resolve())
        finally:
            _git(top, "worktree", "remove", "--force", str(tree))


def _git(folder: Path, *words: str, what: str = "") -> str:
    ran = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True)
    if ran.returncode != 0:
        said = ran.stderr.strip() or "it is not there"
        raise InputError(f"--base cannot be used: {what or 'git failed'}: {said}; fetch it, or name another one")
    return ran.stdout.strip()
