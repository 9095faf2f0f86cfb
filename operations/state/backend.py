"""The names and policies of the state's backend. Pure.

The state lies outside both sites: in the witness region, with a copy in the home region that stays readable when the
witness region is gone. Pulumi's own lock is an object in the bucket; versions are kept: a bad write can be undone.
"""

from dataclasses import dataclass
from typing import Any

from infra.naming import Naming
from infra.settings.model import Settings

VERSIONS_DAYS = 90
"""How long a replaced version of the state is kept."""


@dataclass(frozen=True)
class Backend:
    """What `bootstrap` makes. One for a project: every environment's stacks are told apart by their names in it."""

    project: str
    account_id: str
    region: str
    copy_region: str
    bucket: str
    copy_bucket: str
    key_alias: str
    role: str
    tags: dict[str, str]

    @classmethod
    def of(cls, settings: Settings) -> "Backend":
        """ValueError where the witness region is a site's: the state would go down with the site."""
        naming = Naming.of(settings)
        used = {site.region for site in settings.sites.values()}
        if settings.witness_region in used:
            raise ValueError(f"the witness region {settings.witness_region} is a site's: the state must outlive both")
        return cls(
            project=settings.project,
            account_id=settings.account_id,
            region=settings.witness_region,
            copy_region=settings.home_region,
            bucket=naming.state_bucket(settings.witness_region),
            copy_bucket=naming.state_bucket(settings.home_region),
            key_alias=naming.state_key_alias,
            role=naming.state_copy_role,
            tags={
                "project": settings.project,
                "service": "state",
                "owner": settings.tags.owner,
                "business-unit": settings.tags.business_unit,
                "cost-center": settings.tags.cost_center,
                "data-classification": "confidential",
                "criticality": "critical",
            },
        )

    @property
    def url(self) -> str:
        """For `pulumi login`, or PULUMI_BACKEND_URL."""
        return f"s3://{self.bucket}?region={self.region}&awssdk=v2"

    @property
    def copy_url(self) -> str:
        """For a day on which the witness region is gone."""
        return f"s3://{self.copy_bucket}?region={self.copy_region}&awssdk=v2"

    @property
    def secrets_provider(self) -> str:
        """For `pulumi stack init --secrets-provider`: one key for both regions, so the copy opens with it too."""
        return f"awskms://{self.key_alias}?region={self.region}"

    def tls_only(self, bucket: str) -> dict[str, Any]:
        arn = f"arn:aws:s3:::{bucket}"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }

    def trust(self) -> dict[str, Any]:
        """Who may copy: S3, for this bucket only."""
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": self.account_id},
                        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{self.bucket}"},
                    },
                }
            ],
        }

    def copying(self, key_arn: str, copy_key_arn: str) -> dict[str, Any]:
        """What the copy needs, and no more."""
        source, copy = f"arn:aws:s3:::{self.bucket}", f"arn:aws:s3:::{self.copy_bucket}"
        read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
        write = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                    "Resource": source,
                },
                {"Effect": "Allow", "Action": read, "Resource": f"{source}/*"},
                {"Effect": "Allow", "Action": write, "Resource": f"{copy}/*"},
                {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
                {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": copy_key_arn},
            ],
        }

    def replication(self, copy_key_arn: str) -> dict[str, Any]:
        return {
            "Role": f"arn:aws:iam::{self.account_id}:role/{self.role}",
            "Rules": [
                {
                    "ID": "copy",
                    "Priority": 1,
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                    "DeleteMarkerReplication": {"Status": "Enabled"},
                    "Destination": {
                        "Bucket": f"arn:aws:s3:::{self.copy_bucket}",
                        "EncryptionConfiguration": {"ReplicaKmsKeyID": copy_key_arn},
                    },
                }
            ],
        }
