"""One DynamoDB global table with multi-Region strong consistency: its members, its one store, its quorum.

Three members (replicas and at most one witness) keep each change; two of them must take part. So a replica that is
cut off from both others refuses writes and strong reads, and answers eventual reads with what it knew when it was cut
off.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.errors import ApiError

# Regions that may form one strongly consistent table; sets are never mixed.
# Source: DynamoDB developer guide, "Consistency modes".
REGION_SETS = (
    frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    frozenset({"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"}),
    frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
)
_MEMBERS = 3

Reachable = Callable[[str, str], bool]


@dataclass
class GlobalTable:
    """`items` is moto's own item map, shared by all replicas. `frozen` has the past of each isolated replica."""

    name: str
    replicas: list[str]
    witness: str | None
    items: Any
    frozen: dict[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        return [*self.replicas, *([self.witness] if self.witness else [])]

    def has_quorum(self, region: str, reachable: Reachable) -> bool:
        reached = sum(1 for member in self.members if member == region or reachable(region, member))
        return reached > len(self.members) // 2

    def follow(self, reachable: Reachable) -> None:
        """Freeze what a replica knows at the moment it is isolated; forget that when it is back."""
        for region in self.replicas:
            if self.has_quorum(region, reachable):
                self.frozen.pop(region, None)
            elif region not in self.frozen:
                self.frozen[region] = copy.deepcopy(self.items)

    def readable(self, region: str, *, strong: bool) -> Any:
        """The items that a read in `region` sees. Raises ApiError for a strong read without quorum."""
        if region not in self.frozen:
            return self.items
        if strong:
            raise isolated(self.name, region)
        return self.frozen[region]

    def writable(self, region: str) -> Any:
        """The items that a write in `region` changes. Raises ApiError without quorum."""
        if region in self.frozen:
            raise isolated(self.name, region)
        return self.items

    def describe(self, region: str, status: str = "ACTIVE") -> dict[str, Any]:
        """What DescribeTable adds in `region`: the *other* replicas, the witness, the mode."""
        described: dict[str, Any] = {
            "GlobalTableVersion": "2019.11.21",
            "MultiRegionConsistency": "STRONG",
            "Replicas": [{"RegionName": name, "ReplicaStatus": status} for name in self.replicas if name != region],
        }
        if self.witness:
            described["GlobalTableWitnesses"] = [{"RegionName": self.witness, "WitnessStatus": status}]
        return described


def isolated(table: str, region: str) -> ApiError:
    """What a replica without quorum answers.

    AWS documents that such calls fail, not with which code; this is the retryable server error of the model.
    """
    return ApiError(
        "InternalServerError",
        f"The replica of {table} in {region} cannot reach enough of the other Regions for a write or a strong read",
        500,
    )


def check_membership(home: str, replicas: list[str], witnesses: list[str]) -> None:
    """Raise ApiError where these regions cannot form a strongly consistent table."""
    members = [home, *replicas, *witnesses]
    if len(witnesses) > 1 or len(members) != _MEMBERS or len(set(members)) != _MEMBERS:
        raise ApiError(
            "ValidationException",
            f"A table with multi-Region strong consistency has exactly {_MEMBERS} different Regions: three replicas, "
            f"or two replicas and one witness; given were {', '.join(members)}",
        )
    if not any(set(members) <= allowed for allowed in REGION_SETS):
        raise ApiError(
            "ValidationException",
            f"Multi-Region strong consistency is not available across {', '.join(members)}: not one Region set",
        )
