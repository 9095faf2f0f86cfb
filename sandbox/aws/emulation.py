"""What every extension is given: moto's state, the faults in force, the real databases and the sites they belong to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.aws.databases import Databases
from sandbox.aws.moto_backend import MotoBackend
from sandbox.faults import Faults


@dataclass
class Emulation:
    """`sites` maps region → site, for the sites with a database. `running` counts a service's tasks that really run."""

    backend: MotoBackend
    faults: Faults
    databases: Databases
    sites: Mapping[str, str]
    running: Callable[[str, str], int]
    sessions: dict[str, str] = field(default_factory=dict)
    """Access key ids that STS has given out, and who took them."""
