"""What a site refers to and did not make: zones of the region, and what `global` holds for it."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.lookup import LookupFailed, ProgramError, attempt, looked_up
from infra.naming import Naming
from infra.settings import Settings
from infra.settings.checks import MASTER


class Found:
    """Look-ups in the site's own region, each made once. `looked_up` says what a failure means."""

    def __init__(self, settings: Settings, provider: aws.Provider) -> None:
        self._settings, self._naming = settings, Naming.of(settings)
        self._options = pulumi.InvokeOptions(provider=provider)
        self._zones: Sequence[str] = ()
        self._secrets: dict[str, pulumi.Input[str]] = {}

    def zones(self) -> Sequence[str]:
        """Names of the site's availability zones. Raises ProgramError.

        The first by name, whatever state they are in: a zone that is impaired today must not move the subnets.
        """
        if self._zones:
            return self._zones
        region, wanted = self._settings.region, self._settings.site.zones
        try:
            found = attempt(
                lambda: aws.get_availability_zones(
                    region=region,
                    all_availability_zones=True,
                    filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
                    opts=self._options,
                )
            )
        except LookupFailed as error:
            raise ProgramError(f"the zones of {region} are unknown: {error}; wait until EC2 answers") from None
        names = sorted(found.names)
        if len(names) < wanted:
            scope = self._settings.scope
            raise ProgramError(
                f"{region} has {len(names)} availability zones, not {wanted}; lower lifeline:sites.{scope}.zones"
            )
        self._zones = names[:wanted]
        return self._zones

    def certificate_arn(self) -> pulumi.Input[str]:
        """The certificate of the edge's host name in this region."""
        host = self._naming.edge_host

        def find() -> str:
            found = aws.acm.get_certificate(
                domain=host,
                statuses=["ISSUED"],
                most_recent=True,
                region=self._settings.region,
                opts=self._options,
            )
            return str(found.arn)

        return looked_up(f"the certificate of {host}", find)

    def key_arns(self, site: str) -> dict[str, pulumi.Input[str]]:
        """Data class → ARN of each key that the site takes over; an alias is looked up in the site's region."""
        return {
            purpose: self._key_arn(site, given) for purpose, given in self._settings.sites[site].existing.keys.items()
        }

    def _key_arn(self, site: str, given: str) -> pulumi.Input[str]:
        if ":key/" in given:
            return given
        region = self._settings.sites[site].region

        def find() -> str:
            return str(aws.kms.get_key(key_id=given, region=region, opts=self._options).arn)

        try:
            return attempt(find)
        except LookupFailed as error:
            raise ProgramError(
                f"the key {given} was not found in {region}: {error}; correct lifeline:sites.{site}.existing.keys"
            ) from None

    def secret_arn(self, short: str) -> pulumi.Input[str]:
        """ARN of the region's own copy of a secret, so that a task here needs no other region."""
        if short not in self._secrets:
            name = self._naming.secret(short)

            def find() -> str:
                found = aws.secretsmanager.get_secret(name=name, region=self._settings.region, opts=self._options)
                return str(found.arn)

            self._secrets[short] = looked_up(f"the secret {name}", find)
        return self._secrets[short]

    def master_password(self) -> pulumi.Output[str]:
        """The master password as the region's own copy of the secret has it; stays a secret in state."""
        name = self._naming.secret(MASTER)

        def find() -> str:
            found = aws.secretsmanager.get_secret_version(
                secret_id=name, region=self._settings.region, opts=self._options
            )
            return str(found.secret_string)

        return pulumi.Output.secret(looked_up(f"the value of the secret {name}", find))
