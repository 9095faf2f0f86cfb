"""What bucket policies say: nobody without TLS, and which AWS services may put their records where."""

from collections.abc import Mapping, Sequence

import pulumi

from infra.component import Statement

S3_LOGS, BALANCER_LOGS = "s3", "balancer"
"""Prefixes in the access-log bucket."""


def tls_only(bucket_arn: pulumi.Input[str]) -> list[Statement]:
    """Refuse everybody who comes without TLS, or with one older than 1.2."""
    everything = [bucket_arn, _within(bucket_arn, "*")]
    refuse: Statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything}
    return [
        {**refuse, "Sid": "TlsOnly", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {**refuse, "Sid": "RecentTlsOnly", "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]


def access_logs(
    bucket_arn: pulumi.Input[str],
    sources: Sequence[pulumi.Input[str]],
    region: pulumi.Input[str],
    account_id: pulumi.Input[str],
) -> list[Statement]:
    """Let S3 write the logs of the buckets `sources`, and the region's load balancers theirs."""
    balancers = pulumi.Output.format("arn:aws:elasticloadbalancing:{0}:{1}:loadbalancer/*", region, account_id)
    to_balancers = pulumi.Output.format("{0}/AWSLogs/{1}/*", BALANCER_LOGS, account_id)
    return [
        _put("S3Logs", "logging.s3.amazonaws.com", _within(bucket_arn, f"{S3_LOGS}/*"), account_id, list(sources)),
        _put(
            "BalancerLogs",
            "logdelivery.elasticloadbalancing.amazonaws.com",
            _within(bucket_arn, to_balancers),
            account_id,
            balancers,
        ),
    ]


def audit_records(
    bucket_arn: pulumi.Input[str], trail_arn: pulumi.Input[str], account_id: pulumi.Input[str]
) -> list[Statement]:
    """Let one trail, and the configuration recorders of this account, write their records."""
    records = pulumi.Output.format("AWSLogs/{0}/*", account_id)
    snapshots = pulumi.Output.format("AWSLogs/{0}/Config/*", account_id)
    trail, config = "cloudtrail.amazonaws.com", "config.amazonaws.com"
    return [
        _look("TrailLooks", trail, ["s3:GetBucketAcl"], bucket_arn, account_id, trail_arn),
        _put("TrailWrites", trail, _within(bucket_arn, records), account_id, trail_arn, owned=True),
        _look("ConfigurationLooks", config, ["s3:GetBucketAcl", "s3:ListBucket"], bucket_arn, account_id),
        _put("ConfigurationWrites", config, _within(bucket_arn, snapshots), account_id, owned=True),
    ]


def _within(bucket_arn: pulumi.Input[str], keys: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("{0}/{1}", bucket_arn, keys)


def _look(
    sid: str,
    service: str,
    actions: list[str],
    bucket_arn: pulumi.Input[str],
    account_id: pulumi.Input[str],
    source: object = None,
) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": actions,
        "Resource": bucket_arn,
        "Condition": _from(account_id, source),
    }


def _put(
    sid: str,
    service: str,
    resource: pulumi.Input[str],
    account_id: pulumi.Input[str],
    source: object = None,
    *,
    owned: bool = False,
) -> Statement:
    condition = _from(account_id, source)
    if owned:
        # Both services send this header; whoever does not is not them.
        equals: Mapping[str, object] = {**condition["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}
        condition = {**condition, "StringEquals": equals}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["s3:PutObject"],
        "Resource": resource,
        "Condition": condition,
    }


def _from(account_id: pulumi.Input[str], source: object) -> dict[str, Mapping[str, object]]:
    """Only on behalf of this account, and of these resources of it where they are known."""
    condition: dict[str, Mapping[str, object]] = {"StringEquals": {"aws:SourceAccount": account_id}}
    if source is not None:
        condition["ArnLike"] = {"aws:SourceArn": source}
    return condition
