"""Every bad setting gives one clear line with file, key, what is wrong and what is allowed; all at once."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.settings import SettingsError
from infra.settings.load import destroy_order, environment, from_engine, from_files, load, overlaid, parse

ROOT = Path(__file__).parents[3]
Change = Callable[[dict[str, Any]], None]
ELSEWHERE = "arn:aws:acm:us-west-2:111122223333:certificate/0a1b2c3d-0000-4000-8000-000000000000"
TWICE = {
    "vpc_id": "vpc-0a",
    "public_subnet_ids": ["subnet-01", "subnet-02"],
    "private_subnet_ids": ["subnet-01", "subnet-12"],
    "isolated_subnet_ids": ["subnet-21", "subnet-22"],
}
"""One subnet in two tiers."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def edit(project: Path, change: Change, file: str = "Pulumi.yaml") -> None:
    """Change the settings of one file; values wrapped in `value:` are shown bare."""
    document = yaml.safe_load((project / file).read_text())
    config = {
        key.removeprefix("lifeline:"): value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in document["config"].items()
        if key.startswith("lifeline:")
    }
    change(config)
    wrapped = file == "Pulumi.yaml"  # only the project's file wraps values
    document["config"] = {f"lifeline:{key}": {"value": value} if wrapped else value for key, value in config.items()}
    (project / file).write_text(yaml.safe_dump(document))


def problems(project: Path, stack: str = "prod") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(project, stack)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_settings_hold_for_all_three_stacks() -> None:
    stacks = environment(ROOT, "production")
    assert list(stacks) == ["global", "prod", "dr"]
    assert [settings.region for settings in stacks.values()] == ["us-west-2", "us-east-1", "us-west-2"]
    assert {settings.active_site for settings in stacks.values()} == {"east"}
    assert {service.epic for service in stacks["prod"].services} == {1, 2, 3, 4, None}


def set_to(key: str, value: Any) -> Change:
    return lambda config: config.__setitem__(key, value)


def at(*path: str | int, value: Any) -> Change:
    def change(config: dict[str, Any]) -> None:
        place: Any = config
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return change


