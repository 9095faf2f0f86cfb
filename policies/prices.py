"""List prices, as far as a program tells what is paid for: by the hour and by the piece, not by use.

On demand, Linux, us-east-1, in US dollars, before tax, discounts, reservations and free tiers; other regions cost up to
a third more. They were written down in 2026 and age: whoever needs better ones gives them in the rule's parameter
`prices`, as `key=dollars a month`. Keys of machines name a family by its size "large"; other sizes are multiples of it.
"""

from collections.abc import Iterable, Mapping

from policies.sizes import family

HOURS = 730
"""A month, as AWS's own calculator counts."""

_BY_THE_HOUR = {
    "nat-gateway": 0.045,
    "interface-endpoint": 0.01,
    "public-ipv4": 0.005,
    "load-balancer": 0.0225,
    "fargate-vcpu": 0.04048,
    "fargate-gb": 0.004445,
    "fargate-arm-vcpu": 0.03238,
    "fargate-arm-gb": 0.00356,
    "aurora-acu": 0.12,
    "eks-cluster": 0.10,
    "kinesis-shard": 0.015,
    "firewall-endpoint": 0.395,
    "dynamodb-read-unit": 0.00013,
    "dynamodb-write-unit": 0.00065,
}
_BY_THE_MONTH = {
    "kms-key": 1.0,
    "secret": 0.4,
    "alarm": 0.1,
    "composite-alarm": 0.5,
    "dashboard": 3.0,
    "waf-acl": 5.0,
    "waf-rule": 1.0,
    "hosted-zone": 0.5,
    "health-check": 0.5,
    "ebs-gp3-gb": 0.08,
    "ebs-gp2-gb": 0.10,
    "ebs-io1-gb": 0.125,
    "ebs-io2-gb": 0.125,
    "ebs-st1-gb": 0.045,
    "ebs-sc1-gb": 0.015,
    "ebs-standard-gb": 0.05,
    "rds-gb": 0.115,
    "opensearch-gb": 0.122,
}
_LARGE_BY_THE_HOUR = {
    "ec2": {
        "t3": 0.0832, "t3a": 0.0752, "t4g": 0.0672, "m5": 0.096, "m5a": 0.086, "m6a": 0.0864, "m6g": 0.077,
        "m6i": 0.096, "m7a": 0.1159, "m7g": 0.0816, "m7i": 0.1008, "m8g": 0.0898, "c5": 0.085, "c6a": 0.0765,
        "c6g": 0.068, "c6i": 0.085, "c7a": 0.1026, "c7g": 0.0725, "c7i": 0.0893, "c8g": 0.0798, "r5": 0.126,
        "r6a": 0.1134, "r6g": 0.1008, "r6i": 0.126, "r7a": 0.1522, "r7g": 0.1071, "r7i": 0.1323, "r8g": 0.1178,
    },
    "aurora": {
        "t3": 0.164, "t4g": 0.146, "r5": 0.29, "r6g": 0.26, "r6i": 0.29, "r7g": 0.276, "r7i": 0.3045, "r8g": 0.276,
    },
    "rds": {
        "t3": 0.145, "t4g": 0.129, "m5": 0.178, "m6g": 0.159, "m6i": 0.178, "m7g": 0.168, "m7i": 0.178,
        "r5": 0.25, "r6g": 0.225, "r6i": 0.25, "r7g": 0.239, "r7i": 0.25,
    },
    "elasticache": {
        "t3": 0.136, "t4g": 0.13, "m5": 0.156, "m6g": 0.149, "m7g": 0.158, "r5": 0.216, "r6g": 0.206, "r7g": 0.219,
    },
    "opensearch": {
        "t3": 0.146, "m5": 0.142, "m6g": 0.128, "m7g": 0.135, "c5": 0.125, "c6g": 0.113, "c7g": 0.119, "r5": 0.186,
        "r6g": 0.167, "r7g": 0.178,
    },
}  # fmt: skip

PRICES: Mapping[str, float] = {
    **{key: hourly * HOURS for key, hourly in _BY_THE_HOUR.items()},
    **_BY_THE_MONTH,
    **{
        f"{service} {name}": hourly * HOURS
        for service, families in _LARGE_BY_THE_HOUR.items()
        for name, hourly in families.items()
    },
}
"""Key → US dollars a month."""

_FACTORS = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}


class Unpriced(Exception):
    """A size that is not in the table. `key` is what to give in `prices`."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} has no price")


class Prices:
    """The table, with a user's own prices before it."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        """`own`: items such as `nat-gateway=40.5` or `aurora r7g=190`; what is no number is left out."""
        self._prices = dict(PRICES)
        for item in own:
            key, _, value = str(item).rpartition("=")
            try:
                self._prices[key.strip().lower()] = float(value)
            except ValueError:
                continue

    def of(self, key: str) -> float:
        """Dollars a month. Raises Unpriced."""
        if key not in self._prices:
            raise Unpriced(key)
        return self._prices[key]

    def machine(self, service: str, size: str) -> float:
        """Dollars a month of `m7g.large`, `db.r7g.2xlarge`, `cache.t4g.small`. Raises Unpriced."""
        exact, name = f"{service} {size.strip().lower()}", family(size)
        if exact in self._prices:
            return self._prices[exact]
        after = size.strip().lower().partition(f"{name}.")[2].partition(".")[0]
        factor = _FACTORS.get(after)
        if factor is None and after.endswith("xlarge") and after[:-6].isdigit():
            factor = 2.0 * int(after[:-6])
        if factor is None:
            raise Unpriced(exact)
        return self.of(f"{service} {name}") * factor
