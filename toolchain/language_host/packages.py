"""What a project's Python has installed: asked from that Python itself."""

import json
import subprocess
from dataclasses import dataclass

from toolchain.language_host.interpreter import Interpreter, NoInterpreter

SECONDS = 60

QUESTION = """
import importlib.metadata, json, platform, re, sys
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
found = {plain(d.metadata["Name"]): d for d in importlib.metadata.distributions() if d.metadata["Name"]}
needed = {plain(re.match(r"[\\w.-]+", r)[0]) for d in found.values() for r in d.requires or () if "extra ==" not in r}
print(json.dumps({
    "version": platform.python_version(),
    "packages": [[d.metadata["Name"], d.version, name in needed] for name, d in sorted(found.items())],
}))
"""


@dataclass(frozen=True)
class Package:
    """An installed distribution; `needed` if another one requires it."""

    name: str
    version: str
    needed: bool


@dataclass(frozen=True)
class Installed:
    python: str
    packages: tuple[Package, ...]

    def has(self, name: str) -> bool:
        return any(package.name == name for package in self.packages)


def installed(interpreter: Interpreter) -> Installed:
    """Asks `interpreter` for its version and packages.

    Raises:
        NoInterpreter: it does not run.
    """
    try:
        answer = subprocess.run(
            [str(interpreter.executable), "-c", QUESTION],
            env=interpreter.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoInterpreter(f"{interpreter.executable} does not run: {error}; make the environment again") from error
    found = json.loads(answer.stdout)
    return Installed(found["version"], tuple(Package(*row) for row in found["packages"]))
