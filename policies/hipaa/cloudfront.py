"""CloudFront: distributions."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, any_of, every, linked_by, none_of, one_of, param, present

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
DELIVERY_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"

_HTTPS_ONLY = ("redirect-to-https", "https-only")
_CERTIFICATE = {"acmCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1"}


def _distribution(policy: str, version: str = "TLSv1.2_2021", *others: str) -> dict[str, object]:
    return {
        "defaultCacheBehavior": {"viewerProtocolPolicy": policy},
        "orderedCacheBehaviors": [{"pathPattern": "/api/*", "viewerProtocolPolicy": other} for other in others],
        "viewerCertificate": {**_CERTIFICATE, "minimumProtocolVersion": version},
    }


def _origin(policy: str) -> dict[str, object]:
    return {"domainName": "app.example.org", "customOriginConfig": {"originProtocolPolicy": policy}}


HTTPS = Rule(
    id="cloudfront-https",
    pack="hipaa",
    severity="high",
    types=(DISTRIBUTION,),
    what="Every behaviour of a distribution asks for HTTPS, of TLS 1.2 or later, and no origin is asked in clear text.",
    why="One path that still answers plain HTTP, or an old TLS, is where PHI is read on the way.",
    fix=Fix(
        'Set viewer_protocol_policy to "redirect-to-https" or "https-only" in every behaviour, and '
        "minimum_protocol_version with a certificate of your own, and origin_protocol_policy of an origin to "
        '"https-only"; the website endpoint of a bucket has no TLS: name the bucket itself as the origin.',
        python=(
            'default_cache_behavior={"viewer_protocol_policy": "redirect-to-https"}, '
            'viewer_certificate={"acm_certificate_arn": certificate.arn, "ssl_support_method": "sni-only", '
            '"minimum_protocol_version": "TLSv1.2_2021"}'
        ),
        yaml=(
            "defaultCacheBehavior: {viewerProtocolPolicy: redirect-to-https}\n"
            "viewerCertificate:\n"
            "  acmCertificateArn: ${certificate.arn}\n"
            "  sslSupportMethod: sni-only\n"
            "  minimumProtocolVersion: TLSv1.2_2021"
        ),
    ),
    parameters=(
        Parameter(
            "versions",
            ["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"],
            "Security policies (minimum_protocol_version) that may be used.",
            "array",
        ),
    ),
    # With CloudFront's own certificate the oldest version is TLSv1, whatever is written beside it.
    check=all_of(
        one_of("defaultCacheBehavior.viewerProtocolPolicy", *_HTTPS_ONLY),
        every("orderedCacheBehaviors", one_of("viewerProtocolPolicy", *_HTTPS_ONLY)),
        one_of("viewerCertificate.minimumProtocolVersion", param("versions")),
        any_of(present("viewerCertificate.acmCertificateArn"), present("viewerCertificate.iamCertificateId")),
        # "match-viewer" is TLS too, since no viewer comes without it.
        none_of("origins[*].customOriginConfig.originProtocolPolicy", "http-only"),
    ),
    passing=(
        _distribution("https-only"),
        _distribution("redirect-to-https", "TLSv1.2_2021", "https-only", "redirect-to-https"),
        _distribution("https-only", "TLSv1.3_2025"),
        {**_distribution("https-only"), "origins": [{"domainName": "b.s3.amazonaws.com"}, _origin("https-only")]},
    ),
    failing=(
        {},
        _distribution("allow-all"),
        _distribution("https-only", "TLSv1.2_2021", "https-only", "allow-all"),
        _distribution("https-only", "TLSv1.1_2016"),
        _distribution("https-only", "TLSv1.2_2019"),
        {**_distribution("https-only"), "viewerCertificate": {"cloudfrontDefaultCertificate": True}},
        {**_distribution("https-only"), "origins": [_origin("match-viewer"), _origin("http-only")]},
        {
            **_distribution("https-only"),
            "viewerCertificate": {"cloudfrontDefaultCertificate": True, "minimumProtocolVersion": "TLSv1.2_2021"},
        },
    ),
)

_EDGE = Given(DISTRIBUTION, "edge")
_SOURCE = Given(DELIVERY_SOURCE, "edge-logs", {"resourceArn": ref("edge", "arn"), "logType": "ACCESS_LOGS"})

LOGGING = Rule(
    id="cloudfront-logging",
    pack="hipaa",
    severity="medium",
    types=(DISTRIBUTION,),
    what="A distribution writes access logs.",
    why="Who fetched which document is known at the edge only: what is answered from the cache reaches nothing else.",
    fix=Fix(
        "Set logging_config with a bucket (or deliver the logs by a LogDeliverySource and a LogDelivery).",
        python='logging_config={"bucket": logs.bucket_domain_name, "prefix": "edge/"}',
        yaml="loggingConfig:\n  bucket: ${logs.bucketDomainName}\n  prefix: edge/",
    ),
    check=any_of(
        present("loggingConfig.bucket"),
        linked_by(
            DELIVERY_SOURCE,
            "resourceArn",
            linked_by(DELIVERY, "deliverySourceName", lacks="no LogDelivery delivers them"),
            lacks="no LogDeliverySource takes its logs",
        ),
    ),
    passing=(
        example(
            Given("aws:s3/bucket:Bucket", "logs"),
            Given(DISTRIBUTION, "edge", {"loggingConfig": {"bucket": ref("logs", "bucketDomainName")}}),
        ),
        example(_EDGE, _SOURCE, Given(DELIVERY, "to-logs", {"deliverySourceName": ref("edge-logs", "name")})),
    ),
    failing=(
        {},
        {"loggingConfig": {}},
        {"loggingConfig": {"bucket": "", "prefix": "edge/"}},
        {"loggingConfig": None},
        example(_EDGE, _SOURCE, note="a source alone delivers nothing"),
    ),
)
