"""What spans the sites: the stack `global`, applied first."""

from typing import TypedDict

import pulumi

from infra import safeguards, workloads
from infra.component import Component
from infra.components.certificates import Certificates
from infra.components.control_table import ControlTable
from infra.components.global_database import GlobalDatabase
from infra.components.secrets import Secrets
from infra.components.traffic import Traffic
from infra.edge import cdn, zone_records
from infra.found import Found
from infra.money import budget
from infra.naming import Naming, tags
from infra.notices import spanning_notifications
from infra.outputs import SpanningOutputs
from infra.rotations import rotation
from infra.settings import Settings
from infra.settings.checks import MASTER
from infra.stores import Stores
from infra.watch.spanning import SpanningWatch
from infra.zone import Zone


class SpanningArgs(TypedDict):
    settings: Settings
    """Of the scope `global`."""
    found: Found
    """Keys that are taken over."""
    zone: Zone
    """Cloudflare's zone."""


class Spanning(Component):
    """Control table, global cluster, keys, secrets, buckets, images, certificates, traffic.

    Every child names its region, since the provider's own is only the home region.
    """

    outputs: SpanningOutputs

    def __init__(self, name: str, args: SpanningArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._settings = name, args["settings"]
        settings = self._settings
        self._naming, self._tags, self._protection = Naming.of(settings), tags(settings), settings.protection == "on"
        self._home = settings.home_region
        self._home_site = next(site for site, each in settings.sites.items() if each.region == self._home)
        self._other_site = settings.peer(self._home_site)
        self._other = settings.sites[self._other_site].region
        table = self._control_table()
        shell = self._global_database()
        certificates = self._certificates(args["zone"])
        stores = Stores(self, name, settings, args["found"])
        secrets = self._secrets(stores)
        rotation(self, name, settings, secrets, stores)
        traffic = self._traffic(args["zone"])
        safeguards.of_account(name, settings, stores, self.child())
        topics = spanning_notifications(self, name, settings)
        watch = SpanningWatch(self, name, settings)
        money = budget(self, name, settings, topics)
        cdn(self, name, settings, args["zone"])
        zone = zone_records(self, name, settings, args["zone"])
        self.outputs = {
            "edge_host": traffic.host,
            "dnssec_ds": zone.ds if zone else None,
            "control_table_name": table.table_name,
            "global_cluster_identifier": shell.identifier,
            "certificate_arns": certificates,
            "pool_ids": traffic.pool_ids,
            "secret_arns": secrets.arns,
            "topic_arns": topics.topic_arns,
            "dashboard_names": watch.dashboard_names,
            "canary_names": watch.canary_names,
            "budget_names": money.names,
            "bucket_names": {site: store.names for site, store in stores.buckets.items()},
            "repository_urls": {site: images.urls for site, images in stores.images.items()},
        }
        self.register_outputs(dict(self.outputs))

    def _control_table(self) -> ControlTable:
        return ControlTable(
            f"{self._name}-control",
            {
                "region": self._home,
                "replica_region": self._other,
                "witness_region": self._settings.witness_region,
                "name": self._naming.control_table,
                "protection": self._protection,
                # Who is active, what a promotion did, and letters; rows that pass through are sealed for their reader.
                "tags": {**self._tags, "data-classification": "internal"},
            },
            self.child(),
        )

    def _global_database(self) -> GlobalDatabase:
        return GlobalDatabase(
            f"{self._name}-database",
            {
                "region": self._home,
                "identifier": self._naming.global_cluster,
                "engine_version": self._settings.database.engine_version,
                "database_name": workloads.database_name(self._settings),
                "protection": self._protection,
                "tags": self._tags,
            },
            self.child(),
        )

    def _secrets(self, stores: Stores) -> Secrets:
        settings = self._settings
        return Secrets(
            f"{self._name}-secrets",
            {
                "region": self._home,
                "replica_region": self._other,
                "names": {short: self._naming.secret(short) for short in workloads.secret_names(settings)},
                "versions": {MASTER: settings.database.master_password_version},
                "key_id": stores.keys[self._home_site].arns["secrets"],
                "replica_key_id": stores.keys[self._other_site].arns["secrets"],
                "protection": self._protection,
                "tags": self._tags,
            },
            self.child(),
        )

    def _certificates(self, zone: Zone) -> dict[str, pulumi.Input[str]]:
        """Site → ARN: those that are there already, and those that are made for the others."""
        sites = self._settings.sites.items()
        arns: dict[str, pulumi.Input[str]] = {
            site: each.existing.certificate_arn for site, each in sites if each.existing.certificate_arn
        }
        regions = {site: each.region for site, each in sites if site not in arns}
        if regions:
            certificates = Certificates(
                f"{self._name}-certificates",
                {
                    "regions": regions,
                    "host": self._naming.edge_host,
                    "zone_id": zone.id,
                    "tags": self._tags,
                },
                self.child(),
            )
            arns |= certificates.arns
        return arns

    def _traffic(self, zone: Zone) -> Traffic:
        settings, active = self._settings, self._settings.active_site
        return Traffic(
            f"{self._name}-traffic",
            {
                "account_id": zone.account_id,
                "zone_id": zone.id,
                "host": self._naming.edge_host,
                "pools": {
                    site: {"name": self._naming.pool(site), "origin": self._naming.origin_host(site)}
                    for site in settings.sites
                },
                "order": [active, settings.peer(active)],
                "near": settings.traffic.near if settings.traffic.steering == "geographic" else {},
                "monitor_zone": settings.domain,
                "monitor_path": workloads.WARDEN_PATH,
                "monitor_interval": settings.traffic.monitor_interval,
                "monitor_timeout": settings.traffic.monitor_timeout,
                "monitor_retries": settings.traffic.monitor_retries,
            },
            self.child(),
        )
