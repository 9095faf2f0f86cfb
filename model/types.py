"""Type tokens: some resources have several, and rules know one."""

from functools import lru_cache

_MODULES = {
    "aws:alb": "aws:lb",
    "aws:applicationloadbalancing": "aws:lb",
    "aws:elasticloadbalancingv2": "aws:lb",
    "aws:elasticloadbalancing": "aws:elb",
}

_TYPES = {
    "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws:s3/bucketObject:BucketObject",
    "cloudflare:index/record:Record": "cloudflare:index/dnsRecord:DnsRecord",
    "cloudflare:index/accessApplication:AccessApplication": (
        "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication"
    ),
    "cloudflare:index/accessPolicy:AccessPolicy": "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy",
    "cloudflare:index/tunnel:Tunnel": "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
}

STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"


@lru_cache(maxsize=4096)
def canonical(token: str) -> str:
    """The one token under which rules know a type: `aws:alb/listener:Listener` → `aws:lb/listener:Listener`."""
    known = _TYPES.get(token)
    if known is not None:
        return known
    package, _, rest = token.partition("/")
    if package == "aws:s3" and rest.endswith("V2") and ":Bucket" in rest:
        # Since version 7 the split resources have their plain names back.
        file, _, name = rest.partition(":")
        return f"aws:s3/{file.removesuffix('V2')}:{name.removesuffix('V2')}"
    module = _MODULES.get(package)
    return f"{module}/{rest}" if module else token


def package(token: str) -> str:
    """`aws` of `aws:s3/bucket:Bucket`."""
    return token.split(":", 1)[0]


def service(token: str) -> str:
    """`s3` of `aws:s3/bucket:Bucket`; empty where a token has another form."""
    parts = token.split(":")
    return parts[1].partition("/")[0] if len(parts) == 3 else ""
