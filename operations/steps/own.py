"""A user's own step: a Python file with `check`, `apply` and `verify`, or programs that do the same by exit code."""

import importlib.util
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from operations.steps.call import COMMAND, Call, Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, Step, StepFailed

LOOK, RUN = "LookByProgram", "RunProgram"


class OwnStepWrong(ValueError):
    """The step of the settings cannot be used; says why."""


class PythonStep(Step):
    """Runs a file of this checkout."""

    def __init__(self, id: str, path: Path, after: Sequence[str], calls: Sequence[Call]) -> None:
        """Raises OwnStepWrong where the file is not there or lacks a function."""
        self.id, self.after, self.calls = id, tuple(after), tuple(calls)
        self._module = _load(id, path)
        self.title = str(getattr(self._module, "TITLE", id))

    def check(self, hands: Hands) -> Standing:
        """`check(hands)` returns True where all is done already."""
        return Standing("done", "its own check says so") if self._module.check(hands) else NEEDED

    def apply(self, hands: Hands) -> None:
        self._module.apply(hands)

    def verify(self, hands: Hands) -> str | None:
        """`verify(hands)` returns True, or the text of what is still missing."""
        found = self._module.verify(hands)
        return None if found is True else str(found or "its own verify says no")

    @property
    def runbook(self) -> str:
        return (self._module.__doc__ or self.title).strip()


class ProgramStep(Step):
    """Runs programs: `check` and `verify` exit with 0 for yes, `command` with 0 for done."""

    def __init__(
        self,
        id: str,
        command: Sequence[str],
        check: Sequence[str],
        verify: Sequence[str],
        after: Sequence[str],
        calls: Sequence[Call],
        told: dict[str, str],
    ) -> None:
        """`told`: environment variables beside this process's own."""
        self.id, self.title, self.after = id, id, tuple(after)
        self._command, self._check, self._verify, self._told = tuple(command), tuple(check), tuple(verify), told
        self.calls = (*calls, Call(COMMAND, LOOK, ""), Call(COMMAND, RUN, "", "data"))

    def check(self, hands: Hands) -> Standing:
        if hands.dry:
            return NEEDED  # what a program does when it is asked, nobody here knows
        return Standing("done", f"{self._check[0]} says so") if self._exit(hands, LOOK, self._check) == 0 else NEEDED

    def apply(self, hands: Hands) -> None:
        code = self._exit(hands, RUN, self._command)
        if code != 0:
            raise StepFailed(f"{' '.join(self._command)} ended with exit code {code}: see what it said on stderr")

    def verify(self, hands: Hands) -> str | None:
        code = self._exit(hands, LOOK, self._verify)
        return None if code == 0 else f"{' '.join(self._verify)} ends with exit code {code}"

    def commands(self) -> Sequence[Command]:
        return (Command(COMMAND, RUN, "", {"words": self._command}),)

    @property
    def runbook(self) -> str:
        return f"Your own step. Is it done? `{' '.join(self._check)}` says so by exit code 0."

    def _exit(self, hands: Hands, operation: str, words: tuple[str, ...]) -> int:
        def run() -> int:
            try:
                ended = subprocess.run(
                    words,
                    env={**os.environ, **self._told},
                    stdout=subprocess.DEVNULL,
                    timeout=self.timeout,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise StepFailed(f"{words[0]} could not be run to its end: {error}") from None
            return ended.returncode

        return hands.act(COMMAND, operation, "", run, {"program": words[0]})


def _load(id: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"lifeline_own_step_{id.replace('-', '_')}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise OwnStepWrong(f"step {id}: there is no Python file {path}; name one in `lifeline:recovery`")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise OwnStepWrong(f"step {id}: {path} cannot be loaded: {type(error).__name__}: {error}") from error
    missing = [name for name in ("check", "apply", "verify") if not callable(getattr(module, name, None))]
    if missing:
        raise OwnStepWrong(f"step {id}: {path} has no function {', '.join(missing)}: see docs/adding-a-step.md")
    return module
