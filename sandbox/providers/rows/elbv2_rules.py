"""Listeners and their rules."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.values import Properties

ACTION: Mapping[str, str] = {
    "fixedResponse": "FixedResponseConfig",
    "redirect": "RedirectConfig",
    "forward": "ForwardConfig",
    "authenticateCognito": "AuthenticateCognitoConfig",
    "authenticateOidc": "AuthenticateOidcConfig",
    "arn": "TargetGroupArn",
    "stickiness": "TargetGroupStickinessConfig",
    "duration": "DurationSeconds",
}
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpHeader": ("http-header", "HttpHeaderConfig"),
    "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
    "pathPattern": ("path-pattern", "PathPatternConfig"),
    "sourceIp": ("source-ip", "SourceIpConfig"),
}


def _conditions(conditions: list[Properties]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for condition in conditions:
        for name, (field, config) in CONDITIONS.items():
            value = condition.get(name)
            if not value:
                continue
            settings: dict[str, Any] = {"Values": value.get("values") or []}
            if name == "httpHeader":
                settings["HttpHeaderName"] = value["httpHeaderName"]
            made.append({"Field": field, config: settings})
        if condition.get("queryStrings"):
            pairs = [
                {"Value": item["value"], **({"Key": item["key"]} if item.get("key") else {})}
                for item in condition["queryStrings"]
            ]
            made.append({"Field": "query-string", "QueryStringConfig": {"Values": pairs}})
    return made


def _from_conditions(found: list[dict[str, Any]]) -> list[Properties]:
    made: list[Properties] = []
    for condition in found:
        for name, (field, config) in CONDITIONS.items():
            if condition.get("Field") != field:
                continue
            settings = condition.get(config) or {"Values": condition.get("Values", [])}
            value: Properties = {"values": settings.get("Values", [])}
            if name == "httpHeader":
                value["httpHeaderName"] = settings["HttpHeaderName"]
            made.append({name: value})
        if condition.get("Field") == "query-string":
            pairs = condition["QueryStringConfig"]["Values"]
            made.append({"queryStrings": [{key.lower(): text for key, text in pair.items()} for pair in pairs]})
    return made


def _actions(actions: list[Properties]) -> list[dict[str, Any]]:
    """Actions are tried in the order of the list; a target group given twice is given once."""
    made = []
    for position, action in enumerate(actions, start=1):
        entry: dict[str, Any] = {"Type": action["type"], "Order": int(action.get("order") or position)}
        if action.get("targetGroupArn"):
            entry["TargetGroupArn"] = action["targetGroupArn"]
        if action.get("fixedResponse"):
            fixed = action["fixedResponse"]
            entry["FixedResponseConfig"] = {
                "ContentType": fixed["contentType"],
                "StatusCode": str(fixed.get("statusCode", "200")),
                **({"MessageBody": fixed["messageBody"]} if fixed.get("messageBody") else {}),
            }
        if action.get("redirect"):
            entry["RedirectConfig"] = {
                name[0].upper() + name[1:]: str(value) for name, value in action["redirect"].items()
            }
        if action.get("forward"):
            entry["ForwardConfig"] = _forward(action["forward"])
        made.append(entry)
    return made


def _forward(forward: Properties) -> dict[str, Any]:
    groups = [
        {"TargetGroupArn": group["arn"], "Weight": int(group.get("weight", 1))} for group in forward["targetGroups"]
    ]
    made: dict[str, Any] = {"TargetGroups": groups}
    sticky = forward.get("stickiness")
    if sticky:
        made["TargetGroupStickinessConfig"] = {
            "Enabled": bool(sticky.get("enabled", False)),
            "DurationSeconds": int(sticky["duration"]),
        }
    return made


def _certificates(arn: str) -> list[dict[str, str]]:
    return [{"CertificateArn": arn}]


def _default_certificate(found: list[dict[str, Any]]) -> str | None:
    return next((item["CertificateArn"] for item in found if item.get("CertificateArn")), None)


def _next_priority(at: At) -> int:
    """A rule without a priority goes behind the others, as the real provider puts it."""
    rules = at.call("describe_rules", ListenerArn=at.inputs["listenerArn"])["Rules"]
    taken = [int(rule["Priority"]) for rule in rules if rule["Priority"] != "default"]
    return max(taken, default=0) + 1


def _make_rule(at: At) -> str:
    answer = at.call(
        "create_rule",
        ListenerArn=at.inputs["listenerArn"],
        Priority=int(at.inputs.get("priority") or _next_priority(at)),
        Conditions=_conditions(at.inputs["conditions"]),
        Actions=_actions(at.inputs["actions"]),
    )
    return str(answer["Rules"][0]["RuleArn"])


def _prioritise(at: At) -> None:
    at.call("set_rule_priorities", RulePriorities=[{"RuleArn": at.id, "Priority": int(at.inputs["priority"])}])


def _listener_of(subject: Subject, _found: dict[str, Any]) -> str:
    """A rule's ARN holds its listener's."""
    return subject.id.rsplit("/", 1)[0].replace(":listener-rule/", ":listener/")


ROWS = (
    Row(
        type="aws:lb/listener:Listener",
        service="elbv2",
        verb_noun="ELBv2 Listener",
        create=Call("create_listener", sends=None),
        id="Listeners[0].ListenerArn",
        fields={
            "certificateArn": Field("Certificates", encode=_certificates, decode=_default_certificate),
            "defaultActions": Field(encode=_actions, nested=ACTION),
            "alpnPolicy": Field(encode=lambda policy: [policy], decode=lambda found: found[0] if found else None),
        },
        read=Call("describe_listeners", lambda s: {"ListenerArns": [s.id]}, answer="Listeners[0]"),
        gone=("ListenerNotFound", "ListenerNotFoundException", "LoadBalancerNotFound"),
        delete=Call("delete_listener", lambda s: {"ListenerArn": s.id}),
        changes=(
            Change(
                (
                    "alpnPolicy",
                    "certificateArn",
                    "defaultActions",
                    "mutualAuthentication",
                    "port",
                    "protocol",
                    "sslPolicy",
                ),
                "aws api: ModifyListener",
                Call("modify_listener", lambda s: {"ListenerArn": s.id}),
            ),
        ),
        tags="elbv2",
        ordered=("defaultActions",),
        fixed=("port",),
        computed=("protocol", "sslPolicy", "mutualAuthentication", "tcpIdleTimeoutSeconds"),
        outputs={"arn": "ListenerArn"},
        extended="the edge answers only through it (`sandbox/edge`)",
    ),
    Row(
        type="aws:lb/listenerRule:ListenerRule",
        service="elbv2",
        verb_noun="ELBv2 Listener Rule",
        create=_make_rule,
        read=Call("describe_rules", lambda s: {"RuleArns": [s.id]}, answer="Rules[0]"),
        gone=("RuleNotFound", "RuleNotFoundException", "ListenerNotFound"),
        delete=Call("delete_rule", lambda s: {"RuleArn": s.id}),
        fields={
            "actions": Field(encode=_actions, nested=ACTION),
            "conditions": Field(encode=_conditions, decode=_from_conditions),
        },
        changes=(
            Change(
                ("actions", "conditions"),
                "aws api: ModifyRule",
                Call("modify_rule", lambda s: {"RuleArn": s.id}),
            ),
            Change(("priority",), "aws api: SetRulePriorities", _prioritise),
        ),
        tags="elbv2",
        ordered=("actions",),
        fixed=("priority",),
        computed=("priority",),
        outputs={"arn": "RuleArn", "listenerArn": _listener_of, "priority": lambda _s, f: int(f["Priority"])},
        extended="the edge routes by its path patterns (`sandbox/edge`)",
    ),
)
