"""A site's web application firewall: AWS's managed rules, a limit for each client, and a log without identifiers."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, policy

CLIENT = "CF-Connecting-IP"
"""The header in which Cloudflare names the client; the connection itself is always Cloudflare's."""
PRIORITIES = {
    "CommonRuleSet": 10,
    "KnownBadInputsRuleSet": 20,
    "SQLiRuleSet": 30,
    "AmazonIpReputationList": 40,
    "AnonymousIpList": 50,
}
"""AWS's managed groups, without `AWSManagedRules` before the name, in the order in which they are asked."""
ADDRESS_LISTS = frozenset({"AmazonIpReputationList", "AnonymousIpList"})
WINDOW_SECONDS = 300
REDACTED: list[dict[str, Any]] = [
    {"single_header": {"name": "authorization"}},
    {"single_header": {"name": "cookie"}},
    # Both can name a patient: `/fhir/Patient/<id>`, `?name=…`.
    {"uri_path": {}},
    {"query_string": {}},
]


class FirewallArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    account_id: pulumi.Input[str]
    """Only its log deliveries may write to the log."""
    balancer_arn: pulumi.Input[str]
    """The load balancer that it stands before."""
    requests: pulumi.Input[int]
    """Requests of one client in five minutes; above it the client is blocked."""
    counted: Sequence[str]
    """Plain, since it shapes the rules: `<group>/<rule>` of managed rules that only count."""
    count_address_lists: bool
    """Plain, since it shapes the rules: the groups that judge addresses count instead of block."""
    log_group: pulumi.Input[str]
    """Name of the log group; AWS wants it to begin with `aws-waf-logs-`."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the log."""
    log_days: pulumi.Input[int]
    """How long the log keeps its events."""
    tags: TagsInput
    """On every child that takes tags."""


class Firewall(Component):
    """A regional web ACL on one load balancer."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            region=args["region"],
            scope="REGIONAL",
            description="Managed rules, and a limit for each client",
            default_action={"allow": {}},
            rules=[
                *(self._group(group, priority) for group, priority in PRIORITIES.items()),
                self._limit("client-rate", 60, self._of_clients()),
                self._limit("address-rate", 70, self._of_addresses()),
            ],
            visibility_config=_seen(name),
            tags=args["tags"],
            opts=self.child(),
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-balancer",
            region=args["region"],
            resource_arn=args["balancer_arn"],
            web_acl_arn=acl.arn,
            opts=self.child(),
        )
        self._log(acl)
        self.arn = acl.arn
        self.register_outputs({"arn": acl.arn})

    def _group(self, group: str, priority: int) -> dict[str, Any]:
        counted = [rule.split("/", 1)[1] for rule in self._args["counted"] if rule.split("/", 1)[0] == group]
        counts = group in ADDRESS_LISTS and self._args["count_address_lists"]
        return {
            "name": group,
            "priority": priority,
            "override_action": {"count": {}} if counts else {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": f"AWSManagedRules{group}",
                    "rule_action_overrides": [{"name": rule, "action_to_use": {"count": {}}} for rule in counted],
                }
            },
            "visibility_config": _seen(group),
        }

    def _limit(self, name: str, priority: int, statement: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": name,
            "priority": priority,
            "action": {"block": {"custom_response": {"response_code": 429}}},
            "statement": {
                "rate_based_statement": {
                    "limit": self._args["requests"],
                    "evaluation_window_sec": WINDOW_SECONDS,
                    **statement,
                }
            },
            "visibility_config": _seen(name),
        }

    @staticmethod
    def _of_clients() -> dict[str, Any]:
        # An address that cannot be read counts as one client; without the header the rule is not asked at all.
        return {
            "aggregate_key_type": "FORWARDED_IP",
            "forwarded_ip_config": {"header_name": CLIENT, "fallback_behavior": "MATCH"},
        }

    @staticmethod
    def _of_addresses() -> dict[str, Any]:
        """For what carries no client's address: the edge's own health checks, and whoever leaves the header out."""
        has_client = {
            "size_constraint_statement": {
                "field_to_match": {"single_header": {"name": CLIENT.lower()}},
                "comparison_operator": "GE",
                "size": 1,
                "text_transformations": [{"priority": 0, "type": "NONE"}],
            }
        }
        return {"aggregate_key_type": "IP", "scope_down_statement": {"not_statement": {"statement": has_client}}}

    def _log(self, acl: aws.wafv2.WebAcl) -> None:
        args = self._args
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-log",
            region=args["region"],
            name=args["log_group"],
            retention_in_days=args["log_days"],
            kms_key_id=args["log_key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        delivers = aws.cloudwatch.LogResourcePolicy(
            f"{self._name}-deliveries",
            region=args["region"],
            policy_name=args["log_group"],
            policy_document=policy(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": pulumi.Output.format("{0}:*", group.arn),
                    "Condition": {"StringEquals": {"aws:SourceAccount": args["account_id"]}},
                }
            ),
            opts=self.child(),
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{self._name}-logging",
            region=args["region"],
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=REDACTED,
            opts=self.child(depends_on=[delivers]),
        )


def _seen(name: str) -> dict[str, Any]:
    # A sampled request shows its path and query string to whoever opens the console.
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": False}
