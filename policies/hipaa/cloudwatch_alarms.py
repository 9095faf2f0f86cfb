"""CloudWatch alarms: that somebody is told, and of what. The last three are asked where the account's are declared."""

from policies.alarming import (
    COMPOSITE,
    EVENT_RULE,
    EVENT_TARGET,
    FILTER,
    LOG_GROUP,
    METRIC_ALARM,
    TRAIL,
    notices,
    notifies,
)
from policies.case import Case
from policies.examples import Example, Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown

TOPIC = "aws:sns/topic:Topic"
_TOPIC = Given(TOPIC, "on-call")

ALARM_ACTION = Rule(
    id="cw-alarm-action",
    pack="hipaa",
    severity="low",
    types=(METRIC_ALARM, COMPOSITE),
    unknown_blocks=False,  # a composite alarm's rule with an output in it is one unknown text before the first apply
    what="An alarm tells somebody, by itself or through a composite alarm.",
    why="What goes off and reaches nobody is found out by patients.",
    fix=Fix(
        "Set alarm_actions, and leave actions_enabled on.",
        python="alarm_actions=[topic.arn]",
        yaml="alarmActions: ['${topic.arn}']",
    ),
    check=notifies,
    passing=(
        example(_TOPIC, Given(METRIC_ALARM, "errors", {"alarmActions": [ref("on-call", "arn")]})),
        {"alarmActions": ["arn:aws:sns:us-east-1:111122223333:on-call"], "actionsEnabled": True},
        example(
            Given(METRIC_ALARM, "long", {"name": "long"}),
            Given(METRIC_ALARM, "short"),
            Given(
                COMPOSITE,
                "both",
                {
                    "alarmRule": joined('ALARM("long") AND ALARM("', ref("short"), '")'),
                    "alarmActions": ["arn:aws:sns:us-east-1:111122223333:on-call"],
                },
            ),
        ),
    ),
    failing=(
        {},
        {"alarmActions": []},
        {"alarmActions": ["arn:aws:sns:us-east-1:111122223333:on-call"], "actionsEnabled": False},
        {"okActions": ["arn:aws:sns:us-east-1:111122223333:on-call"]},
        Given(COMPOSITE, "both", {"alarmRule": 'ALARM("long")'}),
        example(
            Given(METRIC_ALARM, "long", {"name": "long"}),
            Given(COMPOSITE, "both", {"alarmRule": 'ALARM("longer")', "alarmActions": ["arn:of:a:topic"]}),
        ),
        example(
            Given(METRIC_ALARM, "long", {"name": "long"}), Given(COMPOSITE, "both", {"alarmRule": 'ALARM("long")'})
        ),
    ),
)


_NOBODY = "nobody is told of {}: no metric filter of the trail with an alarm, and no EventBridge rule, is about it"


def _of_root(case: Case) -> Verdict:
    known = notices(case)
    if any(notice.root for notice in known.found):
        return PASS
    return _lacking("what the root user does", known.unclear)


def _of_failed_logins(case: Case) -> Verdict:
    known = notices(case)
    if any(notice.failed_logins for notice in known.found):
        return PASS
    return _lacking("log-ins that fail", known.unclear)


def _of_networks(case: Case) -> Verdict:
    known = notices(case)
    seen = frozenset().union(*(notice.calls for notice in known.found))
    missing = [call for call in case.value("calls") if call.lower() not in seen]
    return _lacking(", ".join(missing), known.unclear) if missing else PASS


def _lacking(what: str, unclear: bool) -> Verdict:
    return unknown(f"whether somebody is told of {what} is not known yet") if unclear else fail(_NOBODY.format(what))


_ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
_LOGINS = '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
_GROUP = Given(LOG_GROUP, "trail-logs")
_TRAIL = Given(TRAIL, "trail", {"cloudWatchLogsGroupArn": joined(ref("trail-logs", "arn"), ":*")})


def _filter(pattern: str, group: str = "trail-logs") -> Given:
    metric = {"name": "seen", "namespace": "Account", "value": "1"}
    return Given(FILTER, "filter", {"pattern": pattern, "logGroupName": ref(group), "metricTransformation": metric})


def _alarm(**rest: object) -> Given:
    settings = {"metricName": "seen", "namespace": "Account", "alarmActions": [ref("on-call", "arn")], **rest}
    return Given(METRIC_ALARM, "alarm", settings)


def _alarmed(pattern: str) -> Example:
    return example(_TOPIC, _GROUP, _TRAIL, _filter(pattern), _alarm())


def _event(detail: object, **rest: object) -> Given:
    return Given(EVENT_RULE, "events", {"eventPattern": {"detail": detail}, **rest})


_TARGET = Given(EVENT_TARGET, "to-topic", {"rule": ref("events", "name"), "arn": "arn:of:a:topic"})
_ROOT_EVENT = {"userIdentity": {"type": ["Root"]}}
_FIX_YAML = (
    "type: aws:cloudwatch:LogMetricFilter\nproperties:\n  logGroupName: ${{trail.name}}\n  pattern: '{}'\n"
    "  metricTransformation: {{name: seen, namespace: Account, value: '1'}}"
)
_FIX_PYTHON = (
    "aws.cloudwatch.LogMetricFilter(\"seen\", log_group_name=group.name, pattern='{}', "
    'metric_transformation={{"name": "seen", "namespace": "Account", "value": "1"}})'
)

