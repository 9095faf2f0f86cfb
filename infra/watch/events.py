"""Which events are told, at which severity. Patterns: Amazon EventBridge, "Events from AWS services", read 2026-11."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.settings.notifications import Severity


@dataclass(frozen=True)
class Told:
    """One kind of event."""

    severity: Severity
    says: str
    page: str
    pattern: Mapping[str, Any]


def told(cluster_arn: str, database: str, kept: Sequence[str]) -> dict[str, Told]:
    """What a site tells. `cluster_arn`: its ECS cluster; `database`: its Aurora member; `kept`: its buckets of
    documents and of audit records."""
    return {
        "backup-failed": Told(
            "high",
            "A backup, a copy or a restore test has failed.",
            "backup",
            {
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
                "detail": {"$or": [{"state": ["ABORTED", "EXPIRED", "FAILED"]}, {"status": ["ABORTED", "FAILED"]}]},
            },
        ),
        "key-endangered": Told(
            "critical",
            "A key was disabled or is to be deleted: what it encrypts will be lost.",
            "keys",
            {
                "source": ["aws.kms"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {"eventSource": ["kms.amazonaws.com"], "eventName": ["DisableKey", "ScheduleKeyDeletion"]},
            },
        ),
        "deployment-failed": Told(
            "high",
            "A release did not become healthy, and ECS went back to the one before.",
            "service",
            {
                "source": ["aws.ecs"],
                "detail-type": ["ECS Deployment State Change"],
                "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"], "clusterArn": [cluster_arn]},
            },
        ),
        "database-event": Told(
            "high",
            "The database has failed over, or has failed.",
            "database",
            {
                "source": ["aws.rds"],
                "detail-type": ["RDS DB Cluster Event"],
                "detail": {
                    "EventCategories": ["failover", "failure", "global-failover"],
                    "SourceIdentifier": [database],
                },
            },
        ),
        "certificate-expiring": Told(
            "high",
            "A certificate is about to expire and has not renewed itself.",
            "load-balancer",
            {"source": ["aws.acm"], "detail-type": ["ACM Certificate Approaching Expiration"]},
        ),
        "secret-not-rotated": Told(
            "high",
            "A secret could not be rotated.",
            "keys",
            {
                "source": ["aws.secretsmanager"],
                "detail-type": ["AWS Service Event via CloudTrail"],
                "detail": {"eventName": ["RotationFailed"]},
            },
        ),
        "version-deleted": Told(
            "critical",
            "Somebody has deleted a version of a document or of an audit record for good. Nothing of the service does.",
            "objects",
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Deleted"],
                "detail": {
                    "bucket": {"name": list(kept)},
                    # A lifecycle's own deletions have the reason "Lifecycle Expiration".
                    "reason": ["DeleteObject"],
                    "deletion-type": ["Permanently Deleted"],
                },
            },
        ),
        "region-trouble": Told(
            "high",
            "AWS says that a service in this region has a problem.",
            "region",
            {
                "source": ["aws.health"],
                "detail-type": ["AWS Health Event"],
                "detail": {"eventTypeCategory": ["issue"]},
            },
        ),
    }
