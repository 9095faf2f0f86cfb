"""Asks a Pulumi CLI or a Go which version it is."""

from collections.abc import Mapping
from pathlib import Path

from toolchain import bounded, versions
from toolchain.problems import AttemptFailed
from toolchain.versions import Version

SECONDS = 30.0


def pulumi(binary: Path, env: Mapping[str, str]) -> Version:
    """The version of the CLI at `binary`, without its look for a newer one.

    Raises:
        AttemptFailed: it does not run or names no version (a build without the version flag prints nothing).
    """
    return _version([binary, "version"], {**env, "PULUMI_SKIP_UPDATE_CHECK": "true"})


def go(binary: Path, env: Mapping[str, str]) -> Version:
    """The version of the Go at `binary` itself, not of another that its settings would switch to."""
    return _version([binary, "version"], {**env, "GOTOOLCHAIN": "local"})


def _version(argv: list[str | Path], env: Mapping[str, str]) -> Version:
    output = bounded.run(argv, SECONDS, env)
    # The answer is the last line: a warning may stand before it.
    answer = output.strip().splitlines()[-1] if output.strip() else ""
    try:
        return versions.parse(answer)
    except ValueError as error:
        raise AttemptFailed(f"`{Path(argv[0]).name} version` names none: {error}") from error
