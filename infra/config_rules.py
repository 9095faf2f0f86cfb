"""The managed rules that AWS Config checks in each region, and what each is for: data.

Rules that can speak about what an estate of this kind has (no EC2 instances, no Redshift, …). Citations are those of
AWS Config's "Operational Best Practices for HIPAA Security", or, where it has none, those that other published mappings
agree on; read 2026-11. A rule without a citation is recommended. Meeting them is a finding less, not compliance.
IAM_NO_INLINE_POLICY_CHECK is left out: here each role has the one policy that lives and dies with it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ConfigRule:
    """One of AWS's managed rules. The name is the identifier in small letters."""

    source: str
    cites: tuple[str, ...] = ()
    """Paragraphs of 45 CFR."""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.source.lower().replace("_", "-")


CONFIG_RULES = (
    ConfigRule(
        "ACM_CERTIFICATE_EXPIRATION_CHECK", ("164.308(a)(4)(ii)(A)", "164.312(e)(1)"), {"daysToExpiration": "30"}
    ),
    ConfigRule(
        "ALB_HTTP_DROP_INVALID_HEADER_ENABLED",
        ("164.312(a)(2)(iv)", "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)"),
    ),
    ConfigRule("ALB_WAF_ENABLED"),
    ConfigRule("BACKUP_RECOVERY_POINT_ENCRYPTED"),
    ConfigRule("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"),
    ConfigRule("CLOUDTRAIL_S3_DATAEVENTS_ENABLED", ("164.308(a)(3)(ii)(A)", "164.312(b)")),
    ConfigRule("CLOUDWATCH_LOG_GROUP_ENCRYPTED", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", ("164.308(a)(3)(ii)(A)", "164.312(b)")),
    ConfigRule("CLOUD_TRAIL_ENABLED", ("164.308(a)(3)(ii)(A)", "164.308(a)(5)(ii)(C)", "164.312(b)")),
    ConfigRule("CLOUD_TRAIL_ENCRYPTION_ENABLED", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", ("164.312(c)(1)", "164.312(c)(2)")),
    ConfigRule("CMK_BACKING_KEY_ROTATION_ENABLED"),
    ConfigRule("CW_LOGGROUP_RETENTION_PERIOD_CHECK", ("164.312(b)",)),
    ConfigRule("DYNAMODB_IN_BACKUP_PLAN", ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)")),
    ConfigRule("DYNAMODB_PITR_ENABLED", ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)")),
    ConfigRule("EC2_EBS_ENCRYPTION_BY_DEFAULT", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("ECS_CONTAINERS_NONPRIVILEGED"),
    ConfigRule("ECS_CONTAINERS_READONLY_ACCESS"),
    ConfigRule("ECS_NO_ENVIRONMENT_SECRETS", parameters={"secretKeys": "AWS_SECRET_ACCESS_KEY,DATABASE_PASSWORD"}),
    ConfigRule("ECS_TASK_DEFINITION_NONROOT_USER"),
    ConfigRule("ELBV2_ACM_CERTIFICATE_REQUIRED", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("ELB_DELETION_PROTECTION_ENABLED", ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")),
    ConfigRule("ELB_LOGGING_ENABLED", ("164.312(b)",)),
    ConfigRule("GUARDDUTY_ENABLED_CENTRALIZED", ("164.308(a)(5)(ii)(C)", "164.308(a)(6)(ii)", "164.312(b)")),
    ConfigRule(
        "IAM_PASSWORD_POLICY",
        ("164.308(a)(4)(ii)(B)", "164.308(a)(5)(ii)(D)", "164.312(d)"),
        {"MinimumPasswordLength": "14", "PasswordReusePrevention": "24"},
    ),
    ConfigRule(
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        (
            "164.308(a)(3)(i)",
            "164.308(a)(3)(ii)(A)",
            "164.308(a)(3)(ii)(B)",
            "164.308(a)(4)(i)",
            "164.308(a)(4)(ii)(A)",
            "164.308(a)(4)(ii)(B)",
            "164.308(a)(4)(ii)(C)",
            "164.312(a)(1)",
        ),
    ),
    ConfigRule("IAM_ROOT_ACCESS_KEY_CHECK"),
    ConfigRule("IAM_USER_MFA_ENABLED"),
    ConfigRule("KMS_CMK_NOT_SCHEDULED_FOR_DELETION"),
    ConfigRule("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", ("164.312(d)",)),
    ConfigRule("MULTI_REGION_CLOUD_TRAIL_ENABLED", ("164.308(a)(3)(ii)(A)", "164.312(b)")),
    ConfigRule("RDS_CLUSTER_DELETION_PROTECTION_ENABLED"),
    ConfigRule("RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED"),
    ConfigRule(
        "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
        ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)"),
    ),
    ConfigRule(
        "RDS_SNAPSHOTS_PUBLIC_PROHIBITED",
        ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)"),
    ),
    ConfigRule("RDS_STORAGE_ENCRYPTED", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("ROOT_ACCOUNT_MFA_ENABLED"),
    ConfigRule(
        "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC",
        ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)"),
    ),
    ConfigRule(
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
        ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)"),
    ),
    ConfigRule("S3_BUCKET_LOGGING_ENABLED", ("164.308(a)(3)(ii)(A)", "164.312(b)")),
    ConfigRule("S3_BUCKET_REPLICATION_ENABLED", ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)")),
    ConfigRule("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", ("164.312(a)(2)(iv)", "164.312(c)(2)", "164.312(e)(2)(ii)")),
    ConfigRule(
        "S3_BUCKET_SSL_REQUESTS_ONLY",
        ("164.312(a)(2)(iv)", "164.312(c)(2)", "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)"),
    ),
    ConfigRule(
        "S3_BUCKET_VERSIONING_ENABLED",
        ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)", "164.312(c)(1)", "164.312(c)(2)"),
    ),
    ConfigRule("SECRETSMANAGER_USING_CMK", ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")),
    ConfigRule("SECURITYHUB_ENABLED", ("164.312(b)",)),
    ConfigRule(
        "SNS_ENCRYPTED_KMS", ("164.308(a)(1)(ii)(B)", "164.312(a)(2)(iv)", "164.312(e)(2)(ii)", "164.314(b)(2)(i)")
    ),
    ConfigRule(
        "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED",
        ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)"),
    ),
    ConfigRule("VPC_DEFAULT_SECURITY_GROUP_CLOSED", ("164.312(e)(1)",)),
    ConfigRule("VPC_FLOW_LOGS_ENABLED", ("164.308(a)(3)(ii)(A)", "164.312(b)")),
    ConfigRule("WAFV2_LOGGING_ENABLED", ("164.312(b)",)),
)
