"""The pages on adding things are followed to the letter, and what they promise comes about."""

import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest
import yaml

from infra.component import Component
from infra.settings import SettingsError
from infra.settings.load import load
from tests.infra.declared import run, shipped

ROOT = Path(__file__).parents[2]


def block(page: str, language: str) -> str:
    """The first block of a language on a page."""
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    assert found, f"docs/{page} shows no {language}"
    return found.group(1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped settings with the page's service among them."""
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text())
    document["config"]["lifeline:services"]["value"] += yaml.safe_load(block("adding-a-service.md", "yaml"))
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return tmp_path


@pytest.mark.parametrize(("stack", "scope"), [("prod", "east"), ("dr", "west")])
def test_a_service_only_adds_and_stands_at_both_sites(project: Path, stack: str, scope: str) -> None:
    before, after = run(shipped(scope)), run(load(project, stack))
    was = {item.urn: item for item in before.resources}
    now = {item.urn: item for item in after.resources}
    assert set(was) <= set(now)
    # Balancers, scaling and rules of the others stay as they were, apart from lists that name every service.
    types = {item.type for urn, item in now.items() if urn not in was}
    assert {
        "aws:ecs/service:Service",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:lb/targetGroup:TargetGroup",
    } <= types
    assert {"aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup", "aws:appautoscaling/target:Target"} <= types
    (service,) = [item for urn, item in now.items() if urn not in was and item.type == "aws:ecs/service:Service"]
    assert service.inputs["name"] == "triage"
    (target,) = [item for urn, item in now.items() if urn not in was and item.type.endswith("target:Target")]
    assert target.inputs["minCapacity"] == (2 if scope == "east" else 1)


def test_a_second_service_of_the_same_prefix_is_refused(project: Path) -> None:
    path = project / "Pulumi.yaml"
    path.write_text(path.read_text().replace("- /triage", "- /nlp"))
    with pytest.raises(SettingsError, match="/nlp"):
        load(project, "prod")


def test_a_component_of_the_page_keeps_the_contract() -> None:
    module = ModuleType("queue_of_the_page")
    exec(compile(block("components.md", "python"), "docs/components.md", "exec"), module.__dict__)  # noqa: S102
    component: Any
    (component,) = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Component) and item is not Component
    ]
    tags = {"project": "lifeline", "owner": "platform"}

    def program() -> None:
        made = component(
            "trial",
            {"region": "us-east-1", "key_arn": "alias/trial", "protection": True, "tags": tags},
        )
        assert isinstance(made, pulumi.ComponentResource)

    declared = run(shipped("east"), program=program)
    (queue,) = declared.custom
    assert queue.name == "trial-queue" and queue.protect and queue.parent.endswith("::trial")
    assert queue.inputs["region"] == "us-east-1" and queue.inputs["tags"] == tags
