"""An order through the edge, over every public service."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.users import Answer, address
from operations.steps.call import EDGE, Call, Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class EndToEnd(RecoveryStep):
    """Send Lifeline's own order through the edge to every public service, until each was taken at the target.

    The same promotion always sends the same order under the same idempotency key, so that a repetition makes no second
    one. `recovery.end_to_end` says what is sent. The RTO is measured to the end of this step.
    """

    id = "end-to-end"
    title = "an order end to end, over every public service"
    skippable = True
    timeout = 300.0
    expected = 5.0

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.host = move.topology.one("edge").id
        self.sent = move.topology.recovery.end_to_end
        self.operation = f"{self.sent.method}{self.sent.path}"
        self.calls = (Call(EDGE, self.operation, "", "data"),)
        self._taken: set[str] = set()

    def check(self, hands: Hands) -> Standing:
        return NEEDED if self.move.topology.public else Standing("nothing", "no service is public")

    def apply(self, hands: Hands) -> None:
        """The first round; `verify` goes on with those that were not taken."""
        self._taken.clear()

    def verify(self, hands: Hands) -> str | None:
        for service, prefix in self.move.topology.public.items():
            if service in self._taken:
                continue
            answer = hands.act(EDGE, self.operation, "", partial(self._send, service, prefix), {"to": service})
            if answer.status in (200, 201) and answer.body.get("site", self.move.target) == self.move.target:
                self._taken.add(service)
            else:
                # One question a round is enough as long as the answer is no.
                return f"{service}: {answer.status or 'no answer'} from {answer.body.get('site', 'an unknown site')}"
        served_at = self.move.world.clock.now().isoformat(timespec="milliseconds")
        hands.note("end-to-end", {"at": served_at, "services": [*sorted(self._taken)]})
        return None

    def commands(self) -> Sequence[Command]:
        return [
            Command(
                EDGE,
                self.operation,
                "",
                {
                    "method": self.sent.method,
                    "path": address(self.host) + self._path(prefix),
                    "headers": {"Host": self.host, "Idempotency-Key": self._key(service)},
                    "body": self._body(service),
                },
            )
            for service, prefix in self.move.topology.public.items()
        ]

    def _send(self, service: str, prefix: str) -> Answer:
        headers = {"Idempotency-Key": self._key(service)}
        body = self._body(service)
        return self.move.world.users(self.host, self.sent.method, self._path(prefix), headers, body)

    def _path(self, prefix: str) -> str:
        return prefix.rstrip("/") + self.sent.path

    def _key(self, service: str) -> str:
        return f"lifeline-{self.move.promotion}-{service}"

    def _body(self, service: str) -> dict[str, Any] | None:
        if self.sent.method == "GET":
            return None
        return {**self.sent.body, self.sent.order_field: self._key(service)}
