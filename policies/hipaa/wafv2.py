"""WAF: web access control lists."""

from collections.abc import Mapping
from typing import Any

from model.values import UNKNOWN, UnknownMet, items, objects
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import all_of, any_of, linked_by, present, refers_to, some, true

ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
ACL_RULE = "aws:wafv2/webAclRule:WebAclRule"
GROUP_ASSOCIATION = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"

_ACL = Given(ACL, "front")
_LOGS = Given(
    LOGGING,
    "front-logs",
    {"resourceArn": ref("front", "arn"), "logDestinationConfigs": ["arn:aws:s3:::aws-waf-logs-records"]},
)

LOGGED = Rule(
    id="waf-logging",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(ACL,),
    what="A web ACL writes down which requests it blocked and let through.",
    why="An attack that was tried, and one that worked, can be told apart only afterwards, from the record.",
    fix=Fix(
        "Add a WebAclLoggingConfiguration for the web ACL.",
        python=(
            'aws.wafv2.WebAclLoggingConfiguration("front", resource_arn=firewall.arn, '
            "log_destination_configs=[group.arn])"
        ),
        yaml=(
            "type: aws:wafv2:WebAclLoggingConfiguration\n"
            "properties:\n"
            "  resourceArn: ${firewall.arn}\n"
            "  logDestinationConfigs: ['${group.arn}']"
        ),
    ),
    check=linked_by(
        LOGGING,
        "resourceArn",
        present("logDestinationConfigs"),
        lacks="no WebAclLoggingConfiguration is attached to it",
    ),
    passing=(example(_ACL, _LOGS),),
    failing=(
        example(_ACL),
        example(_ACL, Given(LOGGING, "empty", {"resourceArn": ref("front", "arn"), "logDestinationConfigs": []})),
        example(
            Given(ACL, "other"),
            Given(LOGGING, "logs", {"resourceArn": ref("other", "arn"), "logDestinationConfigs": ["arn:of:logs"]}),
            _ACL,
            note="another one is logged",
        ),
    ),
)


def _acts(case: Case) -> Verdict:
    """A rule that does more than to count."""
    for name in ("action", "overrideAction"):
        action = case.at(name)
        if action is UNKNOWN:
            raise UnknownMet(case.where(name))
        if isinstance(action, Mapping) and action.get("count") is not None:
            return fail("it only counts", case.where(name))
    return PASS


_METRICS = {"cloudwatchMetricsEnabled": True, "metricName": "front", "sampledRequestsEnabled": True}


def _rule(override: str) -> dict[str, object]:
    return {"name": "common", "priority": 1, "overrideAction": {override: {}}}


HAS_RULES = Rule(
    id="waf-has-rules",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(ACL,),
    what="A web ACL has a rule that does more than to count, and publishes its metrics.",
    why="An empty list in front of a service filters nothing and looks like protection; so does one that only counts.",
    fix=Fix(
        "Add a managed rule group, and set visibility_config.cloudwatch_metrics_enabled.",
        python=(
            'rules=[{"name": "common", "priority": 1, "override_action": {"none": {}}, "statement": '
            '{"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"}}, '
            '"visibility_config": {"cloudwatch_metrics_enabled": True, "metric_name": "common", '
            '"sampled_requests_enabled": True}}]'
        ),
        yaml=(
            "rules:\n"
            "  - name: common\n"
            "    priority: 1\n"
            "    overrideAction: {none: {}}\n"
            "    statement: {managedRuleGroupStatement: {vendorName: AWS, name: AWSManagedRulesCommonRuleSet}}\n"
            "    visibilityConfig: {cloudwatchMetricsEnabled: true, metricName: common, sampledRequestsEnabled: true}"
        ),
    ),
    check=all_of(
        any_of(
            some("rules", _acts, "none of its rules does more than to count"),
            present("ruleJson"),
            linked_by(ACL_RULE, "webAclArn", _acts, lacks="no WebAclRule is attached to it"),
            linked_by(GROUP_ASSOCIATION, "webAclArn", lacks="no WebAclRuleGroupAssociation either"),
        ),
        true("visibilityConfig.cloudwatchMetricsEnabled"),
    ),
    passing=(
        {"rules": [_rule("none")], "visibilityConfig": _METRICS},
        {"rules": [_rule("count"), _rule("none")], "visibilityConfig": _METRICS},
        {"rules": [{"name": "rate", "action": {"block": {}}}], "visibilityConfig": _METRICS},
        {"ruleJson": '[{"Name": "common"}]', "visibilityConfig": _METRICS},
        example(
            Given(ACL, "front", {"visibilityConfig": _METRICS}),
            Given(GROUP_ASSOCIATION, "common", {"webAclArn": ref("front", "arn"), "ruleName": "common"}),
        ),
    ),
    failing=(
        {"visibilityConfig": _METRICS},
        {"rules": [], "visibilityConfig": _METRICS},
        {"rules": None, "visibilityConfig": _METRICS},
        {"rules": [_rule("count")], "visibilityConfig": _METRICS},
        {"rules": [{"name": "rate", "action": {"count": {}}}], "visibilityConfig": _METRICS},
        {"rules": [_rule("none")], "visibilityConfig": {**_METRICS, "cloudwatchMetricsEnabled": False}},
        {"rules": [_rule("none")]},
        example(
            Given(ACL, "front", {"visibilityConfig": _METRICS}),
            Given(ACL_RULE, "rate", {"webAclArn": ref("front", "arn"), "action": {"count": {}}}),
        ),
    ),
)


