"""Two environments in one account: what a promotion of staging calls, and what production is afterwards."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.settings.load import environment
from operations.recovery.move import Mode
from operations.topology import Topology, from_settings
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import at_the_end, begin, wish

ROOT = Path(__file__).parents[3]
INSIDE = {"service", "warden", "guard", "fence", "migration"}
"""Roles whose id is a name inside a cluster, which has one of its own."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Topology]:
    """As `docs/staging.md` says."""
    root = tmp_path_factory.mktemp("beside")
    for source in (ROOT, ROOT / "examples" / "staging"):
        for file in source.glob("Pulumi*.yaml"):
            shutil.copy(file, root)
    path = root / "Pulumi.yaml"
    path.write_text(path.read_text().replace("{production: east}", "{production: east, staging: east}"))
    found = {}
    for name in ("production", "staging"):
        settings = next(iter(environment(root, name).values()))
        kept = tuple(service for service in settings.services if service.name in ("web", "nlp"))
        found[name] = from_settings(settings.model_copy(update={"services": kept}))
    return found


def leaves(value: Any) -> Iterator[str]:
    """Every text in a call's parameters."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_no_call_of_stagings_promotion_names_what_is_productions(
    aws_mocked: None, both: dict[str, Topology], tmp_path: Path, mode: Mode
) -> None:
    production, staging = Cloud(both["production"]), Cloud(both["staging"])
    before = {site: production.capacity(site) for site in production.topology.sites}
    ended = begin(staging, tmp_path, wish("west", mode))
    assert ended.outcome == "promoted", ended.problem
    assert at_the_end(staging)["active"] == "west"
    assert {site: production.capacity(site) for site in production.topology.sites} == before
    own = {item.id for item in both["staging"].resources}
    theirs = {item.id for item in both["production"].resources if item.role not in INSIDE} - own
    assert {"nl-fhir-production-east", "nl-fhir-production-control"} <= theirs
    named = {(service, operation, text) for service, operation, given in staging.given for text in leaves(given)}
    assert len(named) > 50
    assert [call for call in named if any(name in call[2] for name in theirs)] == []
