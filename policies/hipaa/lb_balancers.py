"""Application and network load balancers: logs, protection, headers, zones."""

from model.values import UNKNOWN, truth
from policies.balancers import APPLICATION, BALANCER, LISTENER, NETWORK, TARGET_GROUP, forwards
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, linked_by, one_of, present, true, when
from policies.zones import MIN_ZONES, in_zones

_LOGS = {"accessLogs": {"enabled": True, "bucket": "access-logs"}}

ACCESS_LOGS = Rule(
    id="alb-access-logs",
    pack="hipaa",
    severity="high",
    types=(BALANCER,),
    what="A load balancer writes its access log to a bucket.",
    why="It is the only record of every request with its sender; without it nobody can say who asked for what.",
    fix=Fix(
        "Set access_logs with enabled and a bucket that lets the load balancers of the region write.",
        python='access_logs={"enabled": True, "bucket": logs.id}',
        yaml="accessLogs:\n  enabled: true\n  bucket: ${logs.id}",
    ),
    # A network load balancer logs what comes over TLS and nothing else; a gateway load balancer has no log.
    check=when(
        any_of(APPLICATION, all_of(NETWORK, linked_by(LISTENER, "loadBalancerArn", one_of("protocol", "TLS")))),
        all_of(true("accessLogs.enabled"), present("accessLogs.bucket")),
    ),
    passing=(
        example(
            Given("aws:s3/bucket:Bucket", "logs"),
            Given(BALANCER, "web", {"accessLogs": {"enabled": True, "bucket": ref("logs")}}),
        ),
        {"loadBalancerType": "gateway"},
        example(
            Given(BALANCER, "web", {"loadBalancerType": "network"}),
            Given(LISTENER, "tcp", {"loadBalancerArn": ref("web", "arn"), "protocol": "TCP"}),
        ),
    ),
    failing=(
        {},
        {"accessLogs": {"bucket": "access-logs"}},
        {"accessLogs": {"enabled": False, "bucket": "access-logs"}},
        example(
            Given(BALANCER, "web", {"loadBalancerType": "network"}),
            Given(LISTENER, "tls", {"loadBalancerArn": ref("web", "arn"), "protocol": "TLS"}),
        ),
    ),
)

DELETION_PROTECTION = Rule(
    id="alb-deletion-protection",
    pack="hipaa",
    severity="medium",
    types=(BALANCER,),
    what="A load balancer is protected from deletion.",
    why="It is the way in to the service, and its name is what DNS points to: without it nobody reaches the data.",
    fix=Fix(
        "Set enable_deletion_protection to true.",
        python="enable_deletion_protection=True",
        yaml="enableDeletionProtection: true",
    ),
    check=true("enableDeletionProtection"),
    passing=({"enableDeletionProtection": True},),
    failing=({}, {"enableDeletionProtection": False}, Given("aws:alb/loadBalancer:LoadBalancer", "web")),
)

DROPPED_HEADERS = Rule(
    id="alb-drop-invalid-headers",
    pack="hipaa",
    severity="medium",
    types=(BALANCER,),
    what="An application load balancer drops headers whose names are not valid.",
    why="Such headers, which the load balancer and the service read differently, smuggle a request into another.",
    fix=Fix(
        "Set drop_invalid_header_fields to true.",
        python="drop_invalid_header_fields=True",
        yaml="dropInvalidHeaderFields: true",
    ),
    check=when(APPLICATION, true("dropInvalidHeaderFields")),
    passing=({"dropInvalidHeaderFields": True}, {"loadBalancerType": "network"}),
    failing=({}, {"dropInvalidHeaderFields": False}, {"loadBalancerType": "application"}),
)

DESYNC = Rule(
    id="alb-desync",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(BALANCER,),
    what="An application load balancer does not let ambiguous requests through.",
    why='In the mode "monitor" requests that smuggle others are counted, and passed on.',
    fix=Fix(
        'Leave desync_mitigation_mode at its default "defensive", or set "strictest".',
        python='desync_mitigation_mode="strictest"',
        yaml="desyncMitigationMode: strictest",
    ),
    check=when(APPLICATION, one_of("desyncMitigationMode", "defensive", "strictest", or_absent=True)),
    passing=({}, {"desyncMitigationMode": "strictest"}, {"loadBalancerType": "network"}),
    failing=({"desyncMitigationMode": "monitor"},),
)


