"""The old database is shown to be isolated without asking its warden, which the table alone could reach."""

import json
from datetime import datetime, timedelta
from typing import Any

from operations.record.attributes import Value
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.unrecorded.decision import refuse_if_it_answers
from operations.steps import retry
from operations.steps.call import Call
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed

LOOK_SECONDS = 1.0
STOP_SECONDS = 60.0
"""How long the old site's warden may take to end."""
NOTE = "isolation"


class Isolate(RecoveryStep):
    """Stop the old site's warden, read it back, and wait until the lease that it kept is over. Only then is the
    database touched.

    Without a warden nobody renews the old site's lease, also when the table answers again, and its database refuses
    every write. Where ECS of the old region does not answer, that region is lost or cut off: the lease and the bound
    on one transaction are waited out, during which no replica may answer. Then keep that region cut off until the
    record is repaired: its warden would read there that it is active. A lease that was extended by hand stops the
    promotion.
    """

    id = "fence"
    title = "old site isolated"
    after = ("record",)

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.bound = float(move.topology.lease_seconds + move.topology.transaction_seconds)
        self.expected, self.timeout = self.bound, self.bound * 2 + 120
        self.calls = (
            *move.table_calls("GetItem", required=False),
            *(
                Call(service, operation, move.origin_region, "control", required=False)
                for service, operation in (
                    ("ecs", "DescribeServices"),
                    ("ecs", "UpdateService"),
                    ("ssm", "GetParameter"),
                )
            ),
        )

    def check(self, hands: Hands) -> Standing:
        noted = hands.noted("fence")
        return Standing("done", str(noted["how"])) if noted else NEEDED

    def apply(self, hands: Hands) -> None:
        self._not_extended(hands)
        stopped = self._stop(hands)
        began = hands.monotonic()
        while (waited := hands.monotonic() - began) < self.bound:
            refuse_if_it_answers(self.move, hands)
            hands.sleep(min(LOOK_SECONDS, self.bound - waited))
        self._not_extended(hands)
        how = f"isolated: {stopped}; lease and transaction bound waited out"
        old: dict[str, Value] = {"isolation": stopped}
        hands.note("fence", {"how": how, "seconds": round(waited, 3), "bound": self.bound, "old_site": old})

    def _stop(self, hands: Hands) -> str:
        """How the old site's warden was kept from renewing."""
        move = self.move
        ecs = hands.client("ecs", move.origin_region)
        try:
            shown = self._warden(ecs)
            if shown["desiredCount"] and hands.noted(NOTE) is None:
                hands.note(NOTE, {"warden": shown["desiredCount"]})
            if shown["desiredCount"]:
                ecs.update_service(cluster=self._cluster(), service=self._name(), desiredCount=0)
            until = hands.monotonic() + STOP_SECONDS
            while (runs := self._runs(ecs)) and hands.monotonic() < until:
                hands.sleep(LOOK_SECONDS)
        except Exception as error:
            if not retry.unanswered(error):
                raise
            return f"{move.origin_region} does not answer ({type(error).__name__})"
        if runs:
            raise StepFailed(f"{move.origin}'s warden was told to stop and {runs} still run: stop the task, then go on")
        return f"the warden of {move.origin} was stopped and read back"

    def _not_extended(self, hands: Hands) -> None:
        """Raises StepFailed where an extension by break-glass may outlast the wait."""
        from botocore.exceptions import ClientError

        parameter = self.move.topology.one("lease_extension", self.move.origin)
        ssm = hands.client("ssm", parameter.region)
        try:
            given = json.loads(ssm.get_parameter(Name=parameter.id, WithDecryption=True)["Parameter"]["Value"])
            until = datetime.fromisoformat(given["at"]) + timedelta(minutes=float(given["minutes"]) + 15)
        except (ValueError, KeyError, TypeError):
            return  # none that the warden would honour
        except ClientError as error:
            if retry.code(error) == "ParameterNotFound":
                return
            if not retry.unanswered(error):
                raise
            return
        except Exception as error:
            if not retry.unanswered(error):
                raise
            return  # the region does not answer: what its copy shows is looked at by the target's database
        if until > self.move.world.clock.now():
            raise StepFailed(
                f"{self.move.origin}'s lease was extended by hand ({' and '.join(map(str, given.get('by', ())))}) and "
                f"may hold until {until.isoformat(timespec='minutes')}: wait until then, or let it go on taking orders"
            )

    def _warden(self, ecs: Any) -> dict[str, Any]:
        found = ecs.describe_services(cluster=self._cluster(), services=[self._name()])["services"]
        return found[0] if found else {"desiredCount": 0, "runningCount": 0}

    def _runs(self, ecs: Any) -> int:
        shown = self._warden(ecs)
        return int(max(shown["desiredCount"], shown["runningCount"]))

    def _cluster(self) -> str:
        return self.move.topology.one("ecs_cluster", self.move.origin).id

    def _name(self) -> str:
        return self.move.topology.one("warden", self.move.origin).id
