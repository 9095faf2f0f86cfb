"""Who is told of what: alarms that notify somebody, and what of CloudTrail's events such alarms are about."""

import re
from typing import Any, NamedTuple

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, items
from policies.asking import ask
from policies.case import Case
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, none_of, not_false, present

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TRAIL = "aws:cloudtrail/trail:Trail"

_ACTS = all_of(not_false("actionsEnabled"), present("alarmActions"))


def notifies(case: Case) -> Verdict:
    """The alarm does something when it goes off, or a composite alarm that is made of it does."""
    own = ask(_ACTS, case)
    if own.outcome == "pass" or case.resource.kind == COMPOSITE:
        return own
    made_of_it, unclear = _made_of_it(case)
    for composite in made_of_it:
        verdict = ask(_ACTS, case.about(composite))
        if verdict.outcome == "pass":
            return PASS
        unclear = unclear or verdict.outcome == "unknown"
    if own.outcome == "unknown":
        return own
    if unclear:
        return unknown("whether a composite alarm that tells somebody is made of it is not known yet")
    return fail("alarmActions is not set, or switched off: nobody is told", own.path)


def _made_of_it(case: Case) -> tuple[list[Resource], bool]:
    """(composite alarms whose rule names it, whether others may)"""
    links = case.view.linked(case.resource, COMPOSITE, "alarmRule")
    found, unclear = {item.urn: item for item in links.found}, bool(links.unclear)
    name = case.at("name")
    text = name if isinstance(name, str) and name else None
    for item in case.view.of(COMPOSITE):
        rule = item.at("alarmRule")
        if item.urn in found or (text is None and name is not UNKNOWN):
            continue
        if rule is UNKNOWN or name is UNKNOWN:
            unclear = True
        elif _says(rf"\bALARM\(\s*[\"']?{re.escape(str(text))}[\"']?\s*\)", str(rule)):
            found[item.urn] = item
    return list(found.values()), unclear


class Notice(NamedTuple):
    """What of CloudTrail's events somebody is told about."""

    root: bool = False
    """What the root user does."""
    failed_logins: bool = False
    calls: frozenset[str] = frozenset()
    """Names of API calls, lower case."""


class Notices(NamedTuple):
    found: tuple[Notice, ...]
    unclear: bool
    """Whether there may be more, that are not known yet."""


def notices(case: Case) -> Notices:
    """By metric filters with alarms that notify, and by EventBridge rules with targets."""
    found, unclear = [], False
    for resource in case.view.of(FILTER, EVENT_RULE):
        about = case.about(resource)
        notice = _of_rule(resource) if resource.kind == EVENT_RULE else _of_filter(resource)
        told = ask(_has_target if resource.kind == EVENT_RULE else _has_alarm, about)
        if notice is None or told.outcome == "unknown":
            unclear = True
        elif told.outcome == "pass":
            found.append(notice)
    return Notices(tuple(found), unclear)


def _of_filter(resource: Resource) -> Notice | None:
    pattern = resource.at("pattern")
    if pattern is UNKNOWN:
        return None
    text = str(pattern or "")
    fails = r"\$\.errorMessage\s*=\s*\"?Failed authentication|\$\.responseElements\.ConsoleLogin\s*=\s*\"?Failure"
    return Notice(
        root=_says(r"\$\.userIdentity\.type\s*=\s*\"?Root\b", text),
        failed_logins=_says(r"\$\.eventName\s*=\s*\"?ConsoleLogin\b", text) and _says(fails, text),
        calls=frozenset(call.lower() for call in re.findall(r"\$\.eventName\s*=\s*\"?([A-Za-z]+)", text)),
    )


def _says(expression: str, text: str) -> bool:
    return re.search(expression, text, re.IGNORECASE) is not None


def _of_rule(resource: Resource) -> Notice | None:
    if resource.at("eventPattern") is UNKNOWN:
        return None
    detail = "eventPattern.detail"
    names = _texts(resource.at(f"{detail}.eventName[*]"))
    return Notice(
        root="root" in _texts(resource.at(f"{detail}.userIdentity.type[*]")),
        failed_logins="consolelogin" in names
        and "failure" in _texts(resource.at(f"{detail}.responseElements.ConsoleLogin[*]")),
        calls=names,
    )


def _texts(value: Any) -> frozenset[str]:
    """Of a pattern: what it names, not what it says by `prefix` or `anything-but`."""
    return frozenset(item.lower() for item in items(value) if isinstance(item, str))


def _has_target(case: Case) -> Verdict:
    on = ask(none_of("state", "DISABLED"), case)
    if on.outcome != "pass":
        return on
    links = case.view.linked(case.resource, EVENT_TARGET, "rule")
    if links.found:
        return PASS
    return unknown("whether it has a target is not known yet") if links.unclear else fail("it has no target")


def _has_alarm(case: Case) -> Verdict:
    if not _of_the_trail(case):
        return fail("its log group is not the trail's")
    name, space = (case.at(f"metricTransformation.{part}") for part in ("name", "namespace"))
    if name is UNKNOWN or space is UNKNOWN:
        raise UnknownMet("metricTransformation")
    wrong = fail("no alarm is about its metric")
    for alarm in case.view.of(METRIC_ALARM):
        if name is not None and (name, space) in _metrics(alarm):
            verdict = ask(notifies, case.about(alarm))
            if verdict.outcome != "fail":
                return verdict
            wrong = verdict
    return wrong


def _metrics(alarm: Resource) -> list[tuple[Any, Any]]:
    inner = "metricQueries[*].metric"
    names, spaces = items(alarm.at(f"{inner}.metricName")), items(alarm.at(f"{inner}.namespace"))
    return [(alarm.at("metricName"), alarm.at("namespace")), *zip(names, spaces, strict=False)]


def _of_the_trail(case: Case) -> bool:
    """Whether the trail writes to the filter's log group; where the group is another stack's it is taken to be."""
    targets = case.view.targets(case.resource, "logGroupName", LOG_GROUP)
    groups, trails = targets.found, case.view.of(TRAIL)
    if not groups and targets.unclear:
        raise UnknownMet("logGroupName")
    if not groups or not trails:
        return True
    links = [case.view.linked(group, TRAIL, "cloudWatchLogsGroupArn") for group in groups]
    if not any(each.found for each in links) and any(each.unclear for each in links):
        raise UnknownMet("cloudWatchLogsGroupArn")
    return any(each.found for each in links)
