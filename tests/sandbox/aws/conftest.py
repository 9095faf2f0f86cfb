"""One layer for the folder, emptied for each test: building it costs more than any test here."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.aws import callers
from sandbox.aws.layer import AwsLayer
from sandbox.calls import CallLog
from sandbox.faults import Faults
from tests.sandbox.aws.database_double import DatabaseDouble

ACCOUNT = "111122223333"
EAST, WEST, WITNESS = "us-east-1", "us-west-2", "us-east-2"


@dataclass
class Aws:
    """The layer and all that it was built from; `client(service, region, caller)` signs as that caller."""

    layer: AwsLayer
    faults: Faults
    calls: CallLog
    databases: DatabaseDouble

    def __post_init__(self) -> None:
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, region: str = EAST, caller: str = callers.OPERATOR) -> Any:
        key = (service, region, caller)
        if key not in self._clients:
            self._clients[key] = callers.client(service, region, caller, self.layer.endpoint)
        return self._clients[key]

    def eventually(self, holds: Callable[[], Any]) -> Any:
        """What `holds` returns once it is true. Fails after a time that no healthy run needs."""
        until = time.monotonic() + 10
        while not (found := holds()):
            assert time.monotonic() < until, "it did not come about"
            time.sleep(0.01)
        return found


@pytest.fixture(scope="session")
def shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    faults = Faults()
    calls = CallLog(tmp_path_factory.mktemp("aws") / "calls.jsonl")
    databases = DatabaseDouble()
    layer = AwsLayer(ACCOUNT, faults, calls, databases, [EAST, WEST])
    layer.start()
    yield Aws(layer, faults, calls, databases)
    layer.stop()
    calls.close()


@pytest.fixture
def aws(shared_aws: Aws) -> Iterator[Aws]:
    # moto keeps its accounts in the process: another folder's tests may have run in this one before.
    shared_aws.layer.reset()
    shared_aws.databases.clear()
    yield shared_aws
    shared_aws.databases.gate.set()
    shared_aws.faults.clear()
    shared_aws.layer.running = shared_aws.layer.view.reported_running
    shared_aws.layer.reset()
    shared_aws.databases.clear()
