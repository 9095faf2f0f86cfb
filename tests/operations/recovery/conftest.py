from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from infra.settings.load import load
from operations.topology import Topology, from_settings
from tests.operations.recovery.cloud import Cloud

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def topology() -> Topology:
    """The shipped estate with two of its services: a matrix over every call is long enough with them."""
    settings = load(ROOT, "prod")
    kept = tuple(service for service in settings.services if service.name in ("web", "nlp"))
    return from_settings(settings.model_copy(update={"services": kept}))


@pytest.fixture(autouse=True)
def _quick_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process wrote outlives it without this; only a machine that goes down loses it, and none does here."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def aws_mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASANDBOX000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def cloud(aws_mocked: None, topology: Topology) -> Cloud:
    return Cloud(topology)
