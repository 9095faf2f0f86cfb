"""Where records go: buckets that services write logs to, and buckets that hold audit records or backups."""

import re
from collections.abc import Container

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.logic import any_of, negated
from policies.verdict import PASS, Verdict, fail, unknown

BUCKET = "aws:s3/bucket:Bucket"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
TRAIL = "aws:cloudtrail/trail:Trail"
WAF_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
DELIVERY_CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

_ACCESS_LOGS = (
    (LOGGING, "targetBucket"),
    (BUCKET, "logging.targetBucket"),
    (BALANCER, "accessLogs.bucket"),
    (BALANCER, "connectionLogs.bucket"),
)
_AUDIT = ((TRAIL, "s3BucketName"), (DELIVERY_CHANNEL, "s3BucketName"), (WAF_LOGGING, "logDestinationConfigs"))


def access_log_sink(case: Case) -> Verdict:
    """S3 or a load balancer writes its access logs to the bucket. What a bucket writes to itself does not count."""
    itself = case.view.linked(case.resource, LOGGING, "bucket")
    own = {case.resource.urn, *(item.urn for item in itself.found)}
    return _written_to(case, _ACCESS_LOGS, own, {item.urn for item in itself.unclear})


def audit_sink(case: Case) -> Verdict:
    """CloudTrail, AWS Config or a firewall writes to the bucket, or its name has one of the rule's `names`.

    Names count since a trail and its bucket often stand in different stacks.
    """
    return PASS if named(case, "names") else _audit_records(case)


def _audit_records(case: Case) -> Verdict:
    return _written_to(case, _AUDIT, ())


def named(case: Case, parameter: str) -> bool:
    """Whether a word of the resource's name, or of its bucket's name, is in a list of the rule's parameters.

    Raises UnknownMet: the bucket's name may have one.
    """
    bucket = case.at("bucket")
    texts = [case.resource.name, *([bucket] if isinstance(bucket, str) else [])]
    words = {word for text in texts for word in re.split(r"[^a-z0-9]+", text.lower())}
    if any(name.lower() in words for name in case.value(parameter)):
        return True
    if bucket is UNKNOWN:
        raise UnknownMet
    return False


def copy_of_another(case: Case) -> Verdict:
    """Another bucket of the stack is replicated to it."""
    sources = (
        (REPLICATION, "rules[*].destination.bucket"),
        (BUCKET, "replicationConfiguration.rules[*].destination.bucket"),
    )
    return _written_to(case, sources, (case.resource.urn,))


def holds_phi(case: Case) -> Verdict:
    """By its tag `data-classification`, PHI unless something else is said; but not where logs are written to."""
    if case.classification != "phi":
        return fail("it holds no PHI")
    return negated(any_of(access_log_sink, _audit_records), "it holds logs")(case)


def _written_to(
    case: Case, sources: tuple[tuple[str, str], ...], own: Container[str], perhaps_own: Container[str] = ()
) -> Verdict:
    unclear = False
    for type_, property_ in sources:
        links = case.view.linked(case.resource, type_, property_)
        others = [item.urn for item in links.found if item.urn not in own]
        if any(urn not in perhaps_own for urn in others):
            return PASS
        unclear = unclear or bool(others) or any(item.urn not in own for item in links.unclear)
    return unknown("who writes to it is not known yet") if unclear else fail("nothing of this stack writes to it")
