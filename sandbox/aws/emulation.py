"""What every extension is given: moto's state, the faults in force, the real databases and the regions in use."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sandbox.aws.databases import Databases
from sandbox.aws.moto_backend import MotoBackend
from sandbox.faults import Faults


@dataclass
class Emulation:
    """`regions` are those that sites are in. `running` counts a service's tasks that really run."""

    backend: MotoBackend
    faults: Faults
    databases: Databases
    regions: Collection[str]
    running: Callable[[str, str], int]
    sessions: dict[str, str] = field(default_factory=dict)
    """Access key ids that STS has given out, and who took them."""
