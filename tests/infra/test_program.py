"""The program as a whole: who is active, who founded, what another stack made, and what the outputs say."""

from typing import Any

import pytest

from infra.lookup import ProgramError
from infra.outputs import SiteOutputs, SpanningOutputs
from infra.settings import Settings
from tests.infra.declared import Declared, Fails, Registered, World, run, shipped
from tests.infra.stacks import SCOPES, declared

CERTIFICATE = "aws:acm/getCertificate:getCertificate"
SECRET = "aws:secretsmanager/getSecret:getSecret"
PASSWORD = "aws:secretsmanager/getSecretVersion:getSecretVersion"
ZONE = "cloudflare:index/getZone:getZone"
STATEFUL = ("Cluster", "ClusterInstance", "GlobalCluster", "Key", "Secret", "Table")


def small() -> Settings:
    """The founder with one service of the application, for tests that look at few resources."""
    web = shipped("east").services[0]
    return shipped("east", services=(web.model_copy(update={"calls": (), "sends_to": ()}),))


def differences(one: Declared, other: Declared) -> dict[str, set[str]]:
    """Resource name → the properties that differ and are not ignored; the resources must be the same."""
    before, after = ({item.urn: item for item in stack.resources} for stack in (one, other))
    assert before.keys() == after.keys()
    found: dict[str, set[str]] = {}
    for urn, item in before.items():
        keys = {key for key in {*item.inputs, *after[urn].inputs} if _differs(key, item, after[urn])}
        if keys - set(item.ignored):
            found[item.name] = keys - set(item.ignored)
    return found


def _differs(key: str, one: Registered, other: Registered) -> bool:
    # As they travel: an archive of files is equal to another one of the same files only there.
    return bool(one.request.object.fields.get(key) != other.request.object.fields.get(key))


@pytest.mark.parametrize("site", ["east", "west"])
def test_flipping_who_is_active_moves_capacity_and_backups_and_nothing_else(site: str) -> None:
    changed = differences(declared(site), declared(site, active="west"))
    assert changed.pop(f"{site}-backup-plan") == {"rules", "tags"}
    assert changed == {
        f"{site}-{name}-scaling-target": {"minCapacity", "maxCapacity"} for name in ("web", "nlp", "fhir", "review")
    }


def test_flipping_who_is_active_moves_the_order_of_traffic_and_nothing_else() -> None:
    changed = differences(declared("global"), declared("global", active="west"))
    assert changed == {"global-traffic-balancer": {"defaultPools"}}


@pytest.mark.parametrize(("site", "active", "held"), [("east", "east", (2, 8)), ("east", "west", (1, 2))])
def test_capacity_follows_from_who_is_active(site: str, active: str, held: tuple[int, int]) -> None:
    target = declared(site, active=active).one("appautoscaling/target:Target", f"{site}-web-scaling-target")
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == held
    assert target.inputs["resourceId"] == f"service/nl-fhir-production-{site}/web"


def test_a_pilot_stands_by_at_zero() -> None:
    for target in declared("west", standby="pilot").of("appautoscaling/target:Target"):
        assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (0, 0)
    service = declared("west", standby="pilot").one("ecs/service:Service", "west-warden-service")
    assert service.inputs["desiredCount"] == 1


def founded_by(settings: Settings, founder: str) -> Settings:
    sites = {name: site.model_copy(update={"founder": name == founder}) for name, site in settings.sites.items()}
    return settings.model_copy(update={"sites": sites})


def test_when_the_founder_moves_the_survivor_only_learns_the_password() -> None:
    before = declared("west", active="west")
    after = run(founded_by(shipped("west", active={"production": "west"}), "west"))
    changed = differences(before, after)
    stateful = {item.name for item in before.custom if item.type.rsplit(":", 1)[1] in STATEFUL}
    assert {name: keys for name, keys in changed.items() if name in stateful} == {
        "west-database-cluster": {"masterUsername", "masterPasswordWo", "masterPasswordWoVersion"}
    }
    # The password is the one that the database has already: it was read from the survivor's own copy.
    (call,) = [call for call in after.invokes if call.token == PASSWORD]
    assert call.arguments == {"secretId": "nl-fhir/production/database-master", "region": "us-west-2"}


def test_when_the_founder_moves_nothing_that_spans_the_sites_changes() -> None:
    settings = shipped("global")
    assert differences(declared("global"), run(founded_by(settings, "west"))) == {}


def test_the_two_sites_are_one_code() -> None:
    def shape(stack: Declared, site: str) -> list[tuple[str, str, list[str]]]:
        master = {"masterUsername", "masterPasswordWo", "masterPasswordWoVersion"}
        return sorted(
            (item.type, item.name.removeprefix(site), sorted(item.inputs.keys() - master)) for item in stack.resources
        )

    assert shape(declared("east"), "east") == shape(declared("west"), "west")


