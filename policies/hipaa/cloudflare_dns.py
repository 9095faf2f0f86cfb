"""Cloudflare: DNS records, signatures, and the certificate that the edge shows the origin."""

from ipaddress import ip_address

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.edge import BALANCER, RECORD, ZONE, in_every_zone
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.sizes import each, listed
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import all_of, any_of, matches, no_match, one_of, present, true, unless, when

PULLS = "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings"
DNSSEC = "cloudflare:index/zoneDnssec:ZoneDnssec"

_VALIDATION = r"acm-validations\.aws|dcv\.cloudflare\.com|_domainkey|dkim\.amazonses\.com"

PROXIED = Rule(
    id="cf-proxied-records",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(RECORD,),
    what="A record that leads to an application goes through Cloudflare's edge.",
    why="A record that is not proxied reveals the origin's address, and leads around the firewall.",
    fix=Fix("Set proxied, with a ttl of 1.", python="proxied=True, ttl=1", yaml="proxied: true\nttl: 1"),
    parameters=(
        Parameter(
            "exempt",
            ["_*", "origin-*", "mail*", "smtp*", "imap*", "autodiscover*", "internal-*"],
            "Names that may go straight: validation, mail, and origins that the edge's own pools connect to.",
            "array",
        ),
    ),
    check=when(
        one_of("type", "A", "AAAA", "CNAME"),
        unless(
            any_of(
                matches("content", _VALIDATION, "a record of a validation"),
                each("name", lambda case, name: listed(name, case.value("exempt")), "an exempt name"),
            ),
            true("proxied"),
        ),
    ),
    passing=(
        {"type": "CNAME", "name": "www", "content": "a.example.net", "proxied": True},
        {"type": "MX", "name": "@", "content": "mail.example.net"},
        {"type": "CNAME", "name": "origin-east.example.com", "content": "a.example.net", "proxied": False},
        {"type": "CNAME", "name": "_x.example.com", "content": "_y.acm-validations.aws"},
    ),
    failing=(
        {"type": "A", "name": "www", "content": "203.0.113.7"},
        {"type": "CNAME", "name": "www", "content": "a.example.net", "proxied": False},
    ),
)


def _public(case: Case) -> Verdict:
    kind, content = case.at("type"), case.at("content")
    if kind is UNKNOWN or content is UNKNOWN:
        raise UnknownMet
    if str(kind).upper() not in ("A", "AAAA") or content is None:
        return NOT_APPLICABLE
    try:
        address = ip_address(str(content).strip())
    except ValueError:
        return fail("content is no address", "content")
    # 192.0.2.0/24 and its like count as private too, and are never an origin; 100.64.0.0/10 is not global.
    documentation = str(address).startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
    if documentation or address.is_global:
        return PASS
    return fail(f"content is {address}, an address of a private network", "content")


NO_INTERNAL = Rule(
    id="cf-no-internal-ip",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(RECORD,),
    what="A public record does not hold an address of a private network.",
    why="It leads nobody anywhere, and tells everybody how the network is built.",
    fix=Fix("Use a private zone for internal names.", python='content="203.0.113.7"', yaml="content: 203.0.113.7"),
    check=_public,
    passing=({"type": "A", "content": "203.0.113.7"}, {"type": "CNAME", "content": "a.example.net"}),
    failing=(
        {"type": "A", "content": "10.0.0.7"},
        {"type": "A", "content": "127.0.0.1"},
        {"type": "AAAA", "content": "fd00::1"},
    ),
)

NO_WILDCARD = Rule(
    id="cf-no-wildcard",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(RECORD,),
    what="No record stands for every name.",
    why="A wildcard publishes hosts that nobody meant to, and a forgotten target of it can be taken over.",
    fix=Fix("Name each host in a record of its own.", python='name="www"', yaml="name: www"),
    check=no_match("name", r"^\*", "a record has to name its host"),
    passing=({"name": "www"},),
    failing=({"name": "*"}, {"name": "*.example.com"}),
)

_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True})

