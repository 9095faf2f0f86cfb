"""The sandbox's Cloudflare, and an environment that leads there."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from operations.topology import Topology, from_settings
from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare
from sandbox.faults import Faults
from tests.infra.declared import shipped

DOMAIN = "clinic.example.com"


@pytest.fixture(scope="session")
def at_the_edge() -> Topology:
    return from_settings(shipped("global"))


@pytest.fixture
def faults() -> Faults:
    return Faults(regions=["cloudflare"])


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: Faults) -> Iterator[httpx.Client]:
    """A client of the test's own; what is tested finds its way by the environment."""
    cloudflare = Cloudflare(faults, CallLog(tmp_path / "calls.jsonl"), [DOMAIN])
    base = f"http://127.0.0.1:{cloudflare.start()}/client/v4"
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", base)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "sandbox")
    with httpx.Client(base_url=base, headers={"Authorization": "Bearer sandbox"}, trust_env=False) as client:
        yield client
    cloudflare.stop()
