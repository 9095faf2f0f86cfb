"""Which Python runs a program: the one its `Pulumi.yaml` names, as with Pulumi's own host."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUPPORTED_TOOLCHAINS = ("", "pip", "uv")


class NoInterpreter(Exception):
    """The project's Python cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Interpreter:
    """A Python and the environment in which its programs run."""

    executable: Path
    environment: dict[str, str]


def choose(options: Mapping[str, object], root: Path, env: Mapping[str, str]) -> Interpreter:
    """The Python for a project.

    Args:
        options: `runtime.options` of `Pulumi.yaml`: `virtualenv` (a path, relative to it), `toolchain`.
        root: the folder of `Pulumi.yaml`.
        env: the host's environment.

    Raises:
        NoInterpreter: the virtualenv is not there, no Python is on PATH, or the toolchain is one we do not know.
    """
    toolchain = str(options.get("toolchain") or "")
    if toolchain not in SUPPORTED_TOOLCHAINS:
        raise NoInterpreter(
            f"runtime.options.toolchain is {toolchain!r}: Lifeline's language host knows pip and uv; "
            "name the environment in runtime.options.virtualenv, or put Pulumi's own CLI on PATH"
        )
    virtualenv = str(options.get("virtualenv") or (".venv" if toolchain == "uv" else ""))
    if virtualenv:
        return _from_virtualenv(root / virtualenv, virtualenv, env)
    command = env.get("PULUMI_PYTHON_CMD")
    for name in (command,) if command else ("python3", "python"):
        found = shutil.which(name, path=env.get("PATH", os.defpath))
        if found:
            return Interpreter(Path(found), dict(env))
    raise NoInterpreter(
        f"there is no {command or 'python3'} on PATH; install Python, or name an environment "
        "in runtime.options.virtualenv of Pulumi.yaml"
    )


def _from_virtualenv(folder: Path, named: str, env: Mapping[str, str]) -> Interpreter:
    executable = folder / "bin" / "python"
    if not executable.exists():
        state = "is no virtual environment (it has no bin/python)" if folder.is_dir() else "does not exist"
        raise NoInterpreter(
            f"runtime.options.virtualenv in Pulumi.yaml is {named!r}, and {folder} {state}; make it: "
            f"`make setup` in a checkout of Lifeline, elsewhere `python3 -m venv {named}`, then the program's packages"
        )
    environment = {name: value for name, value in env.items() if name != "PYTHONHOME"}
    environment["VIRTUAL_ENV"] = str(folder)
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    return Interpreter(executable, environment)
