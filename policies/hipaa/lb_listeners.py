"""Listeners and target groups of load balancers: TLS on the way in and behind."""

from model.values import UNKNOWN
from policies.balancers import LISTENER, LISTENER_RULE, PLAIN, TARGET_GROUP, TLS, acm_certificate, forwards
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, every, matches, one_of, when

TLS_POLICY = Rule(
    id="alb-tls-policy",
    pack="hipaa",
    severity="high",
    types=(LISTENER,),
    what="A listener that ends TLS accepts TLS 1.2 and later only.",
    why="The default policy still speaks TLS 1.0, whose ciphers an attacker between client and service can break.",
    fix=Fix(
        "Set ssl_policy to one whose name begins with ELBSecurityPolicy-TLS13-1-2 or -TLS13-1-3.",
        python='ssl_policy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06"',
        yaml="sslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    ),
    # The name of a policy says its lowest version; those without one (2016-08, FS-2018-06) begin at TLS 1.0.
    check=when(
        TLS,
        matches(
            "sslPolicy",
            r"^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-",
            "it has to name a policy of TLS 1.2 or later, such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        ),
    ),
    passing=(
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-FS-1-2-Res-2020-10"},
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"},
        {"protocol": "HTTP"},
    ),
    failing=(
        {"protocol": "HTTPS"},
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-2016-08"},
        {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-1-2021-06"},
        {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-FS-1-1-2019-08"},
        Given("aws:alb/listener:Listener", "https", {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-FS-2018-06"}),
    ),
)

CERTIFICATE = Rule(
    id="alb-acm-cert",
    pack="hipaa",
    severity="high",
    types=(LISTENER,),
    unknown_blocks=False,  # a certificate that is looked up is not there before the stack that makes it
    what="A listener that ends TLS has a certificate of ACM.",
    why="ACM renews its certificates; what somebody uploaded expires on a day that nobody remembers.",
    fix=Fix(
        "Set certificate_arn to a certificate of ACM.",
        python="certificate_arn=validation.certificate_arn",
        yaml="certificateArn: ${validation.certificateArn}",
    ),
    check=when(TLS, acm_certificate("certificateArn")),
    passing=(
        example(
            Given("aws:acm/certificate:Certificate", "web", {"domainName": "example.org"}),
            Given(LISTENER, "https", {"protocol": "HTTPS", "certificateArn": ref("web", "arn")}),
        ),
        {"protocol": "TLS", "certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/web"},
        {"protocol": "HTTP"},
    ),
    failing=(
        {"protocol": "HTTPS"},
        {"protocol": "HTTPS", "certificateArn": "arn:aws:iam::123456789012:server-certificate/web"},
        example(
            Given("aws:iam/serverCertificate:ServerCertificate", "web"),
            Given(LISTENER, "https", {"protocol": "HTTPS", "certificateArn": ref("web", "arn")}),
        ),
    ),
)


def _nothing_forwarded(case: Case) -> Verdict:
    """No rule of the listener leads past the redirect."""
    links = case.view.linked(case.resource, LISTENER_RULE, "listenerArn")
    for rule in links.found:
        types = [str(item).lower() for item in rule.at("actions[*].type") or () if item is not UNKNOWN]
        if "forward" in types:
            return fail(f"its rule {rule.name} forwards requests that came without TLS")
    return unknown("whether its rules forward is not known yet") if links.unclear else PASS


_REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
_PLAIN = Given(LISTENER, "http", {"protocol": "HTTP", "defaultActions": [_REDIRECT]})


def _rule(listener: str, type_: str) -> Given:
    return Given(LISTENER_RULE, "rule", {"listenerArn": ref(listener, "arn"), "actions": [{"type": type_}]})


REDIRECT = Rule(
    id="alb-https-redirect",
    pack="hipaa",
    severity="high",
    types=(LISTENER,),
    what="A listener for plain HTTP does nothing but redirect to HTTPS.",
    why="What it forwards travels from the client in clear text, with everything that is in it.",
    fix=Fix(
        "Let its only default action redirect to HTTPS, and take its rules away; or have no such listener at all.",
        python=(
            'default_actions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", '
            '"status_code": "HTTP_301"}}]'
        ),
        yaml=(
            'defaultActions:\n  - type: redirect\n    redirect: {protocol: HTTPS, port: "443", statusCode: HTTP_301}'
        ),
    ),
    check=when(
        PLAIN,
        all_of(
            every(
                "defaultActions",
                all_of(one_of("type", "redirect"), one_of("redirect.protocol", "HTTPS")),
                empty=fail("it has no default action that redirects to HTTPS", "defaultActions"),
            ),
            _nothing_forwarded,
        ),
    ),
    passing=(
        _PLAIN,
        {"protocol": "HTTPS", "defaultActions": [{"type": "forward"}]},
        {"port": 80, "defaultActions": [_REDIRECT]},
        {"defaultActions": [{"type": "forward"}]},  # of a gateway load balancer
        example(_PLAIN, _rule("http", "redirect")),
        example(_PLAIN, Given(LISTENER, "https", {"protocol": "HTTPS"}), _rule("https", "forward")),
    ),
    failing=(
        {"protocol": "HTTP"},
        {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]},
        {"port": 80, "defaultActions": [{"type": "forward"}]},
        {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"statusCode": "HTTP_301"}}]},
        {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "#{protocol}"}}]},
        example(_PLAIN, _rule("http", "forward"), note="the default redirects, but a rule forwards"),
    ),
)


