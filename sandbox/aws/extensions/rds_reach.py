"""Which regions RDS reaches from which under the faults in force, and what it refuses where it does not."""

from typing import TYPE_CHECKING

from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "rds"
# A region that reaches none of these is cut off from the rest of AWS.
_ELSEWHERE = ("us-east-1", "us-east-2", "us-west-2")


class Reach:
    """Asks the faults anew each time."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def between(self, one: str, other: str) -> bool:
        return one == other or self._emulation.faults.reachable(one, other, _SERVICE)

    def isolated(self, region: str) -> bool:
        others = {*_ELSEWHERE, *self._emulation.regions} - {region}
        return not any(self.between(region, other) for other in others)

    def check_connected(self, region: str) -> None:
        """Raises ApiError in a region that is cut off from all others: it knows nothing new and decides nothing."""
        if self.isolated(region):
            raise ApiError(
                "InvalidGlobalClusterStateFault", f"{region} is cut off from the other Regions of its global clusters"
            )

    def check(self, region: str, other: str) -> None:
        """Raises ApiError where `region` does not reach `other`."""
        if not self.between(region, other):
            raise ApiError("InvalidGlobalClusterStateFault", f"{other} cannot be reached from {region}")
