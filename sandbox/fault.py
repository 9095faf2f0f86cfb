"""One fault as data: what kinds there are, and what each says about a call."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal[
    "dark",
    "dark-zone",
    "drop-response",
    "freeze-capacity",
    "ignore-writes",
    "lag",
    "latency",
    "read-only",
    "throttle",
]
Mode = Literal["refuse", "hang", "5xx"]
Effect = Literal["refuse", "hang", "unavailable", "throttle", "delay"]
EFFECT_OF_MODE: dict[Mode, Effect] = {"refuse": "refuse", "hang": "hang", "5xx": "unavailable"}
ANYONE = "anyone"
"""Instead of a caller: whoever it is."""


@dataclass(frozen=True)
class Fault:
    """One active fault. What does not belong to its kind is None."""

    id: str
    kind: Kind
    since: str
    region: str | None = None
    """None: everywhere."""
    service: str | None = None
    """A boto3 client name, `cloudflare`, or for `freeze-capacity` an ECS service's name; None: all of them."""
    operation: str | None = None
    """Only this operation of the service; None: all of them."""
    mode: Mode | None = None
    """`dark`: what a caller sees."""
    kill: bool | None = None
    """`dark`: what is inside has ended too."""
    seconds: float | None = None
    """`latency`: added to each call; `lag`: how long WAL stays in transit."""
    share: float | None = None
    """`throttle`: of the calls that are refused; `freeze-capacity`: of the desired tasks that there may be."""
    count: int | None = None
    """`drop-response`: how many answers are still to be lost."""
    caller: str | None = None
    """`drop-response`, `throttle`: whose calls; `anyone` for all."""
    zone: str | None = None
    """`dark-zone`: the availability zone."""

    def as_dict(self) -> dict[str, Any]:
        """What is set of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def cuts(self) -> bool:
        """Whether what it touches is cut off, in whatever way that shows."""
        return self.kind == "dark"

    def concerns(self, service: str, operation: str) -> bool:
        """Whether it is about this operation of this service."""
        return self.service in (None, service) and self.operation in (None, operation)

    def touches(self, caller: str, called: str, service: str, operation: str) -> bool:
        """Whether a call meets it.

        A `dark` or slow region is a border: what crosses it is touched, what stays inside is not. A fault of a service
        in a region touches everyone who calls it there.
        """
        if not self.concerns(service, operation):
            return False
        if self.kind in ("dark", "latency"):
            if self.region is None or self.service is not None:
                return self.region in (None, called)
            return (self.region == caller) != (self.region == called)
        if self.kind in ("throttle", "drop-response"):
            return self.region in (None, called) and self.caller in (ANYONE, caller)
        return False


@dataclass(frozen=True)
class Verdict:
    """What happens to a call.

    It is refused without an answer, left hanging, answered with a server's or a throttling error, or delayed by
    `seconds` and then carried out.
    """

    effect: Effect
    fault: str
    seconds: float = 0.0
