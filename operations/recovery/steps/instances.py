"""Instances for a pilot standby's database, which is a replicated volume without any."""

from collections.abc import Sequence
from string import ascii_lowercase

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class DatabaseInstances(RecoveryStep):
    """Make the database's instances at a pilot standby, under the names and of the class that the settings give them.

    Pulumi does not know them yet: `lifeline reconcile` takes them into its state, before the next `up` of that site.
    """

    id = "instances"
    title = "database instances"
    after = ("record",)
    timeout = 3600.0
    expected = 600.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.names = [item.id for item in move.topology.all("database_instance", move.target)]
        self.calls = move.here("rds", "DescribeDBInstances", "CreateDBInstance")

    def check(self, hands: Hands) -> Standing:
        if not self.names:
            return Standing("nothing", "the topology names no instance")
        missing = self._missing(hands)
        return NEEDED if missing else Standing("done", f"{len(self.names)} are there")

    def apply(self, hands: Hands) -> None:
        there = self._status(hands)
        for name in self.names:
            if name not in there:
                hands.run(self._create(name))

    def verify(self, hands: Hands) -> str | None:
        missing = self._missing(hands)
        return f"not available yet: {', '.join(missing)}" if missing else None

    def commands(self) -> Sequence[Command]:
        return [self._create(name) for name in self.names]

    def _zone(self, name: str) -> str:
        """Where the settings put it: one zone after the other, so that Pulumi finds it where it would have made it."""
        zones = self.move.topology.sites[self.move.target].zones
        return f"{self.move.region}{ascii_lowercase[self.names.index(name) % zones]}"

    def _missing(self, hands: Hands) -> list[str]:
        there = self._status(hands)
        return [name for name in self.names if there.get(name) != "available"]

    def _status(self, hands: Hands) -> dict[str, str]:
        cluster = self.move.topology.one("database", self.move.target).id
        shown = hands.client("rds", self.move.region).describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [cluster]}]
        )["DBInstances"]
        return {item["DBInstanceIdentifier"]: item["DBInstanceStatus"] for item in shown}

    def _create(self, name: str) -> Command:
        topology = self.move.topology
        parameters = {
            "DBInstanceIdentifier": name,
            "DBClusterIdentifier": topology.one("database", self.move.target).id,
            "DBInstanceClass": topology.database.instance_class,
            "Engine": "aurora-postgresql",
            "AvailabilityZone": self._zone(name),
        }
        return Command("rds", "CreateDBInstance", self.move.region, parameters)