def _encrypted(case: Case) -> Verdict:
    if str(case.at("targetType") or "").lower() == "lambda":
        return NOT_APPLICABLE
    protocol = str(case.at("protocol") or "").strip().upper()
    if protocol in ("HTTPS", "TLS"):
        return PASS
    if protocol in ("HTTP", ""):
        return fail(f"protocol is {protocol or 'not set'}; it has to be HTTPS or TLS", "protocol")
    # TCP passes on what came: encrypted if the client did, unless the listener ended it.
    unclear = False
    for listener in case.view.of(LISTENER):
        if str(listener.at("protocol") or "").upper() != "TLS":
            continue
        links = forwards(case, listener)
        if case.resource in links.found:
            return fail(f"the listener {listener.name} ends TLS, and passes on in clear text", "protocol")
        unclear = unclear or case.resource in links.unclear
    return unknown("which listeners forward to it is not known yet") if unclear else NOT_APPLICABLE


def _phi_only(case: Case) -> Verdict:
    return _encrypted(case) if case.classification == "phi" else NOT_APPLICABLE


def _from(protocol: str) -> tuple[Given, Given]:
    return (
        Given(TARGET_GROUP, "service", {"protocol": "TCP"}),
        Given(
            LISTENER,
            "in",
            {
                "protocol": protocol,
                "defaultActions": [{"type": "forward", "forward": {"targetGroups": [{"arn": ref("service", "arn")}]}}],
            },
        ),
    )


TARGETS_ENCRYPTED = Rule(
    id="alb-target-group-https",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(TARGET_GROUP,),
    what="A load balancer speaks TLS with a service that handles PHI.",
    why="Otherwise PHI is in clear text between load balancer and service, for whoever can mirror traffic there.",
    fix=Fix(
        'Set protocol to "HTTPS" and give the service a certificate, which may be self-signed; or tag the group with '
        "the data-classification that it has.",
        python='protocol="HTTPS", port=8443',
        yaml="protocol: HTTPS\nport: 8443",
    ),
    check=_phi_only,
    passing=(
        {"protocol": "HTTPS"},
        {"protocol": "TLS"},
        {"targetType": "lambda"},
        {"protocol": "HTTP", "tags": {"data-classification": "public"}},
        example(*_from("TCP")),
    ),
    failing=(
        {},
        {"protocol": "HTTP"},
        {"protocol": "HTTP", "tags": {"DataClassification": "PHI"}},
        example(*_from("TLS")),
    ),
)
