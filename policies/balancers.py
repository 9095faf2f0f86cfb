"""Load balancers: their types, which kind one is, and what hangs on it."""

from model.resource import Resource
from model.values import UNKNOWN
from model.view import Links, View
from policies.case import Case, Check
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import absent, all_of, any_of, one_of, present

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"

APPLICATION = one_of("loadBalancerType", "application", or_absent=True)
NETWORK = one_of("loadBalancerType", "network")
TLS = one_of("protocol", "HTTPS", "TLS")
"""A listener that ends TLS."""
PLAIN = any_of(one_of("protocol", "HTTP"), all_of(absent("protocol"), present("port")))
"""A listener of plain HTTP: it is what an application load balancer's speaks that names no protocol (the provider's
documentation of `aws.lb.Listener`); one of a gateway load balancer has neither protocol nor port."""


def forwards(case: Case, listener: Resource) -> Links:
    """The target groups that a listener, or one of its rules, forwards to."""
    return case.view.once((forwards, listener), lambda: _forwards(case.view, listener))


def _forwards(view: View, listener: Resource) -> Links:
    rules = view.linked(listener, LISTENER_RULE, "listenerArn")
    found: dict[str, Resource] = {}
    unclear: list[Resource] = []
    for resource, actions in ((listener, "defaultActions"), *((rule, "actions") for rule in rules.found)):
        for path in (f"{actions}[*].targetGroupArn", f"{actions}[*].forward.targetGroups[*].arn"):
            links = view.targets(resource, path, TARGET_GROUP)
            found.update((group.urn, group) for group in links.found)
            unclear.extend(links.unclear)
    return Links(tuple(found.values()), tuple(item for item in unclear if item.urn not in found))


def acm_certificate(path: str) -> Check:
    """A certificate is named there that ACM holds; one that is uploaded to IAM has to be renewed by hand."""

    def check(case: Case) -> Verdict:
        value = case.at(path)
        if value is UNKNOWN:
            if case.fed(path, "aws:acm"):
                return PASS
            if case.fed(path, "aws:iam/"):
                return fail("the certificate is one of IAM, which nobody renews", case.where(path))
            return unknown(f"{case.where(path)} is not known yet", case.where(path))
        if not value:
            return fail(f"{case.where(path)} is not set; it has to name a certificate", case.where(path))
        if ":iam:" in str(value):
            return fail("the certificate is one of IAM, which nobody renews; take one of ACM", case.where(path))
        return PASS

    return check
