"""Which clients a load balancer trusts: the edge's authority, as `global` keeps it and each site refers to it. Pure."""

import hashlib

from infra.cloudflare_origin_ca import ORIGIN_PULL_CA
from infra.settings import Settings

TRUST = "trust"
"""Purpose of the bucket that holds it."""


def authority(settings: Settings) -> str | None:
    """The certificate in PEM; None where nobody is asked for one."""
    if settings.door.mutual_tls == "off":
        return None
    return settings.door.client_ca or ORIGIN_PULL_CA


def authority_key(certificate: str) -> str:
    """The object's key: another certificate is another object, so that a site sees that it has to be read again."""
    return f"client-authority-{hashlib.sha256(certificate.encode()).hexdigest()[:12]}.pem"
