"""One ECS service's tasks, brought step by step to what is declared."""

import time
import uuid
from collections.abc import Callable, Collection

from sandbox.processes import Process, ProcessFailed
from sandbox.tasks.declared import Declared, Sight
from sandbox.tasks.launch import CannotStart
from sandbox.tasks.task import Task, free_port

Launch = Callable[[Declared, int, str], Process]
"""Starts a task's process, given its port and id; raises CannotStart or ProcessFailed."""

_FIRST_DELAY_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 10.0
_STEADY_SECONDS = 10.0
"""A task that lived so long was no failed start."""


class Service:
    """The tasks of one service, and how long to wait before the next start after one that failed."""

    def __init__(self, launch: Launch, sight: Sight) -> None:
        self.tasks: list[Task] = []
        self.problem = ""
        """Why the last start failed or the last task ended; empty when all is well."""
        self._launch = launch
        self._sight = sight
        self._failures = 0
        self._not_before = 0.0

    def reap(self) -> None:
        """Forget the tasks that ended by themselves."""
        for task in [task for task in self.tasks if task.process.poll() is not None]:
            task.withdraw()
            self.tasks.remove(task)
            self._failed(f"a task ended with code {task.process.poll()}", steady=task.age >= _STEADY_SECONDS)

    def settle(self) -> None:
        """Register the tasks that have become ready."""
        for task in self.tasks:
            try:
                task.settle()
            except LookupError as error:
                self.problem = str(error)

    def leave(self, lost: Collection[str]) -> None:
        """The tasks in zones that are gone end without notice."""
        for task in [task for task in self.tasks if task.zone in lost]:
            task.kill()
            self.tasks.remove(task)

    def converge(self, declared: Declared, startable: int, lost: Collection[str] = ()) -> None:
        """Start, replace and stop tasks; tasks of an older definition go once as many new ones are ready.

        No task is started beyond `startable`, nor in a zone that is `lost`.
        """
        current = [task for task in self.tasks if task.declared.definition == declared.definition]
        old = [task for task in self.tasks if task not in current]
        while len(current) < min(declared.desired, startable) and time.monotonic() >= self._not_before:
            task = self._start(declared, lost)
            if task is None:
                break
            current.append(task)
        surplus = sorted(current, key=lambda task: (not task.ready, -task.age))[declared.desired :]
        if sum(task.ready for task in current) >= declared.desired:
            surplus += old
        for task in surplus:
            self.tasks.remove(task)
            task.stop()
        if len(current) < declared.desired and startable < declared.desired:
            self.problem = "RESOURCE:FARGATE: capacity is unavailable at this time"
        if len(current) == declared.desired and all(task.ready for task in current):
            self.problem = ""
            if all(task.age >= _STEADY_SECONDS for task in current):
                self._failures = 0

    def end(self) -> None:
        """The service is gone: stop all its tasks."""
        for task in self.tasks:
            task.stop()
        self.tasks.clear()

    def kill(self) -> None:
        """Its region is gone: its tasks end without notice, and start afresh when it is back."""
        for task in self.tasks:
            task.kill()
        self.tasks.clear()
        self._failures, self._not_before = 0, 0.0

    def _start(self, declared: Declared, lost: Collection[str]) -> Task | None:
        port, task_id = free_port(), uuid.uuid4().hex
        try:
            zone = self._zone(declared, lost)
            process = self._launch(declared, port, task_id)
        except (CannotStart, ProcessFailed) as error:
            self._failed(str(error), steady=False)
            return None
        task = Task(declared, process, port, task_id, self._sight, zone)
        self.tasks.append(task)
        return task

    def _zone(self, declared: Declared, lost: Collection[str]) -> str | None:
        """The service's zone with the fewest of its tasks. Raises CannotStart where all are lost."""
        if not declared.zones:
            return None
        left = [zone for zone in declared.zones if zone not in lost]
        if not left:
            raise CannotStart(f"no zone is left: {', '.join(declared.zones)} are lost")
        return min(left, key=lambda zone: sum(task.zone == zone for task in self.tasks))

    def _failed(self, problem: str, steady: bool) -> None:
        self.problem = problem
        self._failures = 1 if steady else self._failures + 1
        delay = min(_FIRST_DELAY_SECONDS * 2 ** (self._failures - 1), _LONGEST_DELAY_SECONDS)
        self._not_before = time.monotonic() + delay
