"""ACM: certificates."""

from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import absent, all_of, none_of, one_of, param, present, unless

CERTIFICATE = "aws:acm/certificate:Certificate"
_PRIVATE = present("certificateAuthorityArn")
"""Of a private authority: ACM renews it without asking anybody, and no public log takes it."""
_AUTHORITY = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/1"

DNS_VALIDATED = Rule(
    id="acm-dns-validated",
    pack="hipaa",
    severity="medium",
    types=(CERTIFICATE,),
    what="A certificate is one that ACM renews by itself: validated by DNS, and not imported.",
    why="An imported certificate, or one that somebody has to confirm by mail, lapses when nobody remembers; then "
    "every client is refused, or is taught to ignore the warning.",
    fix=Fix(
        'Set validation_method to "DNS", and leave certificate_body and private_key out.',
        python='validation_method="DNS"',
        yaml="validationMethod: DNS",
    ),
    check=all_of(absent("certificateBody"), unless(_PRIVATE, one_of("validationMethod", "DNS"))),
    passing=(
        {"domainName": "orders.example.com", "validationMethod": "DNS"},
        {"domainName": "orders.internal", "certificateAuthorityArn": _AUTHORITY},
    ),
    failing=(
        {"domainName": "orders.example.com"},
        {"domainName": "orders.example.com", "validationMethod": "EMAIL"},
        {"domainName": "orders.example.com", "validationMethod": None},
        {"certificateBody": "-----BEGIN CERTIFICATE-----", "privateKey": "of a secret"},
        {"certificateBody": "-----BEGIN CERTIFICATE-----", "validationMethod": "DNS"},
    ),
)

KEY_ALGORITHM = Rule(
    id="acm-key-algorithm",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(CERTIFICATE,),
    what="A certificate's key is none of the weak ones.",
    why="Whoever can factor the key reads what was recorded, and passes for the service.",
    fix=Fix(
        "Leave key_algorithm out (RSA_2048 is the default), or choose a stronger one.",
        python='key_algorithm="EC_prime256v1"',
        yaml="keyAlgorithm: EC_prime256v1",
    ),
    parameters=(Parameter("denied", ["RSA_1024"], "Key algorithms that are not to be used.", "array"),),
    check=none_of("keyAlgorithm", param("denied")),
    passing=({}, {"keyAlgorithm": "RSA_2048"}, {"keyAlgorithm": "EC_prime256v1"}, {"keyAlgorithm": None}),
    failing=({"keyAlgorithm": "RSA_1024"}, {"keyAlgorithm": "rsa_1024"}),
)

TRANSPARENCY = Rule(
    id="acm-transparency",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(CERTIFICATE,),
    what="A public certificate is entered in the logs of certificate transparency.",
    why="In the logs one sees a certificate that somebody else got for the same name; browsers refuse what is not in "
    "them.",
    fix=Fix(
        "Leave options out: logging is on by default.",
        python='options={"certificate_transparency_logging_preference": "ENABLED"}',
        yaml="options:\n  certificateTransparencyLoggingPreference: ENABLED",
    ),
    check=unless(_PRIVATE, none_of("options.certificateTransparencyLoggingPreference", "DISABLED")),
    passing=(
        {},
        {"options": {"certificateTransparencyLoggingPreference": "ENABLED"}},
        {
            "certificateAuthorityArn": _AUTHORITY,
            "options": {"certificateTransparencyLoggingPreference": "DISABLED"},
        },
    ),
    failing=(
        {"options": {"certificateTransparencyLoggingPreference": "DISABLED"}},
        {"options": [{"certificateTransparencyLoggingPreference": "disabled"}]},
    ),
)
