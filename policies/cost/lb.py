"""Load balancers: those that balance nothing, and traffic between zones."""

from policies.asking import ask
from policies.balancers import BALANCER, LISTENER, LISTENER_RULE, TARGET_GROUP, forwards
from policies.case import Case
from policies.examples import Example, Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, one_of, present, some, true

_FORWARDS = any_of(present("targetGroupArn"), some("forward.targetGroups", present("arn"), "it names no target group"))
_DEFAULT = some("defaultActions", _FORWARDS, "it forwards nothing")
_OF_RULE = some("actions", _FORWARDS, "it forwards nothing")


def _used(case: Case) -> Verdict:
    """A listener of it, or a rule of one, forwards to a target group, of this stack or of another."""
    listeners = case.view.linked(case.resource, LISTENER, "loadBalancerArn")
    unclear = bool(listeners.unclear)
    for listener in listeners.found:
        if forwards(case, listener).found:
            return PASS
        rules = case.view.linked(listener, LISTENER_RULE, "listenerArn")
        unclear = unclear or bool(rules.unclear)
        verdicts = [_DEFAULT(case.about(listener)), *(_OF_RULE(case.about(rule)) for rule in rules.found)]
        if any(verdict.outcome == "pass" for verdict in verdicts):
            return PASS
        unclear = unclear or any(verdict.outcome == "unknown" for verdict in verdicts)
    if unclear:
        return unknown("what it forwards to is not known yet")
    return fail("no listener of it forwards to a target group" if listeners.found else "it has no listener")


_BALANCER = Given(BALANCER, "front")
_GROUP = Given(TARGET_GROUP, "web")


def _listener(**action: object) -> Given:
    return Given(LISTENER, "https", {"loadBalancerArn": ref("front", "arn"), "defaultActions": [action]})


_REFUSES = _listener(type="fixed-response")
_TO_WEB = Given(
    LISTENER_RULE,
    "web-rule",
    {
        "listenerArn": ref("https", "arn"),
        "actions": [{"type": "forward", "forward": {"targetGroups": [{"arn": ref("web", "arn")}]}}],
    },
)
_ELSEWHERE = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1"

UNUSED = Rule(
    id="cost-lb-unused",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(BALANCER,),
    what="Every load balancer has a listener that forwards to a target group.",
    why="A load balancer is paid for by the hour, and by the address in every zone, whether or not anything is behind "
    "it.",
    fix=Fix(
        "Add a listener that forwards to a target group, or delete the load balancer.",
        python=(
            'aws.lb.Listener("https", load_balancer_arn=balancer.arn, port=443, protocol="HTTPS", '
            'default_actions=[{"type": "forward", "target_group_arn": group.arn}])'
        ),
        yaml=(
            "type: aws:lb:Listener\n"
            "properties:\n"
            "  loadBalancerArn: ${balancer.arn}\n"
            "  port: 443\n"
            "  protocol: HTTPS\n"
            "  defaultActions: [{type: forward, targetGroupArn: '${group.arn}'}]"
        ),
    ),
    check=_used,
    passing=(
        example(_BALANCER, _GROUP, _listener(type="forward", targetGroupArn=ref("web", "arn"))),
        example(_BALANCER, _GROUP, _REFUSES, _TO_WEB),
        example(_BALANCER, _listener(type="forward", targetGroupArn=_ELSEWHERE), note="another stack's"),
    ),
    failing=(
        example(_BALANCER),
        example(_BALANCER, _GROUP, note="a target group that nothing leads to"),
        example(_BALANCER, _GROUP, _REFUSES),
        example(_BALANCER, _listener(type="redirect", redirect={"statusCode": "HTTP_301"})),
        example(_BALANCER, _listener(type="forward", targetGroupArn=None)),
        example(
            Given(BALANCER, "other"),
            _GROUP,
            Given(
                LISTENER,
                "other-https",
                {
                    "loadBalancerArn": ref("other", "arn"),
                    "defaultActions": [{"type": "forward", "targetGroupArn": ref("web", "arn")}],
                },
            ),
            _BALANCER,
            note="another one's",
        ),
    ),
)

_INTERNAL = all_of(one_of("loadBalancerType", "network"), true("internal"))
_DECIDED = present("loadBalancingCrossZoneEnabled")
_DECIDED_BY_BALANCER = present("enableCrossZoneLoadBalancing")


def _decided(case: Case) -> Verdict:
    """Asked of a group that an internal network load balancer of the stack forwards to."""
    found: list[Verdict] = []
    for listener in case.view.of(LISTENER):
        groups, balancers = forwards(case, listener), case.view.targets(listener, "loadBalancerArn", BALANCER)
        sure, maybe = (any(item.urn == case.resource.urn for item in side) for side in (groups.found, groups.unclear))
        for balancer in (*balancers.found, *balancers.unclear) if sure or maybe else ():
            behind = ask(_INTERNAL, case.about(balancer)).outcome
            if behind in ("fail", "not_applicable"):
                continue
            verdict = ask(any_of(lambda _: ask(_DECIDED, case), _DECIDED_BY_BALANCER), case.about(balancer))
            certain = sure and behind == "pass" and balancer in balancers.found
            if verdict.outcome == "pass" or certain:
                found.append(verdict)
            else:
                found.append(unknown("whether an internal network load balancer forwards to it is not known yet"))
    for outcome in ("fail", "unknown", "pass"):
        for verdict in found:
            if verdict.outcome == outcome:
                return verdict
    return NOT_APPLICABLE


def _internal(of: dict[str, object], group: dict[str, object]) -> Example:
    props = {"loadBalancerType": "network", "internal": True, **of}
    listener = {
        "loadBalancerArn": ref("inner", "arn"),
        "defaultActions": [{"type": "forward", "targetGroupArn": ref("nlp", "arn")}],
    }
    return example(Given(BALANCER, "inner", props), Given(TARGET_GROUP, "nlp", group), Given(LISTENER, "tcp", listener))


CROSS_ZONE = Rule(
    id="cost-cross-az",
    pack="cost",
    severity="low",
    level="recommended",
    types=(TARGET_GROUP,),
    what="Whether an internal network load balancer sends traffic to other zones is decided in the program.",
    why="Traffic between zones is paid for by the gigabyte, in both directions; without it a zone that has few targets "
    "gets as much as one that has many. Either may be right: it is to be said which.",
    fix=Fix(
        "Set load_balancing_cross_zone_enabled of the target group.",
        python='load_balancing_cross_zone_enabled="false"',
        yaml='loadBalancingCrossZoneEnabled: "false"',
    ),
    check=_decided,
    passing=(
        _internal({}, {"loadBalancingCrossZoneEnabled": "false"}),
        _internal({}, {"loadBalancingCrossZoneEnabled": True}),
        _internal({"enableCrossZoneLoadBalancing": False}, {}),
        _internal({"internal": False}, {}),
        _internal({"loadBalancerType": "application"}, {}),
        {},
    ),
    failing=(
        _internal({}, {}),
        _internal({}, {"loadBalancingCrossZoneEnabled": ""}),
        _internal({}, {"loadBalancingCrossZoneEnabled": None, "protocol": "TCP"}),
        _internal({"internal": "true", "enableCrossZoneLoadBalancing": None}, {"protocol": "TLS"}),
    ),
)
