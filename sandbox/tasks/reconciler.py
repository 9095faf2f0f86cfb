"""The loop that makes the running processes equal what ECS declares."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.faults import Faults
from sandbox.processes import Process
from sandbox.tasks.declared import Declared, Key, Sight
from sandbox.tasks.launch import program, variables
from sandbox.tasks.service import Service

INTERVAL_SECONDS = 0.3
Start = Callable[[Sequence[str], Mapping[str, str], Path, Path], Process]
"""`Process.start`: argv, environment, working directory, log file."""


class Tasks:
    """Every task of every region. `root`: the checkout; `logs`: a folder, one file for each service.

    A region that is dark with `kill` loses its tasks, and gets new ones when it is back; a dark zone loses its share of
    them, and they are started in the other zones. Where ECS itself is down (`dark REGION --service ecs`), what runs
    goes on and nothing is started or stopped.
    """

    def __init__(
        self,
        sight: Sight,
        faults: Faults,
        regions: Sequence[str],
        endpoint: str,
        root: Path,
        logs: Path,
        start: Start = Process.start,
    ) -> None:
        self._sight = sight
        self._faults = faults
        self._regions = tuple(regions)
        self._endpoint = endpoint
        self._root = root
        self._logs = logs
        self._start_process = start
        self._services: dict[Key, Service] = {}
        self._lock = threading.RLock()
        self._woken = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None
        self.trouble = ""
        """What the last round failed with; empty when it did not."""
        faults.on_change(self._faults_changed)

    def start(self) -> None:
        """Begin to reconcile, on a thread of its own."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._loop, name="tasks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every task and the loop."""
        self._ended = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            stopping = [task.stop() for service in self._services.values() for task in service.tasks]
            self._services.clear()
        for thread in stopping:
            thread.join()

    def processes(self, region: str, service: str, cluster: str | None = None) -> list[Process]:
        """The running tasks' processes of one service, or of all that are called so in the region, oldest first."""
        # Without the lock: the layer may ask while a round waits for the layer.
        found = [
            held
            for key, held in list(self._services.items())
            if (key[0], key[2]) == (region, service) and cluster in (None, key[1])
        ]
        tasks = [task for held in found for task in list(held.tasks) if task.process.poll() is None]
        return [task.process for task in sorted(tasks, key=lambda task: -task.age)]

    def pids(self, region: str, service: str) -> list[int]:
        return [process.pid for process in self.processes(region, service)]

    def running(self, cluster_arn: str, service: str) -> int:
        """How many tasks of a service run; what ECS reports as runningCount."""
        return len(self.processes(cluster_arn.split(":")[3], service, cluster_arn.rpartition("/")[2]))

    def status(self) -> list[dict[str, Any]]:
        """Each service with tasks: region, service, running, ready, and the problem, if any."""
        with self._lock:
            return [
                {
                    "region": region,
                    "service": name,
                    "running": len(held.tasks),
                    "ready": sum(task.ready for task in held.tasks),
                    "problem": held.problem,
                }
                for (region, _, name), held in sorted(self._services.items())
            ]

    def reconcile(self) -> None:
        """One round over all regions."""
        for region in self._regions:
            declared = {service.key: service for service in Declared.read(self._sight, region)}
            with self._lock:
                if self._ended:
                    return
                if region in self._faults.killed_regions():
                    self._kill(region)
                else:
                    self._converge(region, declared)
                self._report(region, declared)

    def _converge(self, region: str, declared: Mapping[Key, Declared]) -> None:
        controlled = self._faults.lets_through(region, region, "ecs", "RunTask")
        lost = self._faults.dark_zones()
        for key in [key for key in self._services if key[0] == region and key not in declared and controlled]:
            self._services.pop(key).end()
        for key, service in declared.items():
            held = self._services.setdefault(key, Service(self._launch, self._sight))
            held.leave(lost)
            held.reap()
            if controlled:
                held.converge(service, self._faults.startable(region, service.name, service.desired), lost)
            held.settle()

    def _report(self, region: str, declared: Mapping[Key, Declared]) -> None:
        for key, service in declared.items():
            held = self._services.get(key)
            count = sum(task.process.poll() is None for task in held.tasks) if held else 0
            self._sight.set_running(service.cluster_arn, service.name, count)

    def _launch(self, declared: Declared, port: int, task_id: str) -> Process:
        argv = program(declared)
        env = variables(declared, self._sight, self._faults, self._endpoint, self._root, port, task_id)
        return self._start_process(argv, env, self._root, self._logs / f"{'-'.join(declared.key)}.log")

    def _kill(self, region: str) -> None:
        for key, held in self._services.items():
            if key[0] == region:
                held.kill()

    def _faults_changed(self) -> None:
        with self._lock:
            for region in self._faults.killed_regions():
                self._kill(region)
        self._woken.set()

    def _loop(self) -> None:
        while not self._ended:
            try:
                self.reconcile()
                self.trouble = ""
            except Exception as error:  # noqa: BLE001
                # A round that fails (the account changed while it was read) must not end the sandbox's ECS.
                self.trouble = f"{type(error).__name__}: {error}"
            self._woken.wait(INTERVAL_SECONDS)
            self._woken.clear()
