"""What `global` declares for both sites to keep things in: their keys, buckets with replication, and images."""

import pulumi

from infra.clients import TRUST, authority
from infra.component import Component
from infra.components.images import Images
from infra.components.keys import Keys
from infra.components.object_store import ACCESS_LOGS, AUDIT, DOCUMENTS, ObjectStore
from infra.components.replication import Pair, Replication
from infra.found import Found
from infra.naming import Naming, tags
from infra.settings import Settings

KEY_PURPOSES = ("secrets", DOCUMENTS, AUDIT, "images")
"""Data classes of `global` in each site's region; a site's own stack has the others."""


class Stores:
    """Children of the component that is given; every one names its region."""

    def __init__(self, owner: Component, name: str, settings: Settings, found: Found) -> None:
        self._owner, self._name, self._settings = owner, name, settings
        self._naming, self._tags, self._protection = Naming.of(settings), tags(settings), settings.protection == "on"
        self.keys = {site: self._keys(site, found) for site in settings.sites}
        self.buckets = {site: self._buckets(site) for site in settings.sites}
        for site in settings.sites:
            self._replication(site)
        managed = settings.images.repositories == "managed" and repositories(settings)
        self.images = {site: self._images(site) for site in settings.sites} if managed else {}

    def _keys(self, site: str, found: Found) -> Keys:
        return Keys(
            f"{self._name}-keys-{site}",
            {
                "region": self._settings.sites[site].region,
                "account_id": self._settings.account_id,
                "aliases": {purpose: self._naming.key_alias(site, purpose) for purpose in KEY_PURPOSES},
                "existing": found.key_arns(site),
                "protection": self._protection,
                "tags": self._tags,
            },
            self._owner.child(),
        )

    def _buckets(self, site: str) -> ObjectStore:
        settings, naming = self._settings, self._naming
        days = settings.object_store
        return ObjectStore(
            f"{self._name}-store-{site}",
            {
                "region": settings.sites[site].region,
                "account_id": settings.account_id,
                "names": {purpose: naming.bucket(site, purpose) for purpose in (DOCUMENTS, AUDIT, ACCESS_LOGS)},
                "key_arns": {purpose: self.keys[site].arns[purpose] for purpose in (DOCUMENTS, AUDIT)},
                "trail_arn": naming.trail_arn(settings.home_region),
                "also_logged": [f"arn:aws:s3:::{naming.bucket(site, TRUST)}"] if authority(settings) else [],
                "audit_lock": days.audit_lock,
                "days": {
                    "archive": days.archive_after_days,
                    "noncurrent": days.noncurrent_days,
                    "audit": days.audit_days,
                    "access_logs": days.access_log_days,
                },
                "protection": self._protection,
                "tags": self._tags,
            },
            self._owner.child(),
        )

    def _replication(self, site: str) -> None:
        settings, peer = self._settings, self._settings.peer(site)
        Replication(
            f"{self._name}-replication-{site}",
            {
                "region": settings.sites[site].region,
                "target_region": settings.sites[peer].region,
                "account_id": settings.account_id,
                "role": self._naming.role(site, "replication"),
                "pairs": {
                    DOCUMENTS: self._pair(site, peer, DOCUMENTS, deletions=True),
                    # Whoever deletes an audit record at one site finds it at the other.
                    AUDIT: self._pair(site, peer, AUDIT, deletions=False),
                },
                "tags": self._tags,
            },
            self._owner.child(),
        )

    def _pair(self, site: str, peer: str, purpose: str, *, deletions: bool) -> Pair:
        return {
            "source": self.buckets[site].names[purpose],
            "source_arn": self.buckets[site].arns[purpose],
            "source_alias": self._naming.key_alias(site, purpose),
            # Known only once the copy is versioned, which replication asks for.
            "target_arn": pulumi.Output.format("arn:aws:s3:::{0}", self.buckets[peer].names[purpose]),
            "target_alias": self._naming.key_alias(peer, purpose),
            "deletions": deletions,
        }

    def _images(self, site: str) -> Images:
        settings, peer = self._settings, self._settings.peer(site)
        managed = settings.account_baseline == "managed"
        return Images(
            f"{self._name}-images-{site}",
            {
                "region": settings.sites[site].region,
                "account_id": settings.account_id,
                "repositories": repositories(settings),
                "registry": (
                    {"copies_to": settings.sites[peer].region, "scanning": settings.images.scanning}
                    if managed
                    else None
                ),
                "key_arn": self.keys[site].arns["images"],
                "keep": settings.images.keep,
                "protection": self._protection,
                "tags": self._tags,
            },
            self._owner.child(),
        )


def repositories(settings: Settings) -> list[str]:
    """Repositories of the images that name no registry of their own, this repository's own image among them."""
    naming = Naming.of(settings)
    images = [settings.lifeline_image, *(service.image for service in settings.services)]
    return sorted({found for image in images if (found := naming.repository(image)) is not None})
