"""What guards an estate, wired: the firewall, backups, the trail, what is recorded, and who is told of a finding."""

from collections.abc import Mapping

import pulumi

from infra import clients, config_rules
from infra.components.account_baseline import AccountBaseline
from infra.components.backup import Backup, BackupArgs
from infra.components.detection import Detection
from infra.components.finding_routes import FindingRoutes
from infra.components.firewall import Firewall
from infra.components.keys import Keys
from infra.components.load_balancer import LoadBalancer
from infra.components.object_store import ACCESS_LOGS, AUDIT, DOCUMENTS
from infra.components.recorder import Recorder
from infra.components.region_baseline import RegionBaseline
from infra.components.security_hub import SecurityHub
from infra.components.trail import Trail
from infra.components.trust_bundle import TrustBundle
from infra.naming import Naming, tags
from infra.settings import GLOBAL, Settings
from infra.stores import Stores


def of_site(
    name: str,
    settings: Settings,
    balancer: LoadBalancer,
    keys: Keys,
    topic_arns: Mapping[str, pulumi.Input[str]],
    options: pulumi.ResourceOptions,
) -> None:
    """Everything of one site; what a region has once only where the account's baseline is ours.

    `topic_arns` are the site's topics by severity.
    """
    naming, site = Naming.of(settings), settings.scope
    Firewall(
        f"{name}-firewall",
        {
            "region": settings.region,
            "account_id": settings.account_id,
            "balancer_arn": balancer.arn,
            "requests": settings.door.waf.requests,
            "counted": settings.door.waf.counted,
            "count_address_lists": settings.door.waf.address_lists == "count",
            "log_group": naming.waf_log_group(site),
            "log_key_arn": keys.arns["logs"],
            "log_days": settings.door.waf.log_days,
            "tags": tags(settings),
        },
        options,
    )
    _backup(name, settings, keys, options)
    FindingRoutes(
        f"{name}-findings",
        {
            "region": settings.region,
            "topic_arns": topic_arns,
            "runbooks": settings.observability.runbooks.rstrip("/"),
            "tags": tags(settings),
        },
        options,
    )
    if settings.account_baseline == "managed":
        _region(name, settings, options)


def of_account(name: str, settings: Settings, stores: Stores, options: pulumi.ResourceOptions) -> None:
    """Everything that spans the sites: what their load balancers trust, and the account's own baseline."""
    naming = Naming.of(settings)
    if certificate := clients.authority(settings):
        for site, each in settings.sites.items():
            TrustBundle(
                f"{name}-trust-{site}",
                {
                    "region": each.region,
                    "bucket": naming.bucket(site, clients.TRUST),
                    "log_bucket": stores.buckets[site].guarded[ACCESS_LOGS],
                    "key_arn": stores.keys[site].arns[DOCUMENTS],
                    "key": clients.authority_key(certificate),
                    "certificate": certificate,
                    "protection": settings.protection == "on",
                    "tags": {**tags(settings), "data-classification": "public"},
                },
                options,
            )
    if settings.account_baseline == "managed":
        AccountBaseline(f"{name}-account", {"account_id": settings.account_id}, options)
        # Known once its policy stands: AWS refuses a trail without a bucket that takes its records.
        _trail(name, settings, stores.buckets[_home(settings)].guarded[AUDIT], options)
        SecurityHub(
            f"{name}-hub",
            {
                "regions": {site: each.region for site, each in settings.sites.items()},
                "home": _home(settings),
                "standards": settings.detection.standards,
            },
            options,
        )


def _home(settings: Settings) -> str:
    """The site in the home region."""
    return next(site for site, each in settings.sites.items() if each.region == settings.home_region)


def _backup(name: str, settings: Settings, keys: Keys, options: pulumi.ResourceOptions) -> None:
    naming, site, backup = Naming.of(settings), settings.scope, settings.backup
    region, account = settings.region, settings.account_id
    peer = settings.peer(site)
    copies = [naming.backup_vault_arn(settings.sites[peer].region, peer)]
    if backup.account:
        copies.append(f"arn:aws:backup:{region}:{backup.account.account_id}:backup-vault:{backup.account.vault}")
    args: BackupArgs = {
        "region": region,
        "account_id": account,
        "vault": naming.backup_vault(site),
        "key_arn": keys.arns["backup"],
        "role": naming.role(site, "backup"),
        "resources": [
            f"arn:aws:rds:{region}:{account}:cluster:*",
            f"arn:aws:dynamodb:{region}:{account}:table/{naming.control_table}",
            f"arn:aws:s3:::{naming.bucket(site, 'documents')}",
        ],
        "selects": {"project": settings.project, "environment": settings.environment},
        "active": site == settings.active_site,
        "frequency": backup.frequency,
        "at": backup.at,
        "start_minutes": backup.start_hours * 60,
        "completion_minutes": backup.completion_hours * 60,
        "retention": {"daily_days": backup.daily_days, "monthly_days": backup.monthly_days},
        "copies": copies,
        "restore_day": backup.restore_test,
        "protection": settings.protection == "on",
        "tags": tags(settings),
    }
    if backup.lock == "compliance" and settings.protection == "on":
        args["grace_days"] = backup.grace_days
    Backup(f"{name}-backup", args, options)


def _region(name: str, settings: Settings, options: pulumi.ResourceOptions) -> None:
    naming, site = Naming.of(settings), settings.scope
    RegionBaseline(
        f"{name}-region",
        {"region": settings.region, "analyzer": naming.at(site), "tags": tags(settings)},
        options,
    )
    Recorder(
        f"{name}-recorder",
        {
            "region": settings.region,
            "account_id": settings.account_id,
            "name": naming.at(site),
            "role": naming.role(site, "recorder"),
            "bucket": naming.bucket(site, "audit"),
            "records_global": settings.region == settings.home_region,
            "rules": [
                {"name": rule.name, "source": rule.source, "parameters": rule.parameters}
                for rule in config_rules.CONFIG_RULES
            ],
            "tags": tags(settings),
        },
        options,
    )
    Detection(
        f"{name}-detection",
        {
            "region": settings.region,
            "account_id": settings.account_id,
            "buckets": [naming.bucket(site, "documents")],
            "sample_percent": settings.detection.macie_sample,
            "tags": tags(settings),
        },
        options,
    )


def _trail(name: str, settings: Settings, audit_bucket: pulumi.Input[str], options: pulumi.ResourceOptions) -> None:
    naming, home, region = Naming.of(settings), _home(settings), settings.home_region
    keys = Keys(
        f"{name}-trail-keys",
        {
            "region": region,
            "account_id": settings.account_id,
            "aliases": {"trail": naming.key_alias(home, "trail")},
            "protection": settings.protection == "on",
            "tags": tags(settings),
        },
        options,
    )
    table = naming.control_table
    Trail(
        f"{name}-trail",
        {
            "region": region,
            "account_id": settings.account_id,
            "name": naming.trail,
            "bucket": audit_bucket,
            "key_arn": keys.arns["trail"],
            "log_group": naming.log_group(GLOBAL, "trail"),
            "log_days": settings.log_days,
            "role": naming.role(GLOBAL, "trail"),
            "watched_objects": [f"arn:aws:s3:::{naming.bucket(site, 'documents')}/" for site in settings.sites],
            "watched_tables": [
                f"arn:aws:dynamodb:{each.region}:{settings.account_id}:table/{table}"
                for each in settings.sites.values()
            ],
            "tags": tags(settings),
        },
        options,
    )