@pytest.mark.parametrize("token", [CERTIFICATE, SECRET, PASSWORD, ZONE])
def test_what_global_has_not_made_yet_is_unknown_in_a_preview(token: str) -> None:
    stack = run(small(), world=World({token: Fails("no such thing")}), preview=True)
    assert "apply `global` first" in stack.said("warning")
    # It goes on to the last resource: the origin record.
    assert stack.of("cloudflare:index/dnsRecord:DnsRecord")


def test_unknown_stays_unknown_instead_of_becoming_empty() -> None:
    stack = run(small(), world=World({CERTIFICATE: Fails("no such thing")}), preview=True)
    sentinel = stack.one("lb/listener:Listener").request.object.fields["certificateArn"].string_value
    assert sentinel == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.mark.parametrize("token", [CERTIFICATE, SECRET, PASSWORD, ZONE])
def test_what_global_has_not_made_yet_stops_an_up(token: str) -> None:
    with pytest.raises(ProgramError, match=r"was not found: .*no such thing; apply `global` first"):
        run(small(), world=World({token: Fails("no such thing")}))


def test_too_few_zones_are_said_plainly() -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    with pytest.raises(ProgramError, match=r"us-east-1 has 2 availability zones, not 3; lower lifeline:sites\.east"):
        run(small(), world=World({token: {"names": ["us-east-1a", "us-east-1b"], "id": "us-east-1"}}))


def test_zones_that_cannot_be_listed_stop_even_a_preview() -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    with pytest.raises(ProgramError, match="the zones of us-east-1 are unknown"):
        run(small(), world=World({token: Fails("no answer")}), preview=True)


def test_secrets_are_replicated_and_start_with_a_value() -> None:
    stack = declared("global")
    secrets = {item.inputs["name"]: item for item in stack.of("secretsmanager/secret:Secret")}
    assert sorted(secrets) == ["nl-fhir/production/database-master", "nl-fhir/production/session-key"]
    for item in secrets.values():
        assert item.inputs["region"] == "us-west-2"
        assert item.inputs["kmsKeyId"] == "arn:mock:global-keys-west-secrets"
        (replica,) = item.inputs["replicas"]
        assert replica == {"region": "us-east-1", "kmsKeyId": "arn:mock:global-keys-east-secrets"}
    for item in stack.of("secretsmanager/secretVersion:SecretVersion"):
        assert "secretString" not in item.inputs
        assert item.inputs["secretStringWoVersion"] == 1


def test_a_raised_version_makes_a_new_master_password_and_sends_it() -> None:
    settings = shipped("global")
    raised = settings.database.model_copy(update={"master_password_version": 2})
    stack = run(settings.model_copy(update={"database": raised}))
    assert differences(declared("global"), stack) == {
        "global-secrets-database-master-value": {"keepers"},
        "global-secrets-database-master-version": {"secretStringWoVersion"},
    }
    member = run(small().model_copy(update={"database": raised})).one("rds/cluster:Cluster")
    assert member.inputs["masterPasswordWoVersion"] == 2


def test_the_control_table_spans_three_regions_with_strong_consistency() -> None:
    table = declared("global").one("dynamodb/table:Table").inputs
    assert (table["region"], table["name"]) == ("us-west-2", "nl-fhir-production-control")
    assert (table["hashKey"], table["rangeKey"]) == ("pk", "sk")
    (replica,) = table["replicas"]
    assert (replica["regionName"], replica["consistencyMode"]) == ("us-east-1", "STRONG")
    assert table["globalTableWitness"] == {"regionName": "us-east-2"}
    # What a table with multi-region strong consistency cannot have.
    assert not {"ttl", "localSecondaryIndexes"} & table.keys()


@pytest.mark.parametrize("scope", SCOPES)
def test_outputs_are_those_of_the_one_file(scope: str) -> None:
    promised: Any = SpanningOutputs if scope == "global" else SiteOutputs
    outputs = declared(scope).outputs
    assert outputs.keys() == promised.__annotations__.keys()
    # The zone's DS record is Cloudflare's own, which makes it when it signs.
    assert all(value not in (None, {}, "") for key, value in outputs.items() if key != "dnssec_ds")


@pytest.mark.parametrize("scope", SCOPES)
def test_no_output_and_no_tag_tells_a_secret(scope: str) -> None:
    assert "random of" not in str(declared(scope).outputs)
    assert "of the mocks" not in str(declared(scope).outputs)


def test_names_say_east_and_west_never_prod_and_dr() -> None:
    for scope in SCOPES:
        for item in declared(scope).resources:
            assert not {"prod", "dr"} & set(item.name.split("-")), item.name


def test_a_failed_look_up_says_what_the_provider_said_and_no_more() -> None:
    wrapped = f"invocation of {CERTIFICATE} returned an error: invoking {CERTIFICATE}: no certificate matches"
    with pytest.raises(ProgramError) as caught:
        run(small(), world=World({CERTIFICATE: Fails(wrapped)}))
    said = "no certificate matches; apply `global` first, then this stack again"
    assert str(caught.value) == f"the certificate of nl-fhir.clinic.example.com was not found: {said}"