ORIGIN_PULLS = Rule(
    id="cf-origin-pulls",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    once=True,
    types=(PULLS,),
    what="The edge shows the origin a client certificate in every zone that publishes something.",
    why="With it the origin can tell Cloudflare from everybody else, whatever address a connection comes from.",
    fix=Fix(
        "Declare AuthenticatedOriginPullsSettings for the zone, and verify the certificate at the load balancer.",
        python='cloudflare.AuthenticatedOriginPullsSettings("pulls", zone_id=zone_id, enabled=True)',
        yaml="type: cloudflare:AuthenticatedOriginPullsSettings\nproperties:\n  zoneId: ${zone.id}\n  enabled: true",
    ),
    check=in_every_zone(PULLS, true("enabled"), "AuthenticatedOriginPullsSettings that are enabled"),
    passing=(
        example(_EDGE, Given(PULLS, "pulls", {"zoneId": "a-zone", "enabled": True})),
        example(
            Given(ZONE, "zone", {"name": "example.com"}),
            Given(PULLS, "pulls", {"zoneId": ref("zone"), "enabled": True}),
        ),
        example(Given(RECORD, "origin", {"zoneId": "a-zone", "proxied": False})),
    ),
    failing=(
        example(_EDGE),
        example(_EDGE, Given(PULLS, "pulls", {"zoneId": "a-zone", "enabled": False})),
        example(_EDGE, Given(PULLS, "pulls", {"zoneId": "another-zone", "enabled": True})),
    ),
)

ZONE_DNSSEC = Rule(
    id="cf-dnssec",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    once=True,
    types=(DNSSEC,),
    what="Every zone that publishes something is signed with DNSSEC.",
    why="Without signatures a resolver takes whatever answer comes first, also one that leads elsewhere.",
    fix=Fix(
        "Declare a ZoneDnssec with the status active, and give its DS record to the registrar.",
        python='cloudflare.ZoneDnssec("dnssec", zone_id=zone_id, status="active")',
        yaml="type: cloudflare:ZoneDnssec\nproperties:\n  zoneId: ${zone.id}\n  status: active",
    ),
    check=in_every_zone(DNSSEC, one_of("status", "active"), "ZoneDnssec that is active"),
    passing=(example(_EDGE, Given(DNSSEC, "dnssec", {"zoneId": "a-zone", "status": "active"})),),
    failing=(
        example(_EDGE),
        example(_EDGE, Given(DNSSEC, "dnssec", {"zoneId": "a-zone", "status": "disabled"})),
        example(_EDGE, Given(DNSSEC, "dnssec", {"zoneId": "another-zone", "status": "active"})),
    ),
)

_AMAZON = {"flags": 0, "tag": "issue", "value": "amazon.com"}

CAA = Rule(
    id="cf-caa",
    pack="hipaa",
    severity="low",
    scope="stack",
    level="recommended",
    once=True,
    types=(RECORD,),
    what="Every zone that publishes something says who may issue its certificates.",
    why="Without a CAA record any authority in the world may be talked into a certificate for the host.",
    fix=Fix(
        "Declare a CAA record for the zone's apex, one for each authority that you use.",
        python='cloudflare.DnsRecord("caa", zone_id=zone_id, name="example.com", type="CAA", ttl=3600, '
        'data={"flags": 0, "tag": "issue", "value": "amazon.com"})',
        yaml="type: cloudflare:DnsRecord\n"
        "properties:\n  zoneId: ${zone.id}\n  name: example.com\n  type: CAA\n  ttl: 3600\n"
        "  data: {flags: 0, tag: issue, value: amazon.com}",
    ),
    check=in_every_zone(
        RECORD,
        when(
            one_of("type", "CAA"),
            any_of(
                all_of(one_of("data.tag", "issue"), present("data.value")),
                matches("content", r"\bissue\b", "tag issue"),
            ),
        ),
        "CAA record with the tag issue",
    ),
    passing=(
        example(_EDGE, Given(RECORD, "caa", {"zoneId": "a-zone", "type": "CAA", "data": _AMAZON})),
        example(_EDGE, Given(RECORD, "caa", {"zoneId": "a-zone", "type": "CAA", "content": '0 issue "amazon.com"'})),
    ),
    failing=(
        example(_EDGE),
        example(_EDGE, Given(RECORD, "caa", {"zoneId": "a-zone", "type": "CAA", "data": {"tag": "iodef"}})),
        example(_EDGE, Given(RECORD, "caa", {"zoneId": "another-zone", "type": "CAA", "data": _AMAZON})),
        example(_EDGE, Given(RECORD, "caa", {"zoneId": "a-zone", "type": "CAA", "data": {"tag": "issue"}})),
    ),
)
