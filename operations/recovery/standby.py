"""What a site's services may scale to while it stands by."""

from collections.abc import Iterator
from typing import Any

from operations.recovery.steps.schedules import DIMENSION, NAMESPACE
from operations.topology import Topology


def ranges(topology: Topology, site: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Region and parameters of a `RegisterScalableTarget` for each of the site's services; tasks leave by and by."""
    pilot = topology.standby == "pilot"
    for item in topology.all("scalable_target", site):
        floor, ceiling = (0, 0) if pilot else topology.capacity[str(item.name)].standby
        yield (
            item.region,
            {
                "ServiceNamespace": NAMESPACE,
                "ResourceId": item.id,
                "ScalableDimension": DIMENSION,
                "MinCapacity": floor,
                "MaxCapacity": ceiling,
            },
        )
