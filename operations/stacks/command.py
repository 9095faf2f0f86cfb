"""The Pulumi CLI as the Automation API calls it, but so that an interrupt reaches the engine, and only once.

A terminal sends Ctrl-C to every process of the foreground group, a CI system to the first one only. The engine ends
cleanly at the first interrupt (it finishes what is under way and writes its state) and at once at the second, which
loses track of resources. So it runs in a session of its own, where nothing reaches it but what `interrupt` sends.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import IO

from pulumi import automation
from pulumi.automation import errors

OnOutput = Callable[[str], object]


class Command(automation.PulumiCommand):
    """`root`/bin/pulumi. Several runs at a time are fine."""

    def __init__(self, root: str) -> None:
        super().__init__(root=root)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._interrupted = False

    def interrupt(self) -> None:
        """Ask every run under way to end, and let none begin. A second call ends them at once."""
        with self._lock:
            self._interrupted = True
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> automation.CommandResult:
        """As the base class: raises CommandError for an exit code other than 0."""
        head = args[: args.index("--")] if "--" in args else args
        words = [self.command, *([] if "--non-interactive" in head else ["--non-interactive"]), *args]
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        environment["PATH"] = os.pathsep.join([os.path.dirname(self.command), environment.get("PATH", "")])  # noqa: PTH120
        with self._lock:
            if self._interrupted:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            said, complained = _read(process, on_output, on_error)
        finally:
            with self._lock:
                self._running.discard(process)
        result = automation.CommandResult(stdout=said, stderr=complained, code=process.returncode)
        if result.code != 0:
            raise errors.create_command_error(result)
        return result


def _read(process: "subprocess.Popen[str]", on_output: OnOutput | None, on_error: OnOutput | None) -> tuple[str, str]:
    """Both streams to their end, then the process's."""
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("the engine was started without its streams")
    complained: list[str] = []
    reader = threading.Thread(target=_consume, args=(process.stderr, on_error, complained), daemon=True)
    reader.start()
    said: list[str] = []
    _consume(process.stdout, on_output, said)
    reader.join()
    process.wait()
    return "\n".join(said), "\n".join(complained)


def _consume(stream: IO[str], callback: OnOutput | None, into: list[str]) -> None:
    with stream:
        for line in stream:
            text = line.rstrip()
            if callback is not None:
                callback(text)
            into.append(text)
