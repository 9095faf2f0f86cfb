"""Buckets that are copied to each other, queues, a cache and images: by Lifeline's own components, in both regions."""

import pulumi
import pulumi_random as random

from infra.components.cache import Cache
from infra.components.images import Images
from infra.components.keys import Keys
from infra.components.object_store import ObjectStore
from infra.components.queue import Queue
from infra.components.replication import Replication
from infra.components.rotation import Reader, Rotation
from infra.components.secrets import Secrets
from tests.sandbox.providers.programs.place import ACCOUNT, provider, two_subnets

REGIONS = {"east": "us-east-1", "west": "us-west-2"}
PEER = {"east": "west", "west": "east"}
TAGS = {"project": "trial"}


def stores() -> None:
    """Both regions' buckets and images, and what a site keeps beside them."""
    account = provider("east", REGIONS["east"], default_tags={"tags": TAGS})
    opts = pulumi.ResourceOptions(providers=[account, random.Provider("random")])
    keys = {site: _keys(site, opts) for site in REGIONS}
    buckets = {site: _buckets(site, keys[site], opts) for site in REGIONS}
    for site, peer in PEER.items():
        Replication(
            f"{site}-replication",
            {
                "region": REGIONS[site],
                "target_region": REGIONS[peer],
                "account_id": ACCOUNT,
                "role": f"trial-{site}-replication",
                "pairs": {
                    "documents": {
                        "source": buckets[site].names["documents"],
                        "source_arn": buckets[site].arns["documents"],
                        "source_alias": f"alias/trial-{site}-documents",
                        "target_arn": pulumi.Output.format("arn:aws:s3:::{0}", buckets[peer].names["documents"]),
                        "target_alias": f"alias/trial-{peer}-documents",
                        "deletions": True,
                    }
                },
                "tags": TAGS,
            },
            opts,
        )
        Images(
            f"{site}-images",
            {
                "region": REGIONS[site],
                "account_id": ACCOUNT,
                "repositories": ["trial/web"],
                "registry": {"copies_to": REGIONS[peer], "scanning": "enhanced"},
                "key_arn": keys[site].arns["documents"],
                "keep": 100,
                "protection": False,
                "tags": TAGS,
            },
            opts,
        )
    _secrets(keys, opts)
    _queue(keys["east"], opts)
    _cache(keys["east"], pulumi.ResourceOptions(provider=account), opts)


def _keys(site: str, opts: pulumi.ResourceOptions) -> Keys:
    return Keys(
        f"{site}-keys",
        {
            "region": REGIONS[site],
            "account_id": ACCOUNT,
            "aliases": {purpose: f"alias/trial-{site}-{purpose}" for purpose in ("documents", "audit")},
            "existing": {},
            "protection": False,
            "tags": TAGS,
        },
        opts,
    )


def _buckets(site: str, keys: Keys, opts: pulumi.ResourceOptions) -> ObjectStore:
    return ObjectStore(
        f"{site}-store",
        {
            "region": REGIONS[site],
            "account_id": ACCOUNT,
            "names": {purpose: f"trial-{site}-{purpose}" for purpose in ("documents", "audit", "access-logs")},
            "key_arns": {"documents": keys.arns["documents"], "audit": keys.arns["audit"]},
            "trail_arn": f"arn:aws:cloudtrail:us-west-2:{ACCOUNT}:trail/trial",
            "also_logged": [],
            "audit_lock": "governance",
            "days": {"archive": 90, "noncurrent": 90, "audit": 2192, "access_logs": 400},
            "protection": False,
            "tags": TAGS,
        },
        opts,
    )


def _secrets(keys: dict[str, Keys], opts: pulumi.ResourceOptions) -> None:
    name = "trial/session-key"
    secrets = Secrets(
        "secrets",
        {
            "region": REGIONS["west"],
            "replica_region": REGIONS["east"],
            "names": {"session-key": name},
            "versions": {},
            "key_id": keys["west"].arns["documents"],
            "replica_key_id": keys["east"].arns["documents"],
            "protection": False,
            "tags": TAGS,
        },
        opts,
    )
    reader: Reader = {"region": REGIONS["east"], "cluster": "trial", "service": "web"}
    Rotation(
        "rotation",
        {
            "region": REGIONS["west"],
            "alarm_region": REGIONS["east"],
            "account_id": ACCOUNT,
            "application": "trial",
            "environment": "production",
            "function": "trial-rotation",
            "role": "trial-rotation",
            "secrets": {
                "session-key": {"name": name, "arn": secrets.arns["session-key"], "days": 90, "readers": [reader]}
            },
            "keys": {region: f"alias/trial-{site}-documents" for site, region in REGIONS.items()},
            "log_key_arn": keys["west"].arns["audit"],
            "topic_arns": {region: f"arn:aws:sns:{region}:{ACCOUNT}:trial-high" for region in REGIONS.values()},
            "runbooks": "https://runbooks.example.com",
            "tags": TAGS,
        },
        opts,
    )


def _queue(keys: Keys, opts: pulumi.ResourceOptions) -> None:
    Queue(
        "east-queue",
        {
            "region": REGIONS["east"],
            "name": "trial-east-nlp",
            "dead_name": "trial-east-nlp-dead",
            "key_arn": keys.arns["documents"],
            "visibility_seconds": 120,
            "retention_seconds": 345600,
            "attempts": 5,
            "protection": False,
            "tags": TAGS,
        },
        opts,
    )


def _cache(keys: Keys, plain: pulumi.ResourceOptions, opts: pulumi.ResourceOptions) -> None:
    vpc, subnets = two_subnets(plain)
    cache = Cache(
        "east-cache",
        {
            "region": REGIONS["east"],
            "cache_id": "trial-east",
            "users": {"web": "trial-east-web", "nlp": "trial-east-nlp"},
            "valkey_version": "8.0",
            "node_type": "cache.t4g.small",
            "nodes": 2,
            "vpc_id": vpc.id,
            "subnet_ids": [subnet.id for subnet in subnets],
            "key_arn": keys.arns["documents"],
            "tags": TAGS,
        },
        opts,
    )
    pulumi.export("cache", cache.endpoint)
