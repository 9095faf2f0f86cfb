"""The edge's traffic: a pool per site, the active one first, each healthy only while its site holds the lease."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_cloudflare as cloudflare

from infra.component import Component


class PoolArgs(TypedDict):
    """A site's pool."""

    name: pulumi.Input[str]
    """The pool's name, by which a promotion finds it."""
    origin: pulumi.Input[str]
    """The site's `origin-<site>` host."""


class TrafficArgs(TypedDict):
    account_id: pulumi.Input[str]
    """Cloudflare's account."""
    zone_id: pulumi.Input[str]
    """Cloudflare's zone."""
    host: pulumi.Input[str]
    """Where users reach the service."""
    pools: Mapping[str, PoolArgs]
    """Plain mapping, since it decides what exists: site → its pool."""
    order: Sequence[str]
    """Plain: the sites, the active one first."""
    near: Mapping[str, Sequence[str]]
    """Plain, since the steering follows from it: site → Cloudflare's regions that try it first; empty: failover."""
    monitor_zone: pulumi.Input[str]
    """The zone whose settings (such as authenticated origin pulls) the probes take on."""
    monitor_path: pulumi.Input[str]
    """The warden's: 200 only while its site holds the lease and a test write succeeded."""
    monitor_interval: pulumi.Input[int]
    """Seconds between two probes."""
    monitor_timeout: pulumi.Input[int]
    """Seconds until a probe counts as failed."""
    monitor_retries: pulumi.Input[int]
    """Probes repeated before a pool counts as unhealthy."""


class Traffic(Component):
    """Monitor, pools and load balancer at Cloudflare."""

    pool_ids: dict[str, pulumi.Output[str]]
    """Site → pool."""
    host: pulumi.Output[str]

    def __init__(self, name: str, args: TrafficArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        monitor = cloudflare.LoadBalancerMonitor(
            f"{name}-monitor",
            account_id=args["account_id"],
            description="A site is healthy while its warden holds the lease",
            type="https",
            method="GET",
            path=args["monitor_path"],
            port=443,
            expected_codes="200",
            interval=args["monitor_interval"],
            timeout=args["monitor_timeout"],
            retries=args["monitor_retries"],
            follow_redirects=False,
            allow_insecure=False,
            header={"Host": [args["host"]]},
            probe_zone=args["monitor_zone"],
            opts=self.child(),
        )
        pools = {
            site: cloudflare.LoadBalancerPool(
                f"{name}-pool-{site}",
                account_id=args["account_id"],
                name=pool["name"],
                description=f"The site {site}",
                enabled=True,
                minimum_origins=1,
                monitor=monitor.id,
                origins=[
                    {
                        "name": site,
                        "address": pool["origin"],
                        "enabled": True,
                        "weight": 1,
                        "header": {"hosts": [args["host"]]},
                    }
                ],
                # A promotion closes the old site's pool, and nobody but a rejoin opens it again.
                opts=self.child(ignore_changes=["enabled"]),
            )
            for site, pool in args["pools"].items()
        }
        balancer = cloudflare.LoadBalancer(
            f"{name}-balancer",
            zone_id=args["zone_id"],
            name=args["host"],
            description="The active site first",
            default_pools=[pools[site].id for site in args["order"]],
            fallback_pool=pools[args["order"][0]].id,
            # `off` is failover in the order of the pools.
            steering_policy="geo" if args["near"] else "off",
            region_pools={
                region: [pools[site].id, *(pool.id for other, pool in pools.items() if other != site)]
                for site, regions in args["near"].items()
                for region in regions
            }
            or None,
            session_affinity="none",
            proxied=True,
            # It ignores health, so a promotion moves it; sent again from a stale state it would undo that.
            opts=self.child(ignore_changes=["fallback_pool"]),
        )
        self.pool_ids = {site: pool.id for site, pool in pools.items()}
        self.host = balancer.name
        self.register_outputs({"pool_ids": self.pool_ids, "host": self.host})
