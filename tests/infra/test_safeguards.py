"""What guards an estate: the firewall, backups, the trail, what is recorded, and who is told of a finding."""

import json
import re
from typing import Any, get_args

import pytest

from infra import clients
from infra.cloudflare_origin_ca import ORIGIN_PULL_CA
from infra.components.backup import EVERY_HOURS, hours_of
from infra.components.detection import FEATURES
from infra.config_rules import CONFIG_RULES
from infra.settings.backup import BackupAccount, BackupSettings, Frequency
from infra.settings.door import DoorSettings, WafSettings
from tests.infra.declared import Declared
from tests.infra.stacks import SCOPES, declared

SITES = pytest.mark.parametrize("site", ["east", "west"])
REGIONS = {"east": "us-east-1", "west": "us-west-2"}
ONCE = {
    "AccountPasswordPolicy",
    "AccountPublicAccessBlock",
    "Analyzer",
    "ConformancePack",
    "DeliveryChannel",
    "Detector",
    "DetectorFeature",
    "ClassificationJob",
    "Enabler",
    "EncryptionByDefault",
    "FindingAggregator",
    "InstanceMetadataDefaults",
    "Recorder",
    "RecorderStatus",
    "SnapshotBlockPublicAccess",
    "StandardsSubscription",
    "Trail",
    "Account",
}
"""What an account, or a region of it, has once."""


OWN = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def stricter() -> Declared:
    """East where every choice is the stricter one; without services, since what guards them does not depend on them."""
    return declared(
        "east",
        services=(),
        door=DoorSettings(
            client_ca=OWN, waf=WafSettings(counted=("SQLiRuleSet/SQLi_BODY",), address_lists="block", requests=100)
        ),
        backup=BackupSettings(
            frequency="twice-daily",
            lock="compliance",
            grace_days=30,
            account=BackupAccount(account_id="999900001111", vault="vault-of-last-resort"),
        ),
    )


def looser(scope: str) -> Declared:
    """A stack where nobody is asked for a certificate, nothing is protected and the account is somebody else's."""
    return declared(
        scope,
        services=(),
        protection="off",
        account_baseline="external",
        door=DoorSettings(mutual_tls="off"),
        backup=BackupSettings(lock="compliance"),
    )


# The door


def rules(stack: Declared) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in stack.one("wafv2/webAcl:WebAcl").inputs["rules"]}


@SITES
def test_the_firewall_stands_before_the_load_balancer(site: str) -> None:
    stack = declared(site)
    tied = stack.one("wafv2/webAclAssociation:WebAclAssociation").inputs
    assert tied["resourceArn"] == f"arn:mock:{site}-balancer-balancer"
    assert tied["webAclArn"] == f"arn:mock:{site}-firewall-acl"
    assert set(rules(stack)) == {
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "SQLiRuleSet",
        "AmazonIpReputationList",
        "AnonymousIpList",
        "client-rate",
        "address-rate",
    }


def test_a_client_is_counted_by_the_address_that_the_edge_names() -> None:
    found = rules(declared("east"))
    clients_, addresses = (found[name]["statement"]["rateBasedStatement"] for name in ("client-rate", "address-rate"))
    assert clients_["aggregateKeyType"] == "FORWARDED_IP"
    assert clients_["forwardedIpConfig"] == {"headerName": "CF-Connecting-IP", "fallbackBehavior": "MATCH"}
    # Without the header the first rule is not asked: the second takes exactly those requests.
    without = addresses["scopeDownStatement"]["notStatement"]["statement"]["sizeConstraintStatement"]
    assert without["fieldToMatch"] == {"singleHeader": {"name": "cf-connecting-ip"}}
    assert addresses["aggregateKeyType"] == "IP"


def test_what_the_settings_say_is_counted_is_counted_and_the_rest_blocks() -> None:
    found = rules(stricter())
    overrides = {
        name: [each["name"] for each in rule["statement"]["managedRuleGroupStatement"].get("ruleActionOverrides", [])]
        for name, rule in found.items()
        if "overrideAction" in rule
    }
    assert overrides["SQLiRuleSet"] == ["SQLi_BODY"] and overrides["CommonRuleSet"] == []
    assert all(rule["overrideAction"] == {"none": {}} for rule in found.values() if "overrideAction" in rule)
    assert found["client-rate"]["statement"]["rateBasedStatement"]["limit"] == 100