ROOT_USAGE = Rule(
    id="cw-metric-root-usage",
    pack="hipaa",
    severity="medium",
    scope="account",
    once=True,
    types=(FILTER,),
    what="Somebody is told when the root user does something.",
    why="Root may do everything and needs to do next to nothing: its use is a mistake or a break-in.",
    fix=Fix(
        "Add a metric filter on the trail's log group, or an EventBridge rule, that matches the root user; and an "
        "alarm with actions.",
        python=_FIX_PYTHON.format(_ROOT),
        yaml=_FIX_YAML.format(_ROOT),
    ),
    check=_of_root,
    passing=(
        _alarmed(_ROOT),
        _alarmed("{$.userIdentity.type=Root}"),
        example(_event(_ROOT_EVENT), _TARGET),
    ),
    failing=(
        example(),
        _alarmed('{ $.userIdentity.type != "Root" }'),
        _alarmed(_LOGINS),
        example(_GROUP, _TRAIL, _filter(_ROOT)),
        example(_TOPIC, _GROUP, _TRAIL, _filter(_ROOT), _alarm(metricName="other")),
        example(_TOPIC, _GROUP, _TRAIL, _filter(_ROOT), _alarm(alarmActions=[])),
        example(
            _TOPIC,
            _GROUP,
            _TRAIL,
            Given(LOG_GROUP, "web"),
            _filter(_ROOT, "web"),
            _alarm(),
            note="not the trail's logs",
        ),
        example(_event(_ROOT_EVENT)),
        example(_event(_ROOT_EVENT, state="DISABLED"), _TARGET),
        example(_event({"userIdentity": {"type": [{"anything-but": "Root"}]}}), _TARGET),
    ),
)

AUTH_FAILURES = Rule(
    id="cw-metric-auth-failures",
    pack="hipaa",
    severity="medium",
    scope="account",
    once=True,
    types=(FILTER,),
    what="Somebody is told when log-ins to the console fail.",
    why="Passwords are guessed one failure after the other; who sees that in time can stop it.",
    fix=Fix(
        "Add a metric filter on the trail's log group that matches ConsoleLogin with its error; and an alarm with "
        "actions.",
        python=_FIX_PYTHON.format(_LOGINS),
        yaml=_FIX_YAML.format(_LOGINS),
    ),
    check=_of_failed_logins,
    passing=(
        _alarmed(_LOGINS),
        _alarmed('{ $.eventName = "ConsoleLogin" && $.responseElements.ConsoleLogin = "Failure" }'),
        example(_event({"eventName": ["ConsoleLogin"], "responseElements": {"ConsoleLogin": ["Failure"]}}), _TARGET),
    ),
    failing=(
        example(),
        _alarmed("{ $.eventName = ConsoleLogin }"),
        _alarmed(_ROOT),
        example(_GROUP, _TRAIL, _filter(_LOGINS)),
        example(_TOPIC, _GROUP, _TRAIL, _filter(_LOGINS), _alarm(actionsEnabled=False)),
        example(_event({"eventName": ["ConsoleLogin"]}), _TARGET),
    ),
)

_CALLS = (
    *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
    *("ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
    *("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway"),
    *("DeleteInternetGateway", "DetachInternetGateway"),
    *("CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable"),
    *("DeleteRoute", "DisassociateRouteTable"),
    *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection"),
    *("DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"),
)


def _names(*calls: str) -> str:
    return "{ " + " || ".join(f"($.eventName = {call})" for call in calls) + " }"


NETWORK_CHANGES = Rule(
    id="cw-metric-network-changes",
    pack="hipaa",
    severity="low",
    scope="account",
    once=True,
    types=(FILTER,),
    what="Somebody is told when network ACLs, gateways, routes or networks are changed.",
    why="A new gateway or route is how data leaves a network in which everything else is right.",
    fix=Fix(
        "Add metric filters on the trail's log group, or an EventBridge rule, that name these calls; and alarms with "
        "actions.",
        python=_FIX_PYTHON.format("{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) }"),
        yaml=_FIX_YAML.format("{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) }"),
    ),
    parameters=(Parameter("calls", list(_CALLS), "API calls of which somebody has to be told.", "array"),),
    check=_of_networks,
    passing=(
        _alarmed(_names(*_CALLS)),
        example(_event({"eventName": list(_CALLS)}), _TARGET),
        example(
            _TOPIC,
            _GROUP,
            _TRAIL,
            _filter(_names(*_CALLS[:13])),
            _alarm(),
            _event({"eventName": list(_CALLS[13:])}),
            _TARGET,
            note="half by a filter, half by a rule",
        ),
        example(_event({"eventName": ["CreateVpc"]}), _TARGET, parameters={"calls": ["createvpc"]}),
    ),
    failing=(
        example(),
        _alarmed(_names(*_CALLS[1:])),
        example(_GROUP, _TRAIL, _filter(_names(*_CALLS))),
        example(_event({"eventName": list(_CALLS[:-1])}), _TARGET),
        _alarmed(_names(*_CALLS).replace(" = ", " != ")),
    ),
)
