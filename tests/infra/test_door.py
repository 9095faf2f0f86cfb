"""What stands between the edge and a site: the firewall, mutual TLS, and what is written down."""

from typing import Any

import pytest

from infra import clients
from infra.cloudflare_origin_ca import ORIGIN_PULL_CA
from tests.infra.declared import Declared
from tests.infra.stacks import declared
from tests.infra.variants import OWN, REGIONS, looser, stricter

SITES = pytest.mark.parametrize("site", ["east", "west"])


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
    bucket = spanning.one("s3/bucket:Bucket", f"global-trust-{site}-store-bucket").inputs
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