@SITES
def test_the_firewall_s_log_names_no_patient(site: str) -> None:
    logging = declared(site).one("wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs
    assert {"uriPath": {}} in logging["redactedFields"] and {"queryString": {}} in logging["redactedFields"]
    acl = declared(site).one("wafv2/webAcl:WebAcl").inputs
    seen = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert not any(each["sampledRequestsEnabled"] for each in seen)


@SITES
def test_only_clients_with_the_edge_s_certificate_get_through_the_handshake(site: str) -> None:
    stack, spanning = declared(site), declared("global")
    listener = stack.one("lb/listener:Listener").inputs
    assert listener["mutualAuthentication"] == {"mode": "verify", "trustStoreArn": f"arn:mock:{site}-balancer-clients"}
    store = stack.one("lb/trustStore:TrustStore").inputs
    kept = spanning.one("s3/bucketObjectv2:BucketObjectv2", f"global-trust-{site}-authority").inputs
    assert store["caCertificatesBundleS3Key"] == kept["key"]
    assert kept["region"] == REGIONS[site]
    assert kept["content"].startswith("-----BEGIN CERTIFICATE-----")
    bucket = spanning.one("s3/bucket:Bucket", f"global-trust-{site}-bucket").inputs
    assert store["caCertificatesBundleS3Bucket"] == bucket["bucket"]


def test_an_authority_of_one_s_own_is_another_object_and_none_is_no_store() -> None:
    key = clients.authority_key(OWN)
    assert stricter().one("lb/trustStore:TrustStore").inputs["caCertificatesBundleS3Key"] == key
    assert key != clients.authority_key(ORIGIN_PULL_CA)
    off = looser("east")
    assert not off.of("lb/trustStore:TrustStore")
    assert off.one("lb/listener:Listener").inputs["mutualAuthentication"] == {"mode": "off"}
    assert not [item for item in looser("global").resources if "-trust-" in item.name]


@SITES
def test_the_load_balancer_writes_down_requests_and_connections(site: str) -> None:
    balancer = declared(site).one("lb/loadBalancer:LoadBalancer").inputs
    bucket = f"nl-fhir-production-{site}-access-logs-111122223333"
    assert (
        balancer["accessLogs"]
        == balancer["connectionLogs"]
        == {
            "enabled": True,
            "bucket": bucket,
            "prefix": "balancer",
        }
    )


# Backups


def plan(stack: Declared) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.one("backup/plan:Plan").inputs["rules"]
    return found


@pytest.mark.parametrize(("site", "peer"), [("east", "west"), ("west", "east")])
def test_backups_are_made_at_the_active_site_and_copied_to_the_peer_s_vault(site: str, peer: str) -> None:
    daily, monthly = plan(declared(site, active=site))
    vault = f"arn:aws:backup:{REGIONS[peer]}:111122223333:backup-vault:nl-fhir-production-{peer}"
    for rule in (daily, monthly):
        assert [copy["destinationVaultArn"] for copy in rule["copyActions"]] == [vault]
        assert (rule["startWindow"], rule["completionWindow"]) == (60, 360)
    assert daily["schedule"] == "cron(0 5 * * ? *)" and daily["lifecycle"] == {"deleteAfter": 35}
    assert monthly["schedule"] == "cron(0 5 1 * ? *)" and monthly["lifecycle"] == {"deleteAfter": 365}
    assert declared(peer).one("backup/vault:Vault").inputs["name"] == vault.rsplit(":", 1)[1]
    (standing_by,) = plan(declared(site, active=peer))
    assert standing_by["ruleName"] == "monthly" and not standing_by.get("copyActions")


@pytest.mark.parametrize(
    ("frequency", "hours"),
    [
        ("daily", [5]),
        ("twice-daily", [5, 17]),
        ("every-six-hours", [5, 11, 17, 23]),
        ("hourly", list(range(24))),
    ],
)
def test_how_often_is_a_setting(frequency: str, hours: list[int]) -> None:
    assert hours_of(frequency, 5) == hours
    assert set(get_args(Frequency)) == set(EVERY_HOURS)


def test_a_second_account_gets_a_copy_too() -> None:
    often, _ = plan(stricter())
    assert often["schedule"] == "cron(0 5,17 * * ? *)"
    arns = [copy["destinationVaultArn"] for copy in often["copyActions"]]
    assert arns[1:] == ["arn:aws:backup:us-east-1:999900001111:backup-vault:vault-of-last-resort"]


def test_a_second_account_may_read_what_is_backed_up_and_nothing_else() -> None:
    let_in = {item.name for item in stricter().of("kms/key:Key") if "999900001111" in item.inputs["policy"]}
    assert let_in == {"east-keys-data", "east-keys-backup"}
    assert "999900001111" not in str([item.inputs for item in declared("east").of("kms/key:Key")])


@SITES
def test_a_vault_is_locked_and_nobody_deletes_from_it(site: str) -> None:
    stack = declared(site)
    lock = stack.one("backup/vaultLockConfiguration:VaultLockConfiguration").inputs
    assert (lock["minRetentionDays"], lock["maxRetentionDays"]) == (35, 365)
    assert "changeableForDays" not in lock, "compliance mode cannot be undone: it must be asked for"
    (deny,) = stack.one("backup/vaultPolicy:VaultPolicy").policy()
    assert deny["Effect"] == "Deny" and "backup:DeleteRecoveryPoint" in deny["Action"]


def test_compliance_mode_is_asked_for_and_needs_protection() -> None:
    kind = "backup/vaultLockConfiguration:VaultLockConfiguration"
    assert stricter().one(kind).inputs["changeableForDays"] == 30
    assert "changeableForDays" not in looser("east").one(kind).inputs


@SITES
def test_what_is_backed_up_is_selected_by_tags_that_it_has(site: str) -> None:
    selection = declared(site).one("backup/selection:Selection").inputs
    (conditions,) = selection["conditions"]
    wanted = {pair["key"].removeprefix("aws:ResourceTag/"): pair["value"] for pair in conditions["stringEquals"]}
    assert wanted == {"project": "lifeline", "environment": "production"}
    cluster = declared(site).one("rds/cluster:Cluster").inputs["tags"]
    table = declared("global").one("dynamodb/table:Table").inputs
    for tags in (cluster, table["tags"]):
        assert wanted.items() <= tags.items()
    assert f"arn:aws:dynamodb:{REGIONS[site]}:111122223333:table/{table['name']}" in selection["resources"]
    assert f"arn:aws:rds:{REGIONS[site]}:111122223333:cluster:*" in selection["resources"]


@SITES
def test_restores_are_tried_from_the_site_s_own_vault(site: str) -> None:
    stack = declared(site)
    tests = stack.one("backup/restoreTestingPlan:RestoreTestingPlan").inputs
    assert tests["recoveryPointSelection"]["includeVaults"] == [f"arn:mock:{site}-backup-vault"]
    assert re.fullmatch(r"[a-zA-Z0-9_]{1,50}", tests["name"])
    kinds = {
        item.inputs["protectedResourceType"]
        for item in stack.of("backup/restoreTestingSelection:RestoreTestingSelection")
    }
    assert kinds == {"Aurora", "DynamoDB", "S3"}


# Oversight


def test_one_trail_sees_every_region_and_every_touch_of_phi() -> None:
    trail = declared("global").one("cloudtrail/trail:Trail").inputs
    assert trail["isMultiRegionTrail"] and trail["enableLogFileValidation"] and trail["includeGlobalServiceEvents"]
    selectors = {
        each["name"]: {part["field"]: part for part in each["fieldSelectors"]}
        for each in trail["advancedEventSelectors"]
    }
    assert "readOnly" not in selectors["objects"], "who read a document is the question that is asked later"
    assert selectors["objects"]["resources.ARN"]["startsWiths"] == [
        f"arn:aws:s3:::nl-fhir-production-{site}-documents-111122223333/" for site in REGIONS
    ]
    assert set(selectors["tables"]["resources.ARN"]["equals"]) == {
        f"arn:aws:dynamodb:{region}:111122223333:table/nl-fhir-production-control" for region in REGIONS.values()
    }
    services = [
        statement["Principal"]
        for statement in declared("global").one("kms/key:Key", "global-trail-keys-trail").policy()
    ]
    assert {"Service": "cloudtrail.amazonaws.com"} in services


def test_the_rules_are_aws_s_own_and_cite_paragraphs_of_the_rule() -> None:
    body = json.loads(declared("east").one("cfg/conformancePack:ConformancePack").inputs["templateBody"])
    assert len(body["Resources"]) == len(CONFIG_RULES) > 40
    for rule in CONFIG_RULES:
        assert rule.source == rule.source.upper() and all(cite.startswith("164.3") for cite in rule.cites), rule
    sources = {each["Properties"]["Source"]["SourceIdentifier"] for each in body["Resources"].values()}
    assert sources == {rule.source for rule in CONFIG_RULES}


def test_what_is_global_is_recorded_once() -> None:
    recorded = {
        site: declared(site).one("cfg/recorder:Recorder").inputs["recordingGroup"]["includeGlobalResourceTypes"]
        for site in REGIONS
    }
    assert recorded == {"east": False, "west": True}


@SITES
def test_detectors_tell_again_within_the_time_to_respond(site: str) -> None:
    stack = declared(site)
    assert stack.one("guardduty/detector:Detector").inputs["findingPublishingFrequency"] == "FIFTEEN_MINUTES"
    features = {
        item.inputs["name"]: item.inputs["status"] for item in stack.of("guardduty/detectorFeature:DetectorFeature")
    }
    assert features == FEATURES
    (phi,) = stack.one("macie2/classificationJob:ClassificationJob").inputs["s3JobDefinition"]["bucketDefinitions"]
    assert phi["buckets"] == [f"nl-fhir-production-{site}-documents-111122223333"]


def test_both_regions_findings_are_seen_in_the_home_region() -> None:
    stack = declared("global")
    hubs = {item.inputs["region"] for item in stack.of("securityhub/account:Account")}
    assert hubs == set(REGIONS.values())
    aggregator = stack.one("securityhub/findingAggregator:FindingAggregator").inputs
    assert (aggregator["region"], aggregator["specifiedRegions"]) == ("us-west-2", ["us-east-1"])
    assert len(stack.of("securityhub/standardsSubscription:StandardsSubscription")) == 6


@SITES
def test_a_finding_goes_to_the_people_of_its_severity_once(site: str) -> None:
    stack = declared(site)
    for severity in ("critical", "high", "medium", "low"):
        pattern = json.loads(
            stack.one("cloudwatch/eventRule:EventRule", f"{site}-findings-{severity}").inputs["eventPattern"]
        )
        findings = pattern["detail"]["findings"]
        assert findings["Severity"]["Label"] == [severity.upper()]
        assert findings["Region"] == [REGIONS[site]], "the home region also gets copies of the other's"
        target = stack.one("cloudwatch/eventTarget:EventTarget", f"{site}-findings-{severity}-topic").inputs
        assert target["arn"] == f"arn:mock:{site}-notifications-{severity}"
        assert "Resources" not in json.dumps(target["inputTransformer"])


# Once


@pytest.mark.parametrize("scope", SCOPES)
def test_what_an_account_has_once_is_left_to_an_external_baseline(scope: str) -> None:
    ours, theirs = declared(scope), looser(scope)
    assert {item.type.rsplit(":", 1)[1] for item in ours.custom} & ONCE
    assert not {item.type.rsplit(":", 1)[1] for item in theirs.custom} & ONCE
    # What guards the estate itself stays: nobody else would do it.
    kept = {"Firewall", "Backup", "FindingRoutes"} if scope != "global" else {"ControlTable", "GlobalDatabase"}
    assert kept <= {item.type.rsplit(":", 1)[1] for item in theirs.resources}
