"""The trail, what is recorded and detected, who is told of a finding; and what an account has once."""

import json

import pytest

from infra.components.detection import FEATURES
from infra.config_rules import CONFIG_RULES
from tests.infra.stacks import SCOPES, declared
from tests.infra.variants import REGIONS, looser

SITES = pytest.mark.parametrize("site", ["east", "west"])
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


@pytest.mark.parametrize("scope", SCOPES)
def test_what_an_account_has_once_is_left_to_an_external_baseline(scope: str) -> None:
    ours, theirs = declared(scope), looser(scope)
    assert {item.type.rsplit(":", 1)[1] for item in ours.custom} & ONCE
    assert not {item.type.rsplit(":", 1)[1] for item in theirs.custom} & ONCE
    # What guards the estate itself stays: nobody else would do it.
    kept = {"Firewall", "Backup", "FindingRoutes"} if scope != "global" else {"ControlTable", "GlobalDatabase"}
    assert kept <= {item.type.rsplit(":", 1)[1] for item in theirs.resources}