def _subnet(name: str, zone: str) -> Given:
    return Given("aws:ec2/subnet:Subnet", name, {"availabilityZone": zone})


MULTI_AZ = Rule(
    id="alb-multi-az",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(BALANCER,),
    what="A load balancer stands in two availability zones.",
    why="In one zone, the loss of that zone takes the service away, however well the service itself is spread.",
    fix=Fix(
        "Give it subnets of two zones.",
        python="subnets=[public_a.id, public_b.id]",
        yaml="subnets: ['${publicA.id}', '${publicB.id}']",
    ),
    parameters=(MIN_ZONES,),
    check=in_zones("subnets", "subnetMappings[*].subnetId"),
    passing=(
        {"subnets": ["subnet-a", "subnet-b"]},
        {"subnetMappings": [{"subnetId": "subnet-a"}, {"subnetId": "subnet-b"}]},
        example(
            _subnet("a", "us-east-1a"),
            _subnet("b", "us-east-1b"),
            Given(BALANCER, "web", {"subnets": [ref("a"), ref("b")]}),
        ),
        example(Given(BALANCER, "web", {"subnets": ["subnet-a"]}), parameters={"min_zones": 1}),
    ),
    failing=(
        {},
        {"subnets": ["subnet-a"]},
        {"subnetMappings": [{"subnetId": "subnet-a"}]},
        example(
            _subnet("a", "us-east-1a"),
            _subnet("b", "us-east-1a"),
            Given(BALANCER, "web", {"subnets": [ref("a"), ref("b")]}),
            note="two subnets of one zone",
        ),
    ),
)


def _crosses(case: Case) -> Verdict:
    """The load balancer's own setting, unless its target groups say otherwise."""
    found = case.at("enableCrossZoneLoadBalancing")
    listeners = case.view.linked(case.resource, LISTENER, "loadBalancerArn")
    links = [forwards(case, listener) for listener in listeners.found]
    groups = {group.urn: group for link in links for group in link.found}
    own = [group.at("loadBalancingCrossZoneEnabled") for group in groups.values()]
    if any(item is not UNKNOWN and truth(item) is False for item in own):
        return fail("a target group turns it off (loadBalancingCrossZoneEnabled)", "enableCrossZoneLoadBalancing")
    unclear = any(item is UNKNOWN for item in own) or bool(listeners.unclear) or any(link.unclear for link in links)
    if found is not UNKNOWN and truth(found) is True and not unclear:
        return PASS
    if not unclear and own and all(truth(item) is True for item in own):
        return PASS
    if unclear or found is UNKNOWN:
        return unknown("whether it spreads over zones is not known yet", "enableCrossZoneLoadBalancing")
    return fail("enableCrossZoneLoadBalancing is not true, and off by default", "enableCrossZoneLoadBalancing")


_NLB = Given(BALANCER, "web", {"loadBalancerType": "network"})


def _behind(cross: str) -> tuple[Given, Given]:
    return (
        Given(TARGET_GROUP, "service", {"loadBalancingCrossZoneEnabled": cross}),
        Given(
            LISTENER,
            "tls",
            {
                "loadBalancerArn": ref("web", "arn"),
                "defaultActions": [{"type": "forward", "targetGroupArn": ref("service", "arn")}],
            },
        ),
    )


CROSS_ZONE = Rule(
    id="nlb-cross-zone",
    pack="hipaa",
    severity="low",
    types=(BALANCER,),
    what="A network load balancer spreads requests over the targets of all zones.",
    why="Off, which is the default, a zone with few healthy targets is overrun while the others idle.",
    fix=Fix(
        "Set enable_cross_zone_load_balancing to true.",
        python="enable_cross_zone_load_balancing=True",
        yaml="enableCrossZoneLoadBalancing: true",
    ),
    check=when(NETWORK, _crosses),
    passing=(
        {"loadBalancerType": "network", "enableCrossZoneLoadBalancing": True},
        {},
        example(_NLB, *_behind("true")),
    ),
    failing=(
        {"loadBalancerType": "network"},
        {"loadBalancerType": "network", "enableCrossZoneLoadBalancing": False},
        example(_NLB, *_behind("use_load_balancer_configuration")),
        example(
            Given(BALANCER, "web", {"loadBalancerType": "network", "enableCrossZoneLoadBalancing": True}),
            *_behind("false"),
            note="the target group has the last word",
        ),
    ),
)
