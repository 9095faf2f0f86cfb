"""The second application: other regions, three services, no epics, and not a line of code of its own."""

import json
from functools import cache
from pathlib import Path

import pytest

from infra.settings import Settings
from infra.settings.load import environment
from operations.topology import from_settings
from scripts import main
from tests.infra.declared import ROOT, Declared, run

PROJECT = ROOT / "examples" / "appointments"
REGIONS = {
    "global": {"eu-west-1", "eu-central-1", "eu-west-2"},
    "ireland": {"eu-west-1"},
    "frankfurt": {"eu-central-1"},
}
STACKS = tuple(REGIONS)


@cache
def stacks() -> dict[str, Settings]:
    return environment(PROJECT, "production")


@cache
def declared(stack: str) -> Declared:
    return run(stacks()[stack])


def test_its_settings_hold_and_have_no_epic() -> None:
    assert list(stacks()) == ["global", "ireland", "frankfurt"]
    services = stacks()["global"].services
    assert [service.name for service in services] == ["booking", "reminders", "migration"]
    assert {service.epic for service in services} == {None}


@pytest.mark.parametrize("stack", STACKS)
def test_each_stack_is_declared_in_its_own_regions(stack: str) -> None:
    found = declared(stack)
    assert {item.inputs["region"] for item in found.custom if "region" in item.inputs} <= REGIONS[stack]
    assert len(found.custom) > 20
    # Nothing of the application that the repository ships configured for, and none of its regions.
    text = " ".join(f"{item.name} {item.inputs}" for item in found.resources)
    for foreign in ("nl-fhir", "nl_fhir", "us-east-1", "us-west-2", "clinic.example.com", "'epic-"):
        assert foreign not in text, foreign


def test_the_two_sites_differ_in_nothing_but_place_and_founder() -> None:
    master = {"masterUsername", "masterPasswordWo", "masterPasswordWoVersion"}

    def shape(stack: str) -> list[tuple[str, str, list[str]]]:
        return sorted(
            (item.type, item.name.removeprefix(stack), sorted(item.inputs.keys() - master))
            for item in declared(stack).custom
        )

    assert shape("ireland") == shape("frankfurt")


def test_without_epics_there_is_one_dashboard_over_both_sites_and_costs_part_by_business_unit() -> None:
    found = declared("global")
    assert [item.inputs["dashboardName"] for item in found.of("cloudwatch/dashboard:Dashboard")] == [
        "appointments-production-global"
    ]
    categories = {item.inputs["name"]: item.inputs for item in found.of("costexplorer/costCategory:CostCategory")}
    assert categories["appointments-production-unit"]["splitChargeRules"][0]["targets"] == ["front-desk"]
    assert "appointments-production-epic" not in categories
    assert [item.name for item in found.of("budgets/budget:Budget")] == ["global-budget-total"]


def test_operations_see_it_as_any_other_estate() -> None:
    topology = from_settings(stacks()["global"])
    assert topology.founder == "ireland" and topology.peer("ireland") == "frankfurt"
    assert set(topology.control_regions) == {"eu-west-1", "eu-central-1"}
    assert {item.name for item in topology.all("service", "frankfurt")} == {"booking", "reminders", "migration"}


def test_the_gate_finds_nothing_in_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["lifeline", "--project", str(PROJECT), "gate", "--output", "json"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    shown = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert [(item["rule"], item["resource"]["name"]) for item in shown["findings"]] == []
    assert set(shown["summary"]["stacks"]) == set(STACKS)


def test_its_files_hold_settings_and_nothing_else() -> None:
    assert {path.name for path in Path(PROJECT).iterdir() if not path.name.startswith(".")} == {
        "Pulumi.yaml",
        "policies",
        *(f"Pulumi.{stack}.yaml" for stack in STACKS),
    }
