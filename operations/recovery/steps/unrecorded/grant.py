"""The target's warden is given its lease by hand, and the edge shows that it took it."""

import json
from collections.abc import Sequence
from typing import Any

from operations.edge import NotApplied
from operations.edge_api import EdgeError
from operations.record.attributes import Value
from operations.recovery.downtime import PATH
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.unrecorded.repair import repair
from operations.steps.call import EDGE, Call
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed

MINUTES = 60
"""How long the lease lasts without a record that could renew it; `lifeline lease extend` makes it longer."""
LOOK = "LookWhoServes"


class Grant(RecoveryStep):
    """Leave a grant for the target's warden in its own region, and wait until the edge finds the site there serving.

    The warden takes the next epoch's lease for an hour, once, and writes into the site's audit table who decided it. It
    does so only while it gets no answer from the table itself, its database is the writer, and that database shows no
    other valid lease. The site's pool is opened at the edge, whose monitor lets traffic in after the first test write.
    If the table answers meanwhile, the record is repaired at once, and the warden takes its lease from that.
    """

    id = "writable"
    title = "a write committed at the target, by a grant of two people"
    expected = 10.0

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.timeout = 240.0 + move.topology.lease_seconds
        self.host = move.topology.one("edge").id
        self.calls = (
            *move.here("ssm", "PutParameter"),
            *move.edge_calls("ListPools", "EditPool"),
            *move.table_calls("GetItem", "UpdateItem", "PutItem", required=False),
            *move.here("rds", "DescribeGlobalClusters", required=False),
            Call(EDGE, LOOK, "", "data"),
        )

    def check(self, hands: Hands) -> Standing:
        return Standing("done", f"{self.move.target} serves") if self._serves(hands) is None else NEEDED

    def apply(self, hands: Hands) -> None:
        move = self.move
        parameter = move.topology.one("lease_extension", move.target)
        glass = move.glass
        assert glass is not None, "the plan has this step only for a break-glass"
        grant = {
            "promotes": True,
            "minutes": MINUTES,
            "by": list(glass.people),
            "reason": f"promotion {move.promotion} without the record: {glass.reason}",
            "at": move.world.clock.now().isoformat(timespec="seconds"),
        }
        hands.client("ssm", parameter.region).put_parameter(
            Name=parameter.id, Value=json.dumps(grant), Type="String", Overwrite=True
        )
        self._open(hands)

    def verify(self, hands: Hands) -> str | None:
        missing = self._serves(hands)
        if missing is not None:
            self._if_the_table_is_back(hands)
        return missing

    def _serves(self, hands: Hands) -> str | None:
        """None once the edge leads to the target, whose warden has just committed a write there."""
        move = self.move
        answer = hands.act(EDGE, LOOK, "", lambda: move.world.users(self.host, "GET", PATH, {}, None))
        site, epoch = answer.body.get("site"), answer.body.get("epoch")
        if answer.status != 200 or site != move.target:
            return f"at the edge: {answer.status or 'no answer'} from {site or 'no site'}"
        told: dict[str, Value] = {"at": move.world.clock.now().isoformat(timespec="milliseconds")}
        hands.note("writable", told | ({"epoch": epoch} if isinstance(epoch, int) else {}))
        return None

    def _open(self, hands: Hands) -> None:
        """A pool that is closed gets no traffic however healthy. An edge without its API is left as it is."""
        move, name = self.move, self.move.pool(self.move.target)

        def pools() -> Any:
            return move.world.edge(move.topology).pools()

        try:
            if not hands.act("cloudflare", "ListPools", "", pools)[name].enabled:
                hands.act(
                    "cloudflare",
                    "EditPool",
                    "",
                    lambda: move.world.edge(move.topology).set_enabled(name, True),
                    {"pool": name, "enabled": True},
                )
        except (EdgeError, LookupError, NotApplied):
            return

    def _if_the_table_is_back(self, hands: Hands) -> None:
        try:
            repair(self.move, hands)
        except StepFailed:
            return
