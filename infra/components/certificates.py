"""A certificate of the edge's host name in each site's region, and the one record that validates them all."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_cloudflare as cloudflare

from infra.component import Component, TagsInput


class CertificatesArgs(TypedDict):
    regions: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: site → region."""
    host: pulumi.Input[str]
    """The edge's host name, which the edge also presents to the origins."""
    zone_id: pulumi.Input[str]
    """Cloudflare's zone that validates it."""
    tags: TagsInput
    """On every certificate; a validation takes none."""


class Certificates(Component):
    """ACM asks the same answer of one account for one name in every region, so one record does."""

    arns: dict[str, pulumi.Output[str]]
    """Site → ARN, known once the certificate is issued."""

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        certificates = {
            site: aws.acm.Certificate(
                f"{name}-{site}",
                region=region,
                domain_name=args["host"],
                validation_method="DNS",
                key_algorithm="RSA_2048",
                tags=args["tags"],
                opts=self.child(),
            )
            for site, region in args["regions"].items()
        }
        options = next(iter(certificates.values())).domain_validation_options
        record = cloudflare.DnsRecord(
            f"{name}-validation",
            zone_id=args["zone_id"],
            name=options.apply(lambda given: _bare(given[0].resource_record_name)),
            type=options.apply(lambda given: str(given[0].resource_record_type)),
            content=options.apply(lambda given: _bare(given[0].resource_record_value)),
            proxied=False,
            ttl=60,
            opts=self.child(),
        )
        arns: dict[str, pulumi.Output[str]] = {}
        for site, certificate in certificates.items():
            issued = aws.acm.CertificateValidation(
                f"{name}-{site}-issued",
                region=args["regions"][site],
                certificate_arn=certificate.arn,
                validation_record_fqdns=[record.name],
                opts=self.child(),
            )
            arns[site] = issued.certificate_arn
        self.arns = arns
        self.register_outputs({"arns": arns})


def _bare(name: str) -> str:
    """Cloudflare keeps names without the closing dot that ACM gives; with it, every plan would differ."""
    return name.rstrip(".")
