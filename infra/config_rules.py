"""The managed rules that AWS Config checks in each region, and what each is for: data.

Source: AWS Config, "Operational Best Practices for HIPAA Security", read 2026-11: those of it that can speak about
what an estate of this kind has (no EC2 instances, no Redshift, …). AWS maps them to 45 CFR 164.308 and 164.312; a rule
that is met is a finding less, not compliance. IAM_NO_INLINE_POLICY_CHECK is left out: here each role has the one policy
that lives and dies with it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ConfigRule:
    """One of AWS's managed rules. The name is the identifier in small letters."""

    source: str
    cites: tuple[str, ...]
    """Paragraphs of 45 CFR, as AWS's mapping has them."""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.source.lower().replace("_", "-")


ACCESS, AUDIT, INTEGRITY = "164.312(a)(1)", "164.312(b)", "164.312(c)(1)"
ENCRYPTION, TRANSMISSION = "164.312(a)(2)(iv)", "164.312(e)(1)"
CONTINGENCY, BACKUP = "164.308(a)(7)(i)", "164.308(a)(7)(ii)(A)"
PASSWORDS, ROOT = "164.308(a)(5)(ii)(D)", "164.308(a)(3)(i)"

CONFIG_RULES = (
    ConfigRule("ALB_HTTP_DROP_INVALID_HEADER_ENABLED", (TRANSMISSION,)),
    ConfigRule("ALB_WAF_ENABLED", (ACCESS,)),
    ConfigRule("ACM_CERTIFICATE_EXPIRATION_CHECK", (TRANSMISSION,), {"daysToExpiration": "30"}),
    ConfigRule("CLOUD_TRAIL_ENABLED", (AUDIT,)),
    ConfigRule("CLOUD_TRAIL_ENCRYPTION_ENABLED", (ENCRYPTION,)),
    ConfigRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", (INTEGRITY,)),
    ConfigRule("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", (AUDIT,)),
    ConfigRule("CLOUDWATCH_LOG_GROUP_ENCRYPTED", (ENCRYPTION,)),
    ConfigRule("CMK_BACKING_KEY_ROTATION_ENABLED", (ENCRYPTION,)),
    ConfigRule("CW_LOGGROUP_RETENTION_PERIOD_CHECK", (AUDIT,)),
    ConfigRule("DYNAMODB_PITR_ENABLED", (BACKUP,)),
    ConfigRule("ECS_CONTAINERS_NONPRIVILEGED", (ACCESS,)),
    ConfigRule("ECS_CONTAINERS_READONLY_ACCESS", (ACCESS,)),
    ConfigRule("ECS_NO_ENVIRONMENT_SECRETS", (ACCESS,), {"secretKeys": "AWS_SECRET_ACCESS_KEY,DATABASE_PASSWORD"}),
    ConfigRule("ECS_TASK_DEFINITION_NONROOT_USER", (ACCESS,)),
    ConfigRule("ELB_DELETION_PROTECTION_ENABLED", (CONTINGENCY,)),
    ConfigRule("ELB_LOGGING_ENABLED", (AUDIT,)),
    ConfigRule("EC2_EBS_ENCRYPTION_BY_DEFAULT", (ENCRYPTION,)),
    ConfigRule("GUARDDUTY_ENABLED_CENTRALIZED", (AUDIT,)),
    ConfigRule("IAM_PASSWORD_POLICY", (PASSWORDS,), {"MinimumPasswordLength": "14", "PasswordReusePrevention": "24"}),
    ConfigRule("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", (ACCESS,)),
    ConfigRule("IAM_ROOT_ACCESS_KEY_CHECK", (ROOT,)),
    ConfigRule("IAM_USER_MFA_ENABLED", (ACCESS,)),
    ConfigRule("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", (ENCRYPTION,)),
    ConfigRule("MULTI_REGION_CLOUD_TRAIL_ENABLED", (AUDIT,)),
    ConfigRule("RDS_CLUSTER_DELETION_PROTECTION_ENABLED", (CONTINGENCY,)),
    ConfigRule("RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED", (ACCESS,)),
    ConfigRule("RDS_INSTANCE_PUBLIC_ACCESS_CHECK", (ACCESS,)),
    ConfigRule("RDS_SNAPSHOTS_PUBLIC_PROHIBITED", (ACCESS,)),
    ConfigRule("RDS_STORAGE_ENCRYPTED", (ENCRYPTION,)),
    ConfigRule("ROOT_ACCOUNT_MFA_ENABLED", (ROOT,)),
    ConfigRule("S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC", (ACCESS,)),
    ConfigRule("S3_BUCKET_LOGGING_ENABLED", (AUDIT,)),
    ConfigRule("S3_BUCKET_REPLICATION_ENABLED", (CONTINGENCY,)),
    ConfigRule("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", (ENCRYPTION,)),
    ConfigRule("S3_BUCKET_SSL_REQUESTS_ONLY", (TRANSMISSION,)),
    ConfigRule("S3_BUCKET_VERSIONING_ENABLED", (BACKUP,)),
    ConfigRule("SECRETSMANAGER_USING_CMK", (ENCRYPTION,)),
    ConfigRule("SECURITYHUB_ENABLED", (AUDIT,)),
    ConfigRule("SNS_ENCRYPTED_KMS", (ENCRYPTION,)),
    ConfigRule("VPC_DEFAULT_SECURITY_GROUP_CLOSED", (ACCESS,)),
    ConfigRule("VPC_FLOW_LOGS_ENABLED", (AUDIT,)),
    ConfigRule("WAFV2_LOGGING_ENABLED", (AUDIT,)),
)