BAD: dict[str, tuple[Change, str]] = {
    "missing": (lambda config: config.pop("application"), "Pulumi.yaml: application: is missing"),
    "unknown key": (
        set_to("lease_second", 60),
        "Pulumi.yaml: lease_second: is no setting; did you mean lease_seconds?",
    ),
    "unknown nested key": (
        at("sites", "east", "fonder", value=True),
        "Pulumi.yaml: sites.east.fonder: is no setting; did you mean founder?",
    ),
    "wrong type": (set_to("lease_seconds", "soon"), "lease_seconds: is 'soon'; a whole number"),
    "lease too short": (set_to("lease_seconds", 1), "lease_seconds: is 1; should be greater than or equal to 4"),
    "overlapping blocks": (
        at("sites", "west", "cidr", value="10.10.0.0/17"),
        "sites.west.cidr: 10.10.0.0/17 overlaps 10.10.0.0/16 of east",
    ),
    "block with host bits": (
        at("sites", "west", "cidr", value="10.20.0.1/16"),
        "sites.west.cidr: '10.20.0.1/16' is no",
    ),
    "block too small": (
        at("sites", "west", "cidr", value="10.20.0.0/24"),
        "sites.west.cidr: '10.20.0.0/24' has the wrong size",
    ),
    "same region twice": (
        at("sites", "west", "region", value="us-east-1"),
        "sites: two sites are in us-east-1; a different region for each site",
    ),
    "outside one consistency set": (
        set_to("witness_region", "eu-west-1"),
        "witness_region: us-east-1, us-west-2, eu-west-1 are not all in one set with multi-region strong consistency",
    ),
    "witness is a site": (set_to("witness_region", "us-east-1"), "witness_region: 'us-east-1' is a site's region"),
    "home is no site": (set_to("home_region", "us-east-2"), "home_region: 'us-east-2' is no site's region"),
    "no founder": (at("sites", "east", "founder", value=False), "sites: no site is the founder"),
    "two founders": (at("sites", "west", "founder", value=True), "sites: founders are east and west"),
    "one site": (lambda config: config["sites"].pop("west"), "sites: has 1 sites; exactly two"),
    "unknown active site": (
        set_to("active", {"production": "north"}),
        "active.production: 'north' is no site; one of east, west",
    ),
    "environment without a site": (
        set_to("active", {"staging": "east"}),
        "active: names no site for the environment 'production'",
    ),
    "short account id": (set_to("account_id", "12345"), "account_id: is '12345'; twelve digits, in quotes"),
    "account id without quotes": (
        set_to("account_id", 111122223333),
        "account_id: is 111122223333; twelve digits, in quotes",
    ),
    "floor above ceiling": (
        at("services", 0, "capacity", "active", value={"floor": 9, "ceiling": 8}),
        "services[0].capacity.active: floor 9 is above ceiling 8",
    ),
    "image without digest": (
        at("services", 0, "image", value="nl-fhir/web:latest"),
        "services[0].image: is 'nl-fhir/web:latest'; an image with its digest",
    ),
    "unknown time zone": (
        at("services", 0, "schedule", value={"time_zone": "US/Nowhere", "down": "19:00", "up": "07:00", "floor": 1}),
        "services[0].schedule.time_zone: is 'US/Nowhere'; an IANA name such as America/New_York",
    ),
    "schedule that adds": (
        at("services", 0, "schedule", value={"time_zone": "UTC", "down": "19:00", "up": "07:00", "floor": 5}),
        "services[0].schedule.floor: 5 is above the active floor 2",
    ),
    "unknown need": (at("services", 0, "needs", value=["blockchain"]), "services[0].needs[0]: is 'blockchain'; one of"),
    "scaling on a queue that is not needed": (
        at("services", 0, "scale_on", value={"backlog": 10}),
        "services[0].scale_on.backlog: is of a queue that the service does not need; queue among its needs",
    ),
    "sending to a service without a queue": (
        at("services", 0, "sends_to", value=["web"]),
        "services[0].sends_to[0]: 'web' has no queue; one of nlp, fhir, review",
    ),
    "a key that is none": (
        at("sites", "east", "existing", value={"keys": {"data": "my-key"}}),
        "sites.east.existing.keys.data: is 'my-key'; the ARN of a KMS key or alias, or an alias such as alias/clinic",
    ),
    "a key of another region": (
        at("sites", "east", "existing", value={"keys": {"data": "arn:aws:kms:us-west-2:111122223333:alias/clinic"}}),
        "sites.east.existing.keys.data: 'arn:aws:kms:us-west-2:111122223333:alias/clinic' is not in the site's region",
    ),
    "rotating a secret that nobody has": (
        set_to("rotation", {"database-master": 90}),
        "rotation.database-master: 'database-master' is no secret of a service; one of session-key",
    ),
    "an old cache": (set_to("cache", {"valkey_version": "7.2"}), "cache.valkey_version: is '7.2'; Valkey 8 or later"),
    "a bound that Aurora does not know": (
        set_to("database", {"rpo_seconds": 5}),
        "database.rpo_seconds: is 5; should be greater than or equal to 20",
    ),
    "the fence's own secret": (
        at("services", 0, "secrets", value=["session-key", "database-master"]),
        "services[0].secrets: 'database-master' is for the fence alone",
    ),
    "two of one name": (at("services", 4, "name", value="web"), "services[4].name: 'web' is there twice"),
    "one of ours": (at("services", 4, "name", value="warden"), "services[4].name: 'warden' is Lifeline's own service"),
    "calls nobody": (
        at("services", 0, "calls", value=["nlpp"]),
        "services[0].calls[0]: 'nlpp' is no service; a service",
    ),
    "calls itself": (at("services", 0, "calls", value=["web"]), "services[0].calls[0]: 'web' is the service itself"),
    "calls one that does not listen": (
        at("services", 0, "calls", value=["migration"]),
        "services[0].calls[0]: 'migration' has no port",
    ),
    "root": (at("services", 0, "user", value="0:0"), "services[0].user: is '0:0'; numbers of a user"),
    "subnet in two tiers": (
        at("sites", "east", "existing", value={"network": TWICE}),
        "sites.east.existing.network.private_subnet_ids: subnet-01 is there also public; each subnet once",
    ),
    "another region's certificate": (
        at("sites", "east", "existing", value={"certificate_arn": ELSEWHERE}),
        "sites.east.existing.certificate_arn: is in us-west-2; a certificate in the site's region us-east-1",
    ),
    "one private subnet": (
        at("sites", "east", "existing", value={"network": {**TWICE, "private_subnet_ids": ["subnet-11"]}}),
        "sites.east.existing.network.private_subnet_ids: is",
    ),
    "a group that AWS lacks": (
        at("door", value={"waf": {"counted": ["Common/SizeRestrictions_BODY"]}}),
        "door.waf.counted[0]: is 'Common/SizeRestrictions_BODY'; a managed rule as <group>/<rule>",
    ),
    "an hour to finish and two to begin": (
        at("backup", value={"start_hours": 4, "completion_hours": 3}),
        "backup.completion_hours: 3 is not above start_hours 4",
    ),
    "the second account is the first": (
        at("backup", value={"account": {"account_id": "111122223333", "vault": "copies"}}),
        "backup.account.account_id: is the site's own account",
    ),
    "prefix twice": (at("services", 1, "public", value=["/"]), "services[1].public: '/' already leads to web"),
    "public without port": (lambda config: config["services"][0].pop("port"), "services[0].port: is missing although"),
    "memory that Fargate lacks": (
        at("services", 0, "memory", value=513),
        "services[0].memory: 513 MiB does not go with 512",
    ),
    "old engine": (
        set_to("database", {"engine_version": "16.4"}),
        "database.engine_version: is '16.4'; Aurora PostgreSQL 17",
    ),
    "protection neither on nor off": (set_to("protection", "maybe"), "protection: is 'maybe'; one of 'on' or 'off'"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_setting_gives_one_clear_line(project: Path, case: str) -> None:
    change, line = BAD[case]
    edit(project, change)
    found = problems(project)
    assert len(found) == 1, found
    assert found[0].startswith("Pulumi.yaml: ") and line in found[0]
    assert "; " in found[0], "says what is allowed"


def test_all_problems_are_reported_at_once(project: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        config["account_id"] = "1"
        config["sites"]["east"]["zones"] = 9
        config["services"][0]["image"] = "x"
        del config["domain"]

    edit(project, change)
    assert len(problems(project)) == 4


def test_what_contradicts_is_reported_at_once_too(project: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        config["sites"]["west"]["founder"] = True
        config["active"] = {"production": "north"}
        config["services"][0]["capacity"]["standby"] = {"floor": 3, "ceiling": 1}

    edit(project, change)
    assert len(problems(project)) == 3


def test_a_problem_names_the_stack_file_that_holds_the_key(project: Path) -> None:
    edit(project, set_to("scope", "north"), "Pulumi.prod.yaml")
    assert problems(project) == ["Pulumi.prod.yaml: scope: 'north' is no site; one of east, west, global"]


def test_a_key_that_is_there_twice_is_refused(project: Path) -> None:
    path = project / "Pulumi.prod.yaml"
    path.write_text(path.read_text() + "  lifeline:scope: west\n")
    assert "the key 'lifeline:scope' is there twice" in problems(project)[0]


@pytest.mark.parametrize(
    ("text", "what"),
    [("config: [", "node content"), ("- a", "is no mapping"), ("config: hello", "is no mapping")],
)
def test_a_broken_file_is_one_clear_line(project: Path, text: str, what: str) -> None:
    (project / "Pulumi.prod.yaml").write_text(text)
    found = problems(project)
    assert len(found) == 1 and found[0].startswith("Pulumi.prod.yaml: ") and what in found[0]


def test_an_encrypted_setting_is_refused(project: Path) -> None:
    (project / "Pulumi.prod.yaml").write_text("config:\n  lifeline:domain: {secure: v1:abc}\n")
    assert "is encrypted" in problems(project)[0]


def test_a_stack_without_a_file_names_those_that_are_there(project: Path) -> None:
    assert "the stacks here: dr, global, prod" in problems(project, "nowhere")[0]


def test_an_environment_without_stacks_names_those_that_are_there(project: Path) -> None:
    with pytest.raises(SettingsError, match="one of production"):
        environment(project, "staging")


def test_staging_stands_beside_production(project: Path) -> None:
    edit(project, lambda config: config["active"].update(staging="west"))
    for stack, scope in {"staging-global": "global", "staging-prod": "east", "staging-dr": "west"}.items():
        text = f"config:\n  lifeline:environment: staging\n  lifeline:scope: {scope}\n"
        (project / f"Pulumi.{stack}.yaml").write_text(text)
    stacks = environment(project, "staging")
    assert list(stacks) == ["staging-global", "staging-prod", "staging-dr"]
    assert {settings.active_site for settings in stacks.values()} == {"west"}
    assert {settings.active_site for settings in environment(project, "production").values()} == {"east"}


def test_the_engines_text_and_the_files_give_the_same_settings(project: Path) -> None:
    import json

    raw = from_files(project, "prod")
    handed = {
        f"lifeline:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in raw.values.items()
    }
    handed["pulumi:disable-default-providers"] = '["*"]'
    assert parse(from_engine(project, "prod", handed)) == load(project, "prod")


def test_an_overlay_wins_and_is_named_in_problems(project: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("lease_seconds: 8\n")
    assert load(project, "prod", overlay).lease_seconds == 8
    overlay.write_text("lease_seconds: 1\n")
    with pytest.raises(SettingsError, match=r"overlay\.yaml: lease_seconds"):
        parse(overlaid(from_files(project, "prod"), overlay))


def test_a_key_that_pulumi_would_not_take_is_said(project: Path) -> None:
    edit(project, set_to("budgets", {"epics": {1: 100}}))
    said = problems(project)
    assert said == ['Pulumi.yaml: budgets: has the key 1, which is no text; "1" in quotes']


@pytest.mark.parametrize(("active", "standby"), [("east", "dr"), ("west", "prod")])
def test_the_standbys_stack_is_destroyed_first_and_the_spanning_one_last(active: str, standby: str) -> None:
    stacks = {
        name: settings.model_copy(update={"active": {"production": active}})
        for name, settings in environment(ROOT, "production").items()
    }
    order = sorted(stacks, key=lambda name: destroy_order(stacks[name]))
    assert order[0] == standby and order[-1] == "global"
