"""Settings of promotions: limits, the order that proves the way end to end, and an organisation's own steps."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.settings.frozen import Frozen
from infra.settings.orders import OrderSettings

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
OwnCall = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z]+@[a-z0-9-]+$")]
Words = Annotated[tuple[str, ...], Field(min_length=1)]


class OwnStep(Frozen):
    """A step of your own: a Python file, or a program with two more that look."""

    name: StepId
    after: tuple[str, ...]
    """Steps that must be over before; at least one."""
    before: tuple[str, ...] = ()
    """Steps that wait for this one."""
    file: str | None = None
    """A Python file, from the project's folder on, with `check`, `apply` and `verify`."""
    command: Words | None = None
    """A program and its arguments; `check` and `verify` say by exit code 0 that it is done."""
    check: Words | None = None
    verify: Words | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=14400)] = 300
    expected_seconds: Annotated[int, Field(ge=0, le=14400)] = 5
    skippable: bool = False
    calls: tuple[OwnCall, ...] = ()
    """What it calls, as `service:Operation@region`: the plan checks that none needs the lost region."""

    @model_validator(mode="after")
    def _one_kind(self) -> "OwnStep":
        if not self.after:
            raise ValueError("needs `after`: a step without a predecessor would run before the record is moved")
        programs = [self.command, self.check, self.verify]
        if (self.file is None) == (self.command is None) or (self.file is not None and any(programs)):
            raise ValueError("needs either `file`, or `command` with `check` and `verify`")
        if self.file is None and not all(programs):
            raise ValueError("needs `check` and `verify` beside `command`: a step that cannot look cannot be resumed")
        return self


class EndToEnd(Frozen):
    """The order that is sent through the edge to every public service at the end of a promotion."""

    method: Literal["GET", "POST"] = "POST"
    path: Annotated[str, Field(pattern=r"^/[^\s?#*]*$")] = "/orders"
    """Below each public service's first prefix."""
    order_field: str = "order_id"
    """The body's field that gets the order's id; the same promotion always sends the same."""
    body: dict[str, str] = Field(
        default_factory=lambda: {"text": "Lifeline's own order after a promotion: no patient, nothing to do"}
    )


class RecoverySettings(Frozen):
    """How promotions judge and act."""

    rpo_seconds: Annotated[int, Field(ge=1, le=86400)] = 3600
    """A failover with more lag than this is refused unless it is overridden."""
    capacity_seconds: Annotated[int, Field(ge=10, le=7200)] = 600
    """How long to wait for tasks before degraded service is offered."""
    backup_hours: Annotated[int, Field(ge=1, le=720)] = 26
    """How old the newest copy in the target's vault may be."""
    secrets: Literal["read", "write"] = "read"
    """`write` makes the target's replicas secrets of their own; reading needs nothing."""
    outbox_table: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.]*$")] = "outbox"
    """Where services keep what is still to be sent; counted after a promotion, never sent by it."""
    event_rules: tuple[Annotated[str, Field(pattern=r"^[.\-_A-Za-z0-9]{1,64}$")], ...] = ()
    """EventBridge rules of your own, by name, that are there at both sites and run at the active one only. Lifeline's
    own rules are on at both."""
    end_to_end: EndToEnd = EndToEnd()
    orders: OrderSettings = OrderSettings()
    steps: tuple[OwnStep, ...] = ()
