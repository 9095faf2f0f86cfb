"""Buckets are private, encrypted with their own key, logged, and copied both ways by a role that can do no more."""

import pytest

from tests.infra.declared import Declared, Registered
from tests.infra.stacks import declared

REGIONS = {"east": "us-east-1", "west": "us-west-2"}
PEER = {"east": "west", "west": "east"}
PURPOSES = ("documents", "audit", "access-logs")
SITES = pytest.mark.parametrize("site", ["east", "west"])


def setting(stack: Declared, kind: str, site: str, purpose: str) -> Registered:
    (found,) = [
        item
        for item in stack.of(f"s3/{kind[0].lower()}{kind[1:]}:{kind}")
        if item.name.startswith((f"global-store-{site}-{purpose}", f"global-replication-{site}-{purpose}"))
    ]
    return found


@SITES
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_bucket_is_private_versioned_and_in_its_sites_region(site: str, purpose: str) -> None:
    stack = declared("global")
    bucket = stack.one("s3/bucket:Bucket", f"global-store-{site}-{purpose}").inputs
    assert bucket["bucket"] == f"nl-fhir-production-{site}-{purpose}-111122223333"
    assert bucket["region"] == REGIONS[site]
    assert bucket["objectLockEnabled"] is (purpose == "audit")
    block = setting(stack, "BucketPublicAccessBlock", site, purpose).inputs
    assert [value for key, value in block.items() if key not in {"bucket", "region"}] == [True] * 4
    versioning = setting(stack, "BucketVersioning", site, purpose).inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    ownership = setting(stack, "BucketOwnershipControls", site, purpose).inputs
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    rules = setting(stack, "BucketLifecycleConfiguration", site, purpose).inputs["rules"]
    assert any("abortIncompleteMultipartUpload" in rule for rule in rules)
    assert any("noncurrentVersionExpiration" in rule for rule in rules)


@SITES
def test_each_bucket_has_the_regions_own_key_and_access_logs_the_only_one_they_can(site: str) -> None:
    for purpose in PURPOSES:
        (rule,) = setting(declared("global"), "BucketServerSideEncryptionConfiguration", site, purpose).inputs["rules"]
        by = rule["applyServerSideEncryptionByDefault"]
        if purpose == "access-logs":
            assert by == {"sseAlgorithm": "AES256"}
        else:
            assert by == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": f"arn:mock:global-keys-{site}-{purpose}"}
            assert rule["bucketKeyEnabled"] is True


@SITES
@pytest.mark.parametrize("purpose", PURPOSES)
def test_nobody_comes_without_tls_and_only_known_services_write(site: str, purpose: str) -> None:
    statements = setting(declared("global"), "BucketPolicy", site, purpose).policy()
    refused = [item for item in statements if item["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [item["Condition"] for item in refused]
    arn = f"arn:aws:s3:::nl-fhir-production-{site}-{purpose}-111122223333"
    assert all(item["Principal"] == "*" and item["Resource"] == [arn, f"{arn}/*"] for item in refused)
    allowed = [item for item in statements if item["Effect"] == "Allow"]
    writers = {
        "documents": set(),
        "audit": {"cloudtrail.amazonaws.com", "config.amazonaws.com"},
        "access-logs": {"logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com"},
    }
    assert {item["Principal"]["Service"] for item in allowed} == writers[purpose]
    for item in allowed:
        assert item["Condition"]["StringEquals"]["aws:SourceAccount"] == "111122223333"


@SITES
def test_what_is_read_and_written_is_logged_but_not_the_log(site: str) -> None:
    logs = {
        item.inputs["targetPrefix"]: item.inputs["targetBucket"]
        for item in declared("global").of("s3/bucketLogging:BucketLogging")
        if item.inputs["region"] == REGIONS[site]
    }
    target = f"nl-fhir-production-{site}-access-logs-111122223333"
    assert logs == {"s3/documents/": target, "s3/audit/": target, "s3/trust/": target}


@SITES
def test_objects_are_copied_in_time_to_the_peer_and_its_key(site: str) -> None:
    peer = PEER[site]
    for purpose, followed in (("documents", "Enabled"), ("audit", "Disabled")):
        config = setting(declared("global"), "BucketReplicationConfig", site, purpose).inputs
        (rule,) = config["rules"]
        assert config["region"] == REGIONS[site]
        assert rule["status"] == "Enabled"
        assert rule["deleteMarkerReplication"] == {"status": followed}
        assert rule["sourceSelectionCriteria"]["replicaModifications"] == {"status": followed}
        assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"] == {"status": "Enabled"}
        target = rule["destination"]
        assert target["bucket"] == f"arn:aws:s3:::nl-fhir-production-{peer}-{purpose}-111122223333"
        assert target["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
        assert target["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}
        alias = f"arn:aws:kms:{REGIONS[peer]}:111122223333:alias/nl-fhir-production-{peer}-{purpose}"
        assert target["encryptionConfiguration"] == {"replicaKmsKeyId": alias}


@SITES
def test_the_copying_role_reads_here_writes_there_and_does_nothing_else(site: str) -> None:
    peer = PEER[site]
    statements = declared("global").one("iam/rolePolicy:RolePolicy", f"global-replication-{site}-policy").policy()
    for item in statements:
        assert not any(action.endswith("*") for action in item["Action"])
        writing = {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"} & set(item["Action"])
        if not any(action.startswith("kms:") for action in item["Action"]):
            assert f"-{peer if writing else site}-" in item["Resource"]
        else:
            (alias,) = [item["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]]
            place = site if item["Action"] == ["kms:Decrypt"] else peer
            assert f"nl-fhir-production-{place}-" in alias
            assert item["Condition"]["StringEquals"]["kms:ViaService"] == f"s3.{REGIONS[place]}.amazonaws.com"
    deleting = [item["Resource"] for item in statements if "s3:ReplicateDelete" in item["Action"]]
    assert deleting == [f"arn:aws:s3:::nl-fhir-production-{peer}-documents-111122223333/*"]
