"""Where provided tools are kept: outside the checkout, one folder per version, complete or not there at all."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from toolchain.problems import AttemptFailed


def root(env: Mapping[str, str]) -> Path:
    """`$XDG_CACHE_HOME/lifeline`, else `~/.cache/lifeline`."""
    base = env.get("XDG_CACHE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "lifeline"
    return Path(env.get("HOME") or Path.home()) / ".cache" / "lifeline"


@contextmanager
def only_one(folder: Path, seconds: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the lock of `folder`, so that two set-ups at once build once; the kernel frees it with its process.

    Args:
        waiting: called once if somebody else holds it.

    Raises:
        AttemptFailed: it was not free within `seconds`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    told = False
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    waiting()
                    told = True
                if time.monotonic() > until:
                    raise AttemptFailed(
                        f"another process has been making {folder.name} for {seconds:.0f} s; end it, or wait for it"
                    ) from None
                time.sleep(0.2)
        yield


@contextmanager
def placed(folder: Path) -> Iterator[Path]:
    """A scratch folder beside `folder` that takes its place when the block ends well, and is removed when not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield scratch
        scratch.chmod(0o755)
        if folder.exists():
            # Only a broken copy gets here (a good one is used, not replaced); move it away first: rename wants it gone.
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_executable(path: Path, text: str) -> None:
    """Writes a script whole or not at all: another process may be starting it now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(scratch).chmod(0o755)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
