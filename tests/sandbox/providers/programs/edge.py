"""Cloudflare's side."""

import pulumi
import pulumi_cloudflare as cloudflare


def edge(endpoint_token: str, order: tuple[str, ...] = ("east", "west")) -> None:
    """Cloudflare's side: pools, a monitor, the load balancer and a record. `order` is the traffic's."""
    cdn = cloudflare.Provider("cdn", api_token=endpoint_token)
    opts = pulumi.ResourceOptions(provider=cdn)
    zone = cloudflare.get_zone_output(
        filter={"name": "clinic.example.com"}, opts=pulumi.InvokeOutputOptions(provider=cdn)
    )
    account = zone.account.id
    monitor = cloudflare.LoadBalancerMonitor(
        "monitor",
        account_id=account,
        type="https",
        path="/.well-known/lifeline",
        expected_codes="200",
        method="GET",
        interval=15,
        timeout=5,
        retries=1,
        header={"Host": ["trial.clinic.example.com"]},
        opts=opts,
    )
    pools = {
        site: cloudflare.LoadBalancerPool(
            f"pool-{site}",
            account_id=account,
            name=f"trial-{site}",
            monitor=monitor.id,
            origins=[
                {
                    "name": site,
                    "address": f"origin-{site}.clinic.example.com",
                    "header": {"hosts": ["trial.clinic.example.com"]},
                }
            ],
            opts=opts,
        )
        for site in ("east", "west")
    }
    cloudflare.LoadBalancer(
        "traffic",
        zone_id=zone.zone_id,
        name="trial.clinic.example.com",
        default_pools=[pools[site].id for site in order],
        fallback_pool=pools[order[0]].id,
        steering_policy="off",
        session_affinity="none",
        proxied=True,
        opts=opts,
    )
    cloudflare.DnsRecord(
        "origin",
        zone_id=zone.zone_id,
        name="origin-east.clinic.example.com",
        type="CNAME",
        content="trial-1.us-east-1.elb.amazonaws.com",
        ttl=60,
        proxied=False,
        opts=opts,
    )


def traffic_at_the_edge() -> None:
    edge("not-a-real-token")
