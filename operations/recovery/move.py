"""What a promotion is about: from where, to where, how, under which record; and where its calls go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from operations import clients
from operations.edge import Edge
from operations.record.attributes import Value
from operations.record.mailbox import Kind, Mailbox
from operations.record.record import Record
from operations.record.replicas import ClientFactory
from operations.record.store import RecordStore
from operations.recovery.users import Ask, ask_edge
from operations.steps.call import CLOUDFLARE, Call
from operations.steps.clock import Clock, SystemClock
from operations.steps.hands import Hands
from operations.topology import Topology

Mode = Literal["failover", "switchover"]


@dataclass(frozen=True)
class World:
    """Everything outside this process. Tests put doubles here."""

    aws: ClientFactory = clients.aws
    edge: Callable[[Topology], Edge] = Edge
    users: Ask = ask_edge
    """A request at the edge, as a user makes it."""
    clock: Clock = field(default_factory=SystemClock)
    answer_seconds: float = 8.0
    """How long to wait for a warden's answer; its mailbox is looked into twice a second."""


@dataclass(frozen=True)
class BreakGlass:
    """A decision of two people, for a night on which no replica of the control table answers."""

    people: tuple[str, str]
    reason: str


@dataclass(frozen=True)
class Move:
    """One promotion. `before` is the record that it starts from."""

    topology: Topology
    target: str
    mode: Mode
    promotion: str
    by: str
    before: Record
    world: World
    glass: BreakGlass | None = None
    """Set: it is done without the record, which no replica gives or takes.

    Its epoch is then the next one after the newest lease that the target's database knows; the warden makes it.
    """

    @property
    def origin(self) -> str:
        return self.topology.peer(self.target)

    @property
    def region(self) -> str:
        """The target's."""
        return self.topology.region(self.target)

    @property
    def origin_region(self) -> str:
        return self.topology.region(self.origin)

    @property
    def lost(self) -> str | None:
        """The region that no required call may need; none in a switchover."""
        return self.origin_region if self.mode == "failover" else None

    @property
    def epoch(self) -> int:
        """The one that this promotion makes."""
        return self.before.epoch + 1

    @property
    def table(self) -> str:
        return self.topology.one("control_table").id

    @property
    def table_regions(self) -> tuple[str, ...]:
        """The target's replica first: the other may be in the region that is gone."""
        return (self.region, *(region for region in self.topology.control_regions if region != self.region))

    def store(self, aws: ClientFactory | None = None) -> RecordStore:
        topology = self.topology
        return RecordStore(
            self.table, topology.application, self.table_regions, topology.founder, aws or self.world.aws
        )

    def ask(self, hands: Hands, site: str, kind: Kind, arguments: dict[str, Value] | None = None) -> dict[str, Value]:
        """A letter to a site's warden. Raises NoAnswer."""
        box = Mailbox(self.table, self.table_regions, hands.client)
        seconds = self.world.answer_seconds
        return box.ask(
            site, kind, arguments or {}, by=self.by, timeout=seconds, sleep=hands.sleep, monotonic=hands.monotonic
        )

    def pool(self, site: str) -> str:
        return self.topology.one("pool", site).id

    # Calls, as steps declare them

    def table_calls(self, *operations: str, required: bool = True) -> tuple[Call, ...]:
        """Calls to the control table: the target's replica has to answer, the other only may."""
        return tuple(
            Call("dynamodb", operation, region, "data", required and region == self.region)
            for operation in operations
            for region in self.table_regions
        )

    def letter_calls(self, *, required: bool = False) -> tuple[Call, ...]:
        """What a letter to a warden takes."""
        return self.table_calls("PutItem", "GetItem", required=required)

    def here(self, service: str, *operations: str, required: bool = True) -> tuple[Call, ...]:
        """Calls answered by the target's region."""
        return tuple(Call(service, operation, self.region, "control", required) for operation in operations)

    @staticmethod
    def edge_calls(*operations: str) -> tuple[Call, ...]:
        """Calls to the CDN's API: never required, since traffic follows the lease without them."""
        return tuple(Call(CLOUDFLARE, operation, "", "control", required=False) for operation in operations)
