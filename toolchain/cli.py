"""The Pulumi CLI: found on PATH, else in the cache, else installed, else built."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain import build, cache, installer, probe, versions
from toolchain.language_host import launcher
from toolchain.problems import Attempt, AttemptFailed, ToolchainError
from toolchain.progress import Progress

WAIT_SECONDS = build.BUILD_SECONDS + 600.0


@dataclass(frozen=True)
class Cli:
    """A Pulumi CLI that runs.

    Attributes:
        pulumi: the executable.
        bin_dirs: what PATH needs, in this order, for the engine to find `pulumi` and `pulumi-language-python`.
        version: like `3.259.0`.
        source: where it came from: `PATH`, `cache`, `installer` or `build`.
    """

    pulumi: Path
    bin_dirs: tuple[Path, ...]
    version: str
    source: str


def provide(env: Mapping[str, str] | None = None, make: bool = True) -> Cli:
    """A usable CLI, made here if there is none; the second call takes a tenth of a second.

    Args:
        env: the environment to look in (PATH, HOME, XDG_CACHE_HOME); this process's own by default.
        make: False only looks (PATH and cache), and never downloads or builds.

    Raises:
        ToolchainError: no way worked; it lists all that was tried.
    """
    env = os.environ if env is None else env
    attempts: list[Attempt] = []
    release = versions.show(versions.pulumi())
    folder = cache.root(env) / "pulumi" / f"v{release}"
    found = _try("PATH", attempts, lambda: _on_path(env)) or _try("the cache", attempts, lambda: _cached(folder, env))
    if found:
        return found
    if make:
        try:
            with cache.only_one(folder, WAIT_SECONDS, waiting=lambda: _tell("another process is making it; waiting")):
                # It may have been made while we waited.
                found = _try("the cache", [], lambda: _cached(folder, env)) or _make(folder, env, attempts)
        except (AttemptFailed, OSError) as error:
            attempts.append(Attempt(f"the cache folder {folder.parent}", str(error)))
    if found is None:
        raise ToolchainError(release, attempts)
    return found


def environment(env: Mapping[str, str], cli: Cli | None = None) -> dict[str, str]:
    """`env` with what the engine needs to find the CLI and its language host, and without the look for updates.

    Args:
        cli: what `provide()` gave; provided now if absent.
    """
    cli = cli or provide(env)
    path = [entry for entry in env.get("PATH", os.defpath).split(os.pathsep) if entry]
    # A folder that PATH already serves it from stays where it is: in front, /usr/bin would hide a virtualenv's python.
    wanted = [str(folder) for folder in cli.bin_dirs]
    if shutil.which("pulumi", path=os.pathsep.join(path)) == str(cli.pulumi):
        wanted = [folder for folder in wanted if folder not in path]
    kept = [entry for entry in path if entry not in wanted]
    return {
        **env,
        "PATH": os.pathsep.join([*wanted, *kept]),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        launcher.VARIABLE: launcher.here(),
    }


def _on_path(env: Mapping[str, str]) -> Cli:
    found = shutil.which("pulumi", path=env.get("PATH", os.defpath))
    if not found:
        raise AttemptFailed("there is no pulumi on it")
    version = probe.pulumi(Path(found), env)
    if version < versions.pulumi() or version[0] != versions.pulumi()[0]:
        needed = versions.show(versions.pulumi())
        raise AttemptFailed(f"{found} is v{versions.show(version)}; v{needed} or a newer v{needed[0]} is needed")
    return _with_host(Path(found), versions.show(version), "PATH", env)


def _cached(folder: Path, env: Mapping[str, str], source: str = "cache") -> Cli:
    binary = folder / "bin" / "pulumi"
    if not binary.exists():
        raise AttemptFailed(f"{folder} is not there")
    version = probe.pulumi(binary, env)
    if version != versions.pulumi():
        raise AttemptFailed(f"{binary} says v{versions.show(version)}")
    return _with_host(binary, versions.show(version), source, env)


def _with_host(binary: Path, version: str, source: str, env: Mapping[str, str]) -> Cli:
    """The engine looks on PATH and beside its own executable; beside it is better, where we may write there."""
    beside = binary.resolve().parent
    cache_root = cache.root(env)
    host = beside / launcher.NAME
    if beside.is_relative_to(cache_root.resolve()):
        # In the cache it is ours to write, unless Pulumi's own installer brought a real one.
        launcher.write(host)
    elif not host.exists() and not shutil.which(launcher.NAME, path=env.get("PATH", os.defpath)):
        apart = cache_root / "language-host" / "bin"
        launcher.write(apart / launcher.NAME)
        return Cli(binary, (binary.parent, apart), version, source)
    return Cli(binary, (binary.parent,), version, source)


def _make(folder: Path, env: Mapping[str, str], attempts: list[Attempt]) -> Cli | None:
    release = folder.name

    def install(target: Path) -> None:
        with Progress(f"Pulumi CLI {release}: Pulumi's own installer"):
            installer.install(target, env)

    def compile_it(target: Path) -> None:
        with Progress(f"Pulumi CLI {release}: building it with Go (once; 3 to 5 minutes on two cores)") as progress:
            build.build(target, env, progress)

    ways: list[tuple[str, str, Callable[[Path], None]]] = [
        ("installer", "Pulumi's own installer", install),
        ("build", "a build with Go", compile_it),
    ]
    for source, way, put in ways:

        def attempt(source: str = source, put: Callable[[Path], None] = put) -> Cli:
            with cache.placed(folder) as scratch:
                put(scratch)
                if probe.pulumi(scratch / "bin" / "pulumi", env) != versions.pulumi():
                    raise AttemptFailed(f"it gave another version than {release}")
            return _cached(folder, env, source)

        cli = _try(way, attempts, attempt)
        if cli:
            return cli
    return None


def _try(way: str, attempts: list[Attempt], attempt: Callable[[], Cli]) -> Cli | None:
    try:
        return attempt()
    except AttemptFailed as failure:
        attempts.append(Attempt(way, str(failure)))
    except OSError as error:
        attempts.append(Attempt(way, str(error)))
    return None


def _tell(text: str) -> None:
    print(f"Pulumi CLI: {text}", file=sys.stderr, flush=True)
