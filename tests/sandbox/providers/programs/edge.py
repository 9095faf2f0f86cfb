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
    cloudflare.ZoneSetting("tls", zone_id=zone.zone_id, setting_id="min_tls_version", value="1.2", opts=opts)
    cloudflare.ZoneSetting(
        "hsts",
        zone_id=zone.zone_id,
        setting_id="security_header",
        value={"strict_transport_security": {"enabled": True, "max_age": 31536000, "include_subdomains": False}},
        opts=opts,
    )
    cloudflare.TieredCache("tiered", zone_id=zone.zone_id, value="on", opts=opts)
    cloudflare.AuthenticatedOriginPullsSettings("pulls", zone_id=zone.zone_id, enabled=True, opts=opts)
    cloudflare.Ruleset(
        "rate",
        zone_id=zone.zone_id,
        kind="zone",
        name="rate",
        phase="http_ratelimit",
        rules=[
            {
                "ref": "address",
                "action": "block",
                "expression": 'http.host eq "trial.clinic.example.com"',
                "enabled": True,
                "ratelimit": {
                    "characteristics": ["cf.colo.id", "ip.src"],
                    "period": 60,
                    "requests_per_period": 600,
                    "mitigation_timeout": 60,
                },
            }
        ],
        opts=opts,
    )


def traffic_at_the_edge() -> None:
    edge("not-a-real-token")
