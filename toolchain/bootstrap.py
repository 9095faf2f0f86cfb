"""Makes the checkout's own Python environment, `.venv`: exactly the locked packages and the project itself.

Runs on a bare Python with nothing but the standard library. A second run that finds nothing to do takes a moment.
"""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from toolchain import bounded, cache
from toolchain.problems import AttemptFailed
from toolchain.progress import Progress

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
SECONDS = 1200.0
WAIT_SECONDS = 1800.0


def prepare(root: Path, env: Mapping[str, str]) -> bool:
    """Brings `.venv` in step with the lock; False where it was already.

    Raises:
        AttemptFailed: one step failed, with the last lines that it said.
    """
    venv = root / ".venv"
    wanted = _digest(root)
    if _in_step(venv, wanted):
        return False
    with (
        cache.only_one(venv, WAIT_SECONDS, waiting=lambda: _tell("another set-up is running here; waiting for it")),
        Progress("Python environment") as progress,
    ):
        if _in_step(venv, wanted):
            return False
        settings = {**env, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": ""}
        # Both would make another Python's packages look like this one's.
        for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
            settings.pop(name, None)
        _make_venv(venv, settings, progress)
        _install_uv(root, settings, progress)
        _install_packages(root, settings, progress)
        _stamp(venv).write_text(json.dumps(wanted))
    return True


def uv_of(root: Path) -> Path:
    """The checkout's own uv: in its environment, but not on anybody's PATH."""
    return root / ".venv" / "uv" / "bin" / "uv"


def _digest(root: Path) -> dict[str, str]:
    """What the environment depends on; only those parts of `pyproject.toml` that the installed project shows."""
    document = tomllib.loads((root / "pyproject.toml").read_text())
    shown = [document["build-system"], document["project"], document["tool"]["setuptools"]]
    parts = {"project": json.dumps(shown, sort_keys=True), "root": str(root)}
    for file in ("requirements.lock", "toolchain/uv.txt"):
        parts[file] = hashlib.sha256((root / file).read_bytes()).hexdigest()
    return parts


def _stamp(venv: Path) -> Path:
    return venv / "lifeline.json"


def _in_step(venv: Path, wanted: dict[str, str]) -> bool:
    try:
        return json.loads(_stamp(venv).read_text()) == wanted and _runs(venv / "bin" / "python")
    except (OSError, ValueError):
        return False


def _runs(python: Path) -> bool:
    """Whether it starts and is new enough; the Python behind an environment may have been removed."""
    question = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([python, "-c", question], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _make_venv(venv: Path, env: Mapping[str, str], progress: Progress) -> None:
    _stamp(venv).unlink(missing_ok=True)
    python = venv / "bin" / "python"
    if _runs(python) and (venv / "bin" / "pip").exists():
        return
    progress.note(f"making {venv.name} with {sys.executable}")
    # Not from inside an environment of its own: a venv of a venv would end with it.
    base = getattr(sys, "_base_executable", None) or sys.executable
    try:
        bounded.run([base, "-m", "venv", "--clear", venv], SECONDS, env)
    except AttemptFailed as failure:
        raise AttemptFailed(
            f"{base} could not make {venv.name}: {failure}\n"
            "what to do: install its venv module (on Debian and Ubuntu the package python3-venv), "
            "or name another Python: `make setup PYTHON=python3.12`"
        ) from failure


def _install_uv(root: Path, env: Mapping[str, str], progress: Progress) -> None:
    progress.note("uv")
    folder = uv_of(root).parents[1]
    words = ["-m", "pip", "install", "--quiet", "--upgrade", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    requirements = root / "toolchain" / "uv.txt"
    bounded.run(
        [root / ".venv" / "bin" / "python", *words, "--target", folder, "-r", requirements], SECONDS, env, cwd=root
    )


def _install_packages(root: Path, env: Mapping[str, str], progress: Progress) -> None:
    uv: list[str | Path] = [uv_of(root), "pip"]
    # The system's certificates, as pip uses them: a company's own authority is there and not in uv's list.
    common: list[str | Path] = [
        "--quiet",
        "--system-certs",
        "--no-config",
        "--python",
        root / ".venv" / "bin" / "python",
    ]
    progress.note("locked packages")
    # Compiled once, here: the providers' SDKs are so large that every start without it takes ten seconds more.
    lock: list[str | Path] = ["--require-hashes", root / "requirements.lock"]
    bounded.run([*uv, "sync", "--compile-bytecode", *common, *lock], SECONDS, env, cwd=root)
    progress.note("the project itself")
    # `compat` puts the checkout on the path by one line, so that a new folder is seen without another install.
    words = ["install", "--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat"]
    bounded.run([*uv, *words, *common, "--editable", root], SECONDS, env, cwd=root)


def _tell(text: str) -> None:
    print(f"lifeline: {text}", file=sys.stderr, flush=True)


def main() -> int:
    if sys.version_info < OLDEST:
        _tell(f"Python {sys.version.split()[0]} is too old: 3.11 is the oldest; `make setup PYTHON=<a newer one>`")
        return 1
    try:
        prepare(ROOT, os.environ)
    except (AttemptFailed, OSError) as failure:
        _tell(f"the Python environment could not be made: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
