"""A second environment beside production in one account and one zone: nothing that both declare, nothing in common."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.settings import Settings
from infra.settings.load import environment
from operations.adoption.finders import Again
from operations.adoption.table import FINDERS
from operations.recovery.active_line import flip
from operations.topology import Topology, from_settings
from tests.infra.declared import ROOT, Declared, Registered, run
from tests.infra.stacks import declared

EXAMPLE = ROOT / "examples" / "staging"
STACKS = {"staging-global": "global", "staging-prod": "east", "staging-dr": "west"}
SYMBOL = re.compile(r"-(id|key)$|^arn:mock:|^arn:aws:(acm|kms|secretsmanager):|^of the mocks$")
"""What the mocks make up for another resource: that one is compared itself."""
IDENTIFYING = ("name", "bucket", "identifier", "replicationGroupId", "userId", "userGroupId")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with staging's stack files beside production's, as `docs/staging.md` says."""
    root = tmp_path_factory.mktemp("beside")
    for source in (ROOT, EXAMPLE):
        for file in source.glob("Pulumi*.yaml"):
            shutil.copy(file, root)
    path = root / "Pulumi.yaml"
    text = path.read_text()
    path.write_text(text.replace("{production: east}", "{production: east, staging: east}"))
    assert path.read_text() != text
    return root


_RUNS: dict[str, Declared] = {}


def staging(root: Path, scope: str) -> Declared:
    if scope not in _RUNS:
        stacks = {settings.scope: settings for settings in environment(root, "staging").values()}
        _RUNS[scope] = run(stacks[scope])
    return _RUNS[scope]


def identity(resource: Registered) -> Iterator[tuple[str, str, str, str]]:
    """(type, region, property, value) of everything that the program fixes and the account can have once."""
    region = str(resource.inputs.get("region", ""))
    for name in sorted(resource.inputs):
        # A task definition's family is its name; a parameter group's is the engine's.
        family = name == "family" and resource.type == "aws:ecs/taskDefinition:TaskDefinition"
        if not family and name not in IDENTIFYING and not name.endswith(("Identifier", "Name")):
            continue
        value = resource.inputs[name]
        if isinstance(value, str) and not SYMBOL.search(value):
            yield resource.type, region, name, value


def test_the_stacks_stand_beside_productions_and_each_has_its_own_settings(beside: Path) -> None:
    assert list(environment(beside, "staging")) == list(STACKS)
    assert list(environment(beside, "production")) == ["global", "prod", "dr"]
    blocks = {site.cidr for name in ("staging", "production") for site in first(beside, name).sites.values()}
    assert len(blocks) == 4


def first(root: Path, name: str) -> Settings:
    return next(iter(environment(root, name).values()))


@pytest.mark.parametrize("scope", ["global", "east"])  # both sites are the same code
def test_no_fixed_name_is_declared_by_both(beside: Path, scope: str) -> None:
    ours = {each for resource in staging(beside, scope).custom for each in identity(resource)}
    theirs = {each for resource in declared(scope).custom for each in identity(resource)}
    assert len(ours) > 30
    shared = {each for each in ours & theirs if not of_something_fixed(each)}
    assert shared == set()


def of_something_fixed(each: tuple[str, str, str, str]) -> bool:
    """A name inside something that has a name of its own: a service in its cluster, a metric in its namespace."""
    kind, _, name, _ = each
    return (kind, name) in {
        ("aws:ecs/service:Service", "name"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "metricName"),
        ("aws:backup/restoreTestingSelection:RestoreTestingSelection", "name"),
        ("aws:iam/rolePolicy:RolePolicy", "name"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "serviceName"),
        ("aws:rds/globalCluster:GlobalCluster", "databaseName"),
    }


@pytest.mark.parametrize("scope", ["global", "east"])  # both sites are the same code
def test_what_an_account_a_region_or_a_zone_has_once_is_declared_by_production_alone(beside: Path, scope: str) -> None:
    """What has no name and takes no other resource of the stack: the account has one, whoever declares it."""
    ours = {resource.type for resource in staging(beside, scope).custom if once(resource)}
    assert ours == set()
    assert {resource.type for resource in declared(scope).custom if once(resource)}, "production has some"


def once(resource: Registered) -> bool:
    """Set, not made, and for the whole account, region or zone: no argument says whose."""
    if not isinstance(FINDERS[resource.type], Again):
        return resource.type in {
            "aws:guardduty/detector:Detector",
            "aws:macie2/account:Account",
            "aws:securityhub/account:Account",
            "aws:securityhub/findingAggregator:FindingAggregator",
            "cloudflare:index/ruleset:Ruleset",
        }
    of = ("bucket", "vpcId", "queueUrl", "repository", "resourceArn", "backupVaultName", "name", "certificateArn")
    named = (*of, "policyName", "resourceId", "secretId", "webAclArn", "length", "logGroupName")
    return not any(name in resource.inputs for name in named)


def test_what_a_promotion_of_staging_moves_is_nothing_of_productions(beside: Path) -> None:
    """Steps know an estate by its topology alone."""
    mine, theirs = (from_settings(first(beside, name)) for name in ("staging", "production"))
    # A service is named within its cluster, which is another one; what images are there is only read.
    inside = {"service", "warden", "repository"}

    def ids(topology: Topology) -> set[tuple[str, str]]:
        return {(each.role, each.id) for each in topology.resources if each.role not in inside}

    assert ids(mine) & ids(theirs) == {("zone", "clinic.example.com")}


def test_flipping_staging_leaves_productions_line_alone(beside: Path) -> None:
    text = (beside / "Pulumi.yaml").read_text()
    assert flip(text, "staging", "west") == text.replace("staging: east", "staging: west")
