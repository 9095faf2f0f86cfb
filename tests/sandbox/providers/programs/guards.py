"""What guards an estate: firewall, backups, account defaults, and what is only recorded of oversight."""

import json

import pulumi
import pulumi_aws as aws

from tests.sandbox.providers.programs.place import at_east, trust, two_subnets


def _seen(name: str) -> dict[str, object]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": False}


def firewall(opts: pulumi.ResourceOptions, limit: int = 2000) -> None:
    """A web ACL on a load balancer; `limit` is of its rate rules, which change in place."""
    _, subnets = two_subnets(opts)
    balancer = aws.lb.LoadBalancer("balancer", name="trial", subnets=[subnet.id for subnet in subnets], opts=opts)
    sized = {
        "size_constraint_statement": {
            "field_to_match": {"single_header": {"name": "cf-connecting-ip"}},
            "comparison_operator": "GE",
            "size": 1,
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    acl = aws.wafv2.WebAcl(
        "acl",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=[
            {
                "name": "common",
                "priority": 10,
                "override_action": {"none": {}},
                "statement": {
                    "managed_rule_group_statement": {
                        "vendor_name": "AWS",
                        "name": "AWSManagedRulesCommonRuleSet",
                        "rule_action_overrides": [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}],
                    }
                },
                "visibility_config": _seen("common"),
            },
            {
                "name": "clients",
                "priority": 20,
                "action": {"block": {"custom_response": {"response_code": 429}}},
                "statement": {
                    "rate_based_statement": {
                        "limit": limit,
                        "evaluation_window_sec": 300,
                        "aggregate_key_type": "FORWARDED_IP",
                        "forwarded_ip_config": {"header_name": "CF-Connecting-IP", "fallback_behavior": "MATCH"},
                    }
                },
                "visibility_config": _seen("clients"),
            },
            {
                "name": "addresses",
                "priority": 30,
                "action": {"block": {}},
                "statement": {
                    "rate_based_statement": {
                        "limit": limit,
                        "evaluation_window_sec": 300,
                        "aggregate_key_type": "IP",
                        "scope_down_statement": {"not_statement": {"statement": sized}},
                    }
                },
                "visibility_config": _seen("addresses"),
            },
        ],
        visibility_config=_seen("acl"),
        opts=opts,
    )
    aws.wafv2.WebAclAssociation("before", resource_arn=balancer.arn, web_acl_arn=acl.arn, opts=opts)
    log = aws.cloudwatch.LogGroup("log", name="aws-waf-logs-trial", opts=opts)
    statement = {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "logs:*"}
    aws.cloudwatch.LogResourcePolicy(
        "deliveries", policy_name="trial", policy_document=json.dumps({"Statement": [statement]}), opts=opts
    )
    aws.wafv2.WebAclLoggingConfiguration(
        "logging",
        resource_arn=acl.arn,
        log_destination_configs=[log.arn],
        redacted_fields=[{"single_header": {"name": "cookie"}}, {"uri_path": {}}],
        opts=opts,
    )


def backups(opts: pulumi.ResourceOptions, *, active: bool = True) -> None:
    """A locked vault and a plan, whose rules change in place with who is active."""
    key = aws.kms.Key("key", deletion_window_in_days=7, opts=opts)
    vault = aws.backup.Vault("vault", name="trial", kms_key_arn=key.arn, force_destroy=True, opts=opts)
    aws.backup.VaultLockConfiguration(
        "lock", backup_vault_name=vault.name, min_retention_days=35, max_retention_days=365, opts=opts
    )
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteRecoveryPoint"], "Resource": "*"}
    aws.backup.VaultPolicy("policy", backup_vault_name=vault.name, policy=json.dumps({"Statement": [deny]}), opts=opts)
    role = aws.iam.Role(
        "role",
        assume_role_policy=trust("backup.amazonaws.com"),
        managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"],
        opts=opts,
    )
    peer = "arn:aws:backup:us-west-2:111122223333:backup-vault:trial"
    copies = [{"destination_vault_arn": peer, "lifecycle": {"delete_after": 35}}] if active else []
    plan = aws.backup.Plan(
        "plan",
        name="trial",
        rules=[
            {
                "rule_name": "daily",
                "target_vault_name": vault.name,
                "schedule": "cron(0 5 * * ? *)",
                "schedule_expression_timezone": "Etc/UTC",
                "start_window": 60,
                "completion_window": 360,
                "lifecycle": {"delete_after": 35},
                "recovery_point_tags": {"owner": "platform"},
                "copy_actions": copies,
            }
        ],
        opts=opts,
    )
    aws.backup.Selection(
        "selection",
        plan_id=plan.id,
        name="trial",
        iam_role_arn=role.arn,
        resources=["arn:aws:rds:us-east-1:111122223333:cluster:*"],
        conditions=[{"string_equals": [{"key": "aws:ResourceTag/project", "value": "trial"}]}],
        opts=opts,
    )
    tests = aws.backup.RestoreTestingPlan(
        "tests",
        name="trial",
        schedule_expression="cron(0 12 ? * SUN *)",
        recovery_point_selection={
            "algorithm": "LATEST_WITHIN_WINDOW",
            "include_vaults": [vault.arn],
            "recovery_point_types": ["SNAPSHOT"],
        },
        opts=opts,
    )
    aws.backup.RestoreTestingSelection(
        "tested",
        name="aurora",
        restore_testing_plan_name=tests.name,
        protected_resource_type="Aurora",
        protected_resource_arns=["*"],
        iam_role_arn=role.arn,
        opts=opts,
    )


def account(opts: pulumi.ResourceOptions) -> None:
    """What an account has once, and the namespace that services find each other in."""
    aws.iam.AccountPasswordPolicy("passwords", minimum_password_length=14, require_symbols=True, opts=opts)
    aws.s3.AccountPublicAccessBlock("buckets", block_public_acls=True, block_public_policy=True, opts=opts)
    aws.ebs.EncryptionByDefault("volumes", opts=opts)
    aws.servicediscovery.HttpNamespace("namespace", name="trial", description="services", opts=opts)


def everything_that_guards() -> None:
    opts = at_east()
    firewall(opts)
    backups(opts)
    account(opts)
