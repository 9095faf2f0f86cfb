"""What a site already has and Lifeline uses instead of making its own."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.settings.frozen import Frozen

SubnetId = Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")]
Subnets = Annotated[tuple[SubnetId, ...], Field(min_length=2)]
"""In different zones: the load balancer and the database each need two."""
KeyPurpose = Literal["alerts", "data", "logs", "backup", "secrets", "documents", "audit", "images"]
"""Data classes, each with a key of its own in each region."""
_ALIAS = r"alias/[A-Za-z0-9/_-]+"
_REFERENCE = re.compile(rf"{_ALIAS}|arn:aws:kms:[a-z0-9-]+:\d{{12}}:(key/[0-9a-f-]{{36}}|{_ALIAS})")


def _key(value: str) -> str:
    if not _REFERENCE.fullmatch(value):
        raise ValueError("the ARN of a KMS key or alias, or an alias such as alias/clinic-data")
    return value


class ExistingNetwork(Frozen):
    """A VPC with its subnets. The site's `cidr` is then that VPC's own block."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]+$")]
    public_subnet_ids: Subnets
    private_subnet_ids: Subnets
    isolated_subnet_ids: Subnets
    private_route_table_ids: tuple[Annotated[str, Field(pattern=r"^rtb-[0-9a-f]+$")], ...] = ()
    """With them the gateway endpoints of S3 and DynamoDB are made; without, the VPC has its own."""
    interface_endpoints: bool = True
    """False where the VPC has its own: two with private DNS for one service cannot be in one VPC."""


class Existing(Frozen):
    """One site's. What is not named is made."""

    network: ExistingNetwork | None = None
    certificate_arn: (
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+$")] | None
    ) = None
    """Of the edge's host name, in the site's own region."""
    keys: dict[KeyPurpose, Annotated[str, AfterValidator(_key)]] = Field(default_factory=dict)
    """KMS keys of the site's region, by ARN or alias. `docs/keys.md` says what their policies have to allow."""

    def problems(self, key: str, region: str, account_id: str) -> Iterator[tuple[str, str, str]]:
        """What contradicts the site: dotted key, what is wrong, what is allowed."""
        if self.network:
            tiers = {tier: getattr(self.network, f"{tier}_subnet_ids") for tier in ("public", "private", "isolated")}
            seen: dict[str, str] = {}
            for tier, subnets in tiers.items():
                for subnet in subnets:
                    if subnet in seen:
                        where = "twice" if seen[subnet] == tier else f"also {seen[subnet]}"
                        yield f"{key}.network.{tier}_subnet_ids", f"{subnet} is there {where}", "each subnet once"
                    seen[subnet] = tier
        if self.certificate_arn:
            _, _, _, there, account, _ = self.certificate_arn.split(":", 5)
            if there != region:
                yield f"{key}.certificate_arn", f"is in {there}", f"a certificate in the site's region {region}"
            if account != account_id:
                yield f"{key}.certificate_arn", f"is of account {account}", f"a certificate of account {account_id}"
