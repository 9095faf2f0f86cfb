"""Classic load balancers."""

from policies.balancers import acm_certificate
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import all_of, every, not_false, one_of, present, when

CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
_ACM = "arn:aws:acm:us-east-1:123456789012:certificate/web"


def _listener(**listener: object) -> dict[str, object]:
    return {"listeners": [{"lbPort": 443, "instancePort": 8443, **listener}]}


CLASSIC_CERTIFICATE = Rule(
    id="elb-classic-cert",
    pack="hipaa",
    severity="medium",
    types=(CLASSIC,),
    what="Every TLS listener of a classic load balancer has a certificate of ACM.",
    why="ACM renews its certificates; what somebody uploaded to IAM expires on a day that nobody remembers.",
    fix=Fix(
        "Set ssl_certificate_id of the listener to a certificate of ACM.",
        python='listeners=[{"lb_port": 443, "lb_protocol": "https", "instance_port": 8443, '
        '"instance_protocol": "https", "ssl_certificate_id": certificate.arn}]',
        yaml="listeners:\n  - {lbPort: 443, lbProtocol: https, instancePort: 8443, instanceProtocol: https, "
        "sslCertificateId: '${certificate.arn}'}",
    ),
    # A listener without TLS takes no certificate: that it is there is what elb-classic-tls is about.
    check=every("listeners", when(one_of("lbProtocol", "https", "ssl"), acm_certificate("sslCertificateId"))),
    passing=(
        _listener(lbProtocol="https", sslCertificateId=_ACM),
        _listener(lbProtocol="http"),
        example(
            Given("aws:acm/certificate:Certificate", "web"),
            Given(CLASSIC, "classic", _listener(lbProtocol="ssl", sslCertificateId=ref("web", "arn"))),
        ),
    ),
    failing=(
        _listener(lbProtocol="https"),
        _listener(lbProtocol="HTTPS", sslCertificateId="arn:aws:iam::123456789012:server-certificate/web"),
        {"listeners": [{"lbProtocol": "https", "sslCertificateId": _ACM}, {"lbProtocol": "ssl"}]},
    ),
)

CLASSIC_TLS = Rule(
    id="elb-classic-tls",
    pack="hipaa",
    severity="high",
    types=(CLASSIC,),
    what="Every listener of a classic load balancer speaks TLS with its clients.",
    why="What a listener for HTTP or TCP takes in has travelled in clear text, with everything that is in it.",
    fix=Fix(
        'Set lb_protocol of every listener to "https" or "ssl".',
        python='listeners=[{"lb_port": 443, "lb_protocol": "https", "instance_port": 8443, '
        '"instance_protocol": "https", "ssl_certificate_id": certificate.arn}]',
        yaml="listeners:\n  - {lbPort: 443, lbProtocol: https, instancePort: 8443, instanceProtocol: https, "
        "sslCertificateId: '${certificate.arn}'}",
    ),
    check=every("listeners", one_of("lbProtocol", "https", "ssl")),
    passing=(_listener(lbProtocol="https"), _listener(lbProtocol="SSL")),
    failing=(
        _listener(lbProtocol="http"),
        _listener(lbProtocol="tcp"),
        {"listeners": [{"lbProtocol": "https"}, {"lbProtocol": "http"}]},
    ),
)

CLASSIC_LOGS = Rule(
    id="elb-classic-logs",
    pack="hipaa",
    severity="medium",
    types=(CLASSIC,),
    what="A classic load balancer writes its access log to a bucket.",
    why="It is the only record of every request with its sender; without it nobody can say who asked for what.",
    fix=Fix(
        "Set access_logs with a bucket that lets the load balancers of the region write.",
        python='access_logs={"bucket": logs.id}',
        yaml="accessLogs:\n  bucket: ${logs.id}",
    ),
    check=all_of(present("accessLogs.bucket"), not_false("accessLogs.enabled")),
    passing=({"accessLogs": {"bucket": "access-logs"}}, {"accessLogs": {"bucket": "access-logs", "enabled": True}}),
    failing=({}, {"accessLogs": {"bucket": "access-logs", "enabled": False}}),
)

CLASSIC_CROSS_ZONE = Rule(
    id="elb-classic-cross-zone",
    pack="hipaa",
    severity="low",
    types=(CLASSIC,),
    what="A classic load balancer spreads requests over the instances of all zones.",
    why="Off, a zone with few healthy instances is overrun while the others idle.",
    fix=Fix(
        "Leave cross_zone_load_balancing at its default, true.",
        python="cross_zone_load_balancing=True",
        yaml="crossZoneLoadBalancing: true",
    ),
    check=not_false("crossZoneLoadBalancing"),
    passing=({}, {"crossZoneLoadBalancing": True}),
    failing=({"crossZoneLoadBalancing": False},),
)
