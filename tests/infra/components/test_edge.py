"""From the edge to a task: certificates, traffic, origin, load balancer and its rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.routes import HIGHEST, ordered
from tests.infra.stacks import declared

SITES = pytest.mark.parametrize("site", ["east", "west"])
PREFIX = st.from_regex(r"(/[a-z0-9.-]{1,12}){1,4}|/", fullmatch=True)


@pytest.mark.parametrize(("active", "order"), [("east", ["east", "west"]), ("west", ["west", "east"])])
def test_the_active_pool_is_first_and_the_last_resort(active: str, order: list[str]) -> None:
    balancer = declared("global", active=active).one("cloudflare:index/loadBalancer:LoadBalancer")
    assert balancer.inputs["defaultPools"] == [f"global-traffic-pool-{site}-id" for site in order]
    assert balancer.inputs["fallbackPool"] == f"global-traffic-pool-{active}-id"
    assert balancer.inputs["steeringPolicy"] == "off"
    assert balancer.inputs["sessionAffinity"] == "none"


def test_a_pool_is_healthy_only_while_its_warden_says_so() -> None:
    stack = declared("global")
    monitor = stack.one("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor")
    assert (monitor.inputs["path"], monitor.inputs["expectedCodes"]) == ("/.well-known/lifeline", "200")
    for site in ("east", "west"):
        pool = stack.one("cloudflare:index/loadBalancerPool:LoadBalancerPool", f"global-traffic-pool-{site}")
        assert pool.inputs["name"] == f"nl-fhir-production-{site}"
        assert pool.inputs["monitor"] == f"{monitor.name}-id"
        (origin,) = pool.inputs["origins"]
        assert origin["address"] == f"origin-{site}.clinic.example.com"
        assert origin["header"] == {"hosts": ["nl-fhir.clinic.example.com"]}


def test_one_record_validates_the_certificates_of_both_regions() -> None:
    stack = declared("global")
    certificates = stack.of("acm/certificate:Certificate")
    assert sorted(item.inputs["region"] for item in certificates) == ["us-east-1", "us-west-2"]
    assert {item.inputs["domainName"] for item in certificates} == {"nl-fhir.clinic.example.com"}
    records = stack.of("cloudflare:index/dnsRecord:DnsRecord")
    (record,) = [item for item in records if "acm-validations" in str(item.inputs.get("content"))]
    # Without the closing dot, which Cloudflare does not keep.
    assert record.inputs["name"] == "_a.nl-fhir.clinic.example.com"
    assert record.inputs["content"] == "_b.acm-validations.example"
    for item in stack.of("acm/certificateValidation:CertificateValidation"):
        assert item.inputs["validationRecordFqdns"] == ["_a.nl-fhir.clinic.example.com"]


@SITES
def test_the_origin_record_points_at_the_site_s_own_load_balancer(site: str) -> None:
    record = declared(site).one("cloudflare:index/dnsRecord:DnsRecord")
    assert record.inputs["name"] == f"origin-{site}.clinic.example.com"
    assert record.inputs["content"] == f"{site}-balancer-balancer.elb.example"
    assert record.inputs["proxied"] is False


@SITES
def test_rules_lead_the_longest_prefix_first(site: str) -> None:
    rules = sorted(declared(site).of("lb/listenerRule:ListenerRule"), key=lambda item: int(item.inputs["priority"]))
    patterns = [item.inputs["conditions"][0]["pathPattern"]["values"] for item in rules]
    assert patterns[0] == ["/.well-known/lifeline", "/.well-known/lifeline/*"]
    assert patterns[-1] == ["/*"]
    lengths = [len(each[0]) for each in patterns]
    assert lengths == sorted(lengths, reverse=True)
    targets = [item.inputs["actions"][0]["targetGroupArn"] for item in rules]
    assert targets[0] == f"arn:mock:{site}-balancer-warden"
    assert targets[-1] == f"arn:mock:{site}-balancer-web"


@SITES
def test_the_listener_speaks_tls_with_the_edge_s_certificate(site: str) -> None:
    stack = declared(site)
    listener = stack.one("lb/listener:Listener").inputs
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"].startswith("ELBSecurityPolicy-TLS13")
    assert listener["certificateArn"].startswith("arn:aws:acm:us-")
    assert listener["defaultActions"][0]["fixedResponse"]["statusCode"] == "404"


@SITES
def test_each_public_service_is_registered_in_its_target_group(site: str) -> None:
    stack = declared(site)
    for name in ("web", "nlp", "fhir", "review", "warden"):
        (balancer,) = stack.one("ecs/service:Service", f"{site}-{name}-service").inputs["loadBalancers"]
        group = stack.one("lb/targetGroup:TargetGroup", f"{site}-balancer-{name}")
        assert balancer["targetGroupArn"] == f"arn:mock:{group.name}"
        assert balancer["containerPort"] == group.inputs["port"]
    for name in ("migration", "fence"):
        assert not stack.one("ecs/service:Service", f"{site}-{name}-service").inputs.get("loadBalancers")


@settings(max_examples=40)
@given(st.lists(PREFIX, unique=True, max_size=40))
def test_priorities_are_unique_within_bounds_and_ordered_by_length(prefixes: list[str]) -> None:
    routes = ordered(("service", prefix) for prefix in prefixes)
    priorities = [route.priority for route in routes]
    assert len(set(priorities)) == len(prefixes)
    assert all(1 <= priority <= HIGHEST for priority in priorities)
    by_priority = sorted(routes, key=lambda route: route.priority)
    lengths = [len(route.prefix) for route in by_priority]
    assert lengths == sorted(lengths, reverse=True)


@settings(max_examples=40)
@given(st.lists(PREFIX, unique=True, min_size=1, max_size=8))
def test_a_new_prefix_of_another_length_shifts_no_rule(prefixes: list[str]) -> None:
    known = {route.prefix: route.priority for route in ordered(("service", prefix) for prefix in prefixes)}
    longer = "/" + "x" * (max(len(prefix) for prefix in prefixes))
    more = {route.prefix: route.priority for route in ordered(("service", item) for item in [*prefixes, longer])}
    assert known.items() <= more.items()
