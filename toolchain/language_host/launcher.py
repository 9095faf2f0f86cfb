"""The executable that the engine looks for: a few lines of shell that start the host with the right Python.

It lies in a cache that several checkouts share. The environment that `toolchain.environment()` makes names the
checkout to use; without it, it is the one that wrote the launcher, as long as that one exists.
"""

import re
import shlex
import sys
from pathlib import Path

from toolchain import cache

NAME = "pulumi-language-python"
VARIABLE = "LIFELINE_LANGUAGE_HOST"
MARK = "# Lifeline's Python language host"

_TEXT = """#!/bin/sh
{mark}, started by the Pulumi engine; written by `python -m toolchain`.
python={python}
root={root}
if [ -n "${{{variable}:-}}" ]; then
    python="${{{variable}%%:*}}"
    root="${{{variable}#*:}}"
fi
if [ ! -x "$python" ] || [ ! -d "$root/toolchain/language_host" ]; then
    echo "{name}: cannot start: the checkout it was set up from is gone ($root, $python);" \\
        "run 'make setup' in a checkout of Lifeline" >&2
    exit 1
fi
exec "$python" -P -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from toolchain.language_host.__main__ import main
main()' "$root" "$@"
"""


def here() -> str:
    """This process's Python and checkout, as the variable holds them: `<python>:<root>`."""
    return f"{sys.executable}:{_root()}"


def write(path: Path) -> None:
    """Writes the launcher, unless a real language host stands there or one of ours that still works."""
    if path.exists():
        present = path.read_text(errors="replace")
        if MARK not in present or _works(present):
            return
    cache.write_executable(path, _text(sys.executable, str(_root())))


def is_ours(path: Path) -> bool:
    """Whether the file is our launcher and not the host that comes with Pulumi's own CLI."""
    with path.open(errors="replace") as file:
        return MARK in file.read(200)


def _text(python: str, root: str) -> str:
    return _TEXT.format(mark=MARK, name=NAME, variable=VARIABLE, python=shlex.quote(python), root=shlex.quote(root))


def _works(text: str) -> bool:
    found = re.search(r"^python=(.+)\nroot=(.+)$", text, re.MULTILINE)
    if not found:
        return False
    python, root = ("".join(shlex.split(word)) for word in found.groups())
    complete = Path(python).exists() and Path(root, "toolchain", "language_host").is_dir()
    return complete and text == _text(python, root)


def _root() -> Path:
    return Path(__file__).resolve().parents[2]
