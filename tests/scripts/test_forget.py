"""Which region may be forgotten, and that the states as they were are kept; with an engine that only keeps states."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from typer.testing import CliRunner

from operations import clients
from operations.outcomes import Refused
from scripts import target
from scripts.main import app

PROJECT = Path(__file__).parents[2] / "examples" / "appointments"
LOST = "eu-west-1"


class Engine:
    """Three states; the one of the lost site has a queue there."""

    def __init__(self) -> None:
        queue = {
            "urn": "urn:pulumi:ireland::appointments::aws:sqs/queue:Queue::orders",
            "type": "aws:sqs/queue:Queue",
            "custom": True,
            "inputs": {"region": LOST},
        }
        self.states: dict[str, dict[str, Any]] = {"global": {}, "ireland": {"resources": [queue]}, "frankfurt": {}}
        self.replaced: dict[str, Any] = {}

    def deployment(self, stack: str) -> dict[str, Any]:
        return self.states[stack]

    def version(self, stack: str) -> int:
        return 3

    def replace(self, stack: str, deployment: dict[str, Any]) -> None:
        self.replaced[stack] = deployment


class Region:
    def __init__(self, problem: Exception | None) -> None:
        self.problem = problem

    def describe_db_clusters(self) -> dict[str, Any]:
        if self.problem is not None:
            raise self.problem
        return {"DBClusters": []}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(target, "engine", lambda _project: made)
    says(monkeypatch, ConnectTimeoutError(endpoint_url="https://rds"))
    return made


def says(monkeypatch: pytest.MonkeyPatch, problem: Exception | None, elsewhere: Exception | None = None) -> None:
    """What the lost region says, and what the others say."""
    monkeypatch.setattr(clients, "aws", lambda _service, region: Region(problem if region == LOST else elsewhere))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Frankfurt serves, after a promotion."""
    for file in PROJECT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "Pulumi.yaml"
    path.write_text(path.read_text().replace("production: ireland", "production: frankfurt"))
    return tmp_path


def run(project: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["--project", str(project), "forget", *words], catch_exceptions=True)


def test_the_states_are_kept_before_they_are_changed(engine: Engine, project: Path) -> None:
    done = run(project, LOST, "--yes")
    assert done.exit_code == 0, done.output
    assert engine.replaced == {"ireland": {"resources": []}}, "a state that had nothing there is not written again"
    assert "1 resources forgotten" in done.output
    (kept,) = (project / ".lifeline" / "forgotten").glob("ireland-*.json")
    assert json.loads(kept.read_text()) == {"version": 3, "deployment": engine.states["ireland"]}
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("region", "because"),
    [
        ("eu-west-9", "no site is in 'eu-west-9': one of eu-west-1, eu-central-1"),
        ("eu-central-1", "is the active site"),
    ],
)
def test_a_region_that_may_not_be_forgotten(engine: Engine, project: Path, region: str, because: str) -> None:
    refused = run(project, region, "--yes").exception
    assert isinstance(refused, Refused) and because in str(refused)
    assert engine.replaced == {}


def test_the_home_region_is_not_forgotten(engine: Engine, project: Path) -> None:
    path = project / "Pulumi.yaml"
    path.write_text(path.read_text().replace("home_region: eu-central-1", "home_region: eu-west-1"))
    refused = run(project, LOST, "--yes").exception
    assert isinstance(refused, Refused) and "is the home region" in str(refused) and engine.replaced == {}


@pytest.mark.parametrize(
    "problem",
    [None, ClientError({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "Describe")],
    ids=["an answer", "a refusal"],
)
def test_a_region_that_answers_is_not_forgotten_unawares(
    engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception | None
) -> None:
    says(monkeypatch, problem)
    refused = run(project, LOST, "--yes").exception
    assert isinstance(refused, Refused) and "lifeline rejoin" in str(refused) and engine.replaced == {}
    assert run(project, LOST, "--yes", "--although-it-answers").exit_code == 0
    assert list(engine.replaced) == ["ireland"]


def test_an_error_of_the_service_is_no_answer(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"Error": {"Code": "ServiceUnavailable"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    says(monkeypatch, ClientError(error, "Describe"))
    assert run(project, LOST, "--yes").exit_code == 0


def test_without_a_terminal_and_without_yes_nothing_is_done(engine: Engine, project: Path) -> None:
    refused = run(project, LOST).exception
    assert isinstance(refused, Refused) and "--yes" in str(refused)
    assert engine.replaced == {} and not (project / ".lifeline").exists()


def test_where_no_region_answers_it_is_this_machine(
    engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = ConnectTimeoutError(endpoint_url="https://rds")
    says(monkeypatch, silence, elsewhere=silence)
    refused = run(project, LOST, "--yes").exception
    assert isinstance(refused, Refused) and "eu-central-1 does not answer either" in str(refused)
    assert engine.replaced == {}
