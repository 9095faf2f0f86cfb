"""One running task: its process, its port, and whether it is registered as a target."""

import socket
import threading
import time

from sandbox.http_server import HOST
from sandbox.processes import Process
from sandbox.tasks.declared import Declared, Sight

_DRAIN_SECONDS = 0.3
_GRACE_SECONDS = 5.0
_SETTLED_SECONDS = 0.3


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Task:
    """Made running; ended once by `stop` or `kill`."""

    def __init__(
        self, declared: Declared, process: Process, port: int, task_id: str, sight: Sight, zone: str | None = None
    ) -> None:
        self.declared = declared
        self.process = process
        self.port = port
        self.id = task_id
        self.zone = zone
        """The availability zone it was placed in; None where its service names no subnet."""
        self.ready = False
        self._sight = sight
        self._started = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started

    def settle(self) -> None:
        """Register it as a target once its port answers; a task without a port is ready when it has lived a moment.

        An ALB keeps a new target out until its first health checks pass; here it is registered late instead.
        Raises LookupError for a target group that is gone.
        """
        if self.ready:
            return
        if not self.declared.target_groups:
            self.ready = self.age >= _SETTLED_SECONDS
        elif self._answers():
            for group in self.declared.target_groups:
                self._sight.register_target(group, HOST, self.port)
            self.ready = True

    def withdraw(self) -> None:
        """Take it out of its target groups."""
        for group in self.declared.target_groups:
            self._sight.deregister_target(group, HOST, self.port)

    def stop(self) -> threading.Thread:
        """Withdraw it now. On the thread returned, let what is under way finish and ask it to end, then kill it."""
        self.withdraw()
        thread = threading.Thread(target=self._end, name=f"stop-{self.id}", daemon=True)
        thread.start()
        return thread

    def kill(self) -> None:
        """End it at once, as the loss of its machine would."""
        self.withdraw()
        self.process.kill()

    def _end(self) -> None:
        time.sleep(_DRAIN_SECONDS)
        self.process.stop(grace=_GRACE_SECONDS)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((HOST, self.port)) == 0
