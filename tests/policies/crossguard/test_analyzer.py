"""A pack asked as the engine asks it: resource by resource while it plans, then the whole stack."""

from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as protocol

from policies import document
from policies.crossguard import info
from policies.crossguard.server import Analyzer
from policies.discovery import rules
from policies.rule import Pack, Rule

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
INSTANCE = "aws:rds/instance:Instance"
FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
CLOSED = dict.fromkeys(FLAGS, True)


def named(*ids: str) -> list[Rule]:
    return [rule for rule in rules() if rule.id in ids]


def analyzer(*asked: Rule, preview: bool = True, **config: str) -> Analyzer:
    made = Analyzer(asked[0].pack, asked)
    made.ConfigureStack(protocol.AnalyzerStackConfigureRequest(stack="prod", dry_run=preview, config=config), None)
    return made


def sent(make: Any, type_: str, name: str, properties: dict[str, Any], **more: Any) -> Any:
    provider = protocol.AnalyzerProviderResource(type="pulumi:providers:aws", urn="urn:p", name="p")
    request = make(type=type_, urn=f"urn:{name}", name=name, provider=provider, **more)
    json_format.ParseDict(properties, request.properties)
    return request


def plan(it: Analyzer, type_: str, name: str, properties: dict[str, Any]) -> list[Any]:
    return list(it.Analyze(sent(protocol.AnalyzeRequest, type_, name, properties), None).diagnostics)


def finish(it: Analyzer, *resources: Any) -> list[Any]:
    return list(it.AnalyzeStack(protocol.AnalyzeStackRequest(resources=resources), None).diagnostics)


def whole(type_: str, name: str, outputs: dict[str, Any], **depends: str) -> Any:
    dependencies = {key: protocol.AnalyzerPropertyDependencies(urns=[urn]) for key, urn in depends.items()}
    return sent(protocol.AnalyzerResource, type_, name, outputs, propertyDependencies=dependencies)


def test_what_is_certain_is_said_before_it_is_made_and_once() -> None:
    it = analyzer(*named("rds-storage-encrypted"))
    (said,) = plan(it, INSTANCE, "db", {"engine": "postgres"})
    assert (said.policyName, said.urn, said.enforcementLevel) == ("rds-storage-encrypted", "urn:db", protocol.MANDATORY)
    assert said.severity == protocol.POLICY_SEVERITY_CRITICAL
    assert "storageEncrypted is not set" in said.message
    assert finish(it, whole(INSTANCE, "db", {})) == []


def test_what_aws_fills_in_is_no_decision() -> None:
    it = analyzer(*named("s3-versioning"))
    assert plan(it, BUCKET, "orders", {}) == []
    (said,) = finish(it, whole(BUCKET, "orders", {"versioning": {"enabled": True}}))
    assert said.policyName == "s3-versioning"


def test_a_link_through_an_unknown_id_and_one_that_is_not_there() -> None:
    it = analyzer(*named("s3-block-public-access"))
    for name in ("orders", "open"):
        assert plan(it, BUCKET, name, {}) == []
    assert plan(it, BLOCK, "block", {"bucket": UNKNOWN, **CLOSED}) == []
    buckets = [whole(BUCKET, name, {"id": UNKNOWN}) for name in ("orders", "open")]
    (said,) = finish(it, *buckets, whole(BLOCK, "block", {"bucket": UNKNOWN, **CLOSED}, bucket="urn:orders"))
    assert said.urn == "urn:open"


@pytest.mark.parametrize(
    ("rule", "preview", "level"),
    [
        ("rds-storage-encrypted", True, protocol.MANDATORY),
        ("iam-no-admin-policy", True, protocol.ADVISORY),
        ("iam-no-admin-policy", False, protocol.MANDATORY),
    ],
)
def test_unknown_is_no_pass(rule: str, preview: bool, level: Any) -> None:
    (asked,) = named(rule)
    name = "storageEncrypted" if rule.startswith("rds") else "policy"
    it = analyzer(asked, preview=preview)
    assert plan(it, asked.types[0], "it", {name: UNKNOWN}) == []
    (said,) = finish(it, whole(asked.types[0], "it", {}))
    assert said.enforcementLevel == level
    assert f"{name} is not known yet" in said.message


def test_configuration_of_the_engine() -> None:
    it = analyzer(*named("rds-cluster-backup-retention"))
    cluster = "aws:rds/cluster:Cluster"
    assert plan(it, cluster, "c", {"backupRetentionPeriod": 10}) == []
    request = protocol.ConfigureAnalyzerRequest()
    config = request.policyConfig["rds-cluster-backup-retention"]
    config.enforcementLevel = protocol.ADVISORY
    json_format.ParseDict({"min_days": 14}, config.properties)
    it.Configure(request, None)
    (said,) = plan(it, cluster, "c", {"backupRetentionPeriod": 10})
    assert "at least 14" in said.message
    assert said.enforcementLevel == protocol.ADVISORY
    config.enforcementLevel = protocol.DISABLED
    it.Configure(request, None)
    assert plan(it, cluster, "c", {"backupRetentionPeriod": 1}) == []


def test_an_error_in_a_rule_stops_whatever_its_level() -> None:
    def wrong(case: Any) -> Any:
        return case.at("engine")["no such"]

    (rule,) = named("rds-storage-encrypted")
    broken = type(rule)(**{**{name: getattr(rule, name) for name in rule.__dataclass_fields__}, "check": wrong})
    (said,) = plan(analyzer(broken), INSTANCE, "db", {"engine": "postgres"})
    assert said.enforcementLevel == protocol.MANDATORY
    assert "the rule rds-storage-encrypted raised TypeError" in said.message


@pytest.mark.parametrize("pack", ["hipaa", "cost"])
def test_the_engine_is_told_all_of_every_rule(pack: Pack) -> None:
    asked = [rule for rule in rules() if rule.pack == pack and rule.scope != "plan"]
    told = Analyzer(pack, asked).GetAnalyzerInfo(None, None)
    pages = document.pages()
    assert [policy.name for policy in told.policies] == [rule.id for rule in asked]
    for rule, policy in zip(asked, told.policies, strict=True):
        assert policy.severity == info.SEVERITIES[rule.severity]
        assert policy.framework.reference == ", ".join([*rule.citations, *rule.also_cited])
        assert rule.fix.python in policy.remediation_steps and rule.fix.yaml in policy.remediation_steps
        assert set(json_format.MessageToDict(policy.configSchema.properties)) == set(rule.defaults)
        file, _, anchor = policy.url.removeprefix("docs/rules/").partition("#")
        assert f"#{anchor})" in pages[file]
