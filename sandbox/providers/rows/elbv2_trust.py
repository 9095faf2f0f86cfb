"""Trust stores: recorded. The sandbox's edge speaks no TLS, so that no certificate is shown and none is asked for."""

from sandbox.providers.plain import Plain
from sandbox.providers.rules import AutoName, InPlace

PLAIN = (
    Plain(
        type="aws:lb/trustStore:TrustStore",
        tagged=True,
        id="arn:aws:elasticloadbalancing:{region}:{account}:truststore/{name}/{made}",
        outputs={"arn": "{id}"},
        in_place=(
            InPlace(
                ("caCertificatesBundleS3Bucket", "caCertificatesBundleS3Key", "caCertificatesBundleS3ObjectVersion"),
                "aws api: ModifyTrustStore",
            ),
        ),
        auto_name=AutoName("name", 32, rival="namePrefix"),
    ),
)
