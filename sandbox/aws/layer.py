"""The emulated AWS: one account, all regions, one HTTP endpoint on the loopback interface.

Everything that loads moto is imported by the constructor, because moto reads its account id and its waiting times
when it is first imported.
"""

from collections.abc import Callable, Collection

from sandbox.aws import moto_settings
from sandbox.aws.databases import Databases
from sandbox.aws.server import LoopbackServer
from sandbox.calls import CallLog
from sandbox.faults import Faults


class AwsLayer:
    """moto behind callers, faults, a record of calls, and extensions.

    `regions` are those that sites are in. `running` is asked how many tasks of (cluster ARN,
    service name) really run; until somebody replaces it, it answers what was told to `view.set_running`, or 0.
    """

    def __init__(
        self, account_id: str, faults: Faults, calls: CallLog, databases: Databases, regions: Collection[str]
    ) -> None:
        moto_settings.prepare(account_id)
        from sandbox.aws.emulation import Emulation
        from sandbox.aws.moto_backend import MotoBackend
        from sandbox.aws.pipeline import Pipeline
        from sandbox.aws.view import View

        backend = MotoBackend(account_id)
        self.view = View(backend)
        self.running: Callable[[str, str], int] = self.view.reported_running
        self._emulation = Emulation(
            backend, faults, databases, regions, lambda cluster, name: self.running(cluster, name)
        )
        self._pipeline = Pipeline(self._emulation, calls, self.view.registry)
        self._server = LoopbackServer(self._pipeline.answer, "sandbox-aws")
        faults.on_change(self._faults_changed)

    def start(self) -> int:
        """Serve on a free port of 127.0.0.1 and return it."""
        self._server.start()
        return self._server.port

    def stop(self) -> None:
        """Stop serving and end the background work. The databases are their owner's to stop."""
        self._server.stop()
        for extension in self._pipeline.extensions:
            extension.close()

    @property
    def endpoint(self) -> str:
        """The URL to give as endpoint to any AWS SDK; known before `start`, answered after it."""
        return f"http://127.0.0.1:{self._server.port}"

    def reset(self) -> None:
        """Empty the account in every region and delete the databases. Faults and the record of calls stay."""
        self._emulation.backend.reset()
        for extension in self._pipeline.extensions:
            extension.reset()
        self.view.reset()

    def _faults_changed(self) -> None:
        with self._emulation.backend.lock:
            for extension in self._pipeline.extensions:
                extension.faults_changed()