def _redacted(case: Case) -> Verdict:
    """By the logging configuration itself."""
    fields = objects(case.at("redactedFields[*]"))
    headers = [item.get("singleHeader") for item in fields]
    names = {_text(header.get("name")) for header in headers if isinstance(header, Mapping)}
    return _lacking(case, names, any(item.get("queryString") is not None for item in fields), "redactedFields")


def _protected(case: Case) -> Verdict:
    """By the web ACL, which then shows them nowhere."""
    fields = [item.get("field") for item in objects(case.at("dataProtectionConfig.dataProtections[*]"))]
    known = [item for item in fields if isinstance(item, Mapping)]
    names = {
        _text(key)
        for item in known
        if _text(item.get("fieldType")) == "single_header"
        for key in items(item.get("fieldKeys"))
    }
    whole = any(_text(item.get("fieldType")) == "query_string" for item in known)
    return _lacking(case, names, whole, "dataProtectionConfig")


def _lacking(case: Case, names: set[str], query: bool, path: str) -> Verdict:
    missing = [f"the header {name}" for name in case.value("headers") if str(name).lower() not in names]
    missing += [] if query else ["the query string"]
    return fail(f"{path} does not cover {' and '.join(missing)}", path) if missing else PASS


def _text(value: Any) -> str:
    if value is UNKNOWN:
        raise UnknownMet
    return str(value).strip().lower()


_HEADER: dict[str, object] = {"singleHeader": {"name": "authorization"}}
_PROTECTIONS = [
    {"action": "HASH", "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization"]}},
    {"action": "SUBSTITUTION", "field": {"fieldType": "QUERY_STRING"}},
]

REDACTED = Rule(
    id="waf-redact-phi",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(LOGGING,),
    what="The record of requests leaves out the authorization header and the query string.",
    why="Tokens stand in the one and identifiers in the other, and logs are read by more people than records are.",
    fix=Fix(
        "Name them in redacted_fields.",
        python='redacted_fields=[{"single_header": {"name": "authorization"}}, {"query_string": {}}]',
        yaml="redactedFields:\n  - singleHeader: {name: authorization}\n  - queryString: {}",
    ),
    parameters=(
        Parameter("headers", ["authorization"], "Headers that have to be left out; cookie is another.", "array"),
    ),
    check=any_of(_redacted, refers_to("resourceArn", ACL, _protected)),
    passing=(
        {"redactedFields": [_HEADER, {"queryString": {}}]},
        {"redactedFields": [{"singleHeader": {"name": "Authorization"}}, {"uriPath": {}}, {"queryString": {}}]},
        example(
            Given(ACL, "front", {"dataProtectionConfig": {"dataProtections": _PROTECTIONS}}),
            Given(LOGGING, "front-logs", {"resourceArn": ref("front", "arn")}),
        ),
    ),
    failing=(
        {},
        {"redactedFields": []},
        {"redactedFields": [_HEADER]},
        {"redactedFields": [{"queryString": {}}]},
        {"redactedFields": [{"singleHeader": {"name": "cookie"}}, {"queryString": {}}]},
        {"redactedFields": [_HEADER, {"queryString": None}]},
        example(
            Given(ACL, "front", {"dataProtectionConfig": {"dataProtections": _PROTECTIONS[1:]}}),
            Given(LOGGING, "front-logs", {"resourceArn": ref("front", "arn")}),
        ),
        example(
            Given(LOGGING, "logs", {"redactedFields": [_HEADER, {"queryString": {}}]}),
            parameters={"headers": ["authorization", "cookie"]},
        ),
    ),
)
