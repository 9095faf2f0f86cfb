"""One call as extensions see it, and what they may give back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from sandbox.aws import wire
from sandbox.aws.http import HttpAnswer, HttpRequest


@dataclass
class Call:
    """A request with its meaning. `region` is the one in the signature: where the resource is, not who must answer."""

    caller: str
    region: str
    service: str
    operation: str
    request: HttpRequest

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The input in boto3's shape. Raises ApiError where the body cannot be read."""
        return wire.parameters(self.request, self.service, self.operation)


@dataclass
class Passthrough:
    """moto's own answer to a call, for the extension that adds to it."""

    call: Call
    dispatch: Callable[[HttpRequest, str, str], HttpAnswer]
    invoke: Callable[[str, str, str, dict[str, Any]], dict[str, Any]]
    answered: list[HttpAnswer] = field(default_factory=list)

    def raw(self) -> HttpAnswer:
        """The request carried out as it came, the answer as moto gave it."""
        return self.dispatch(self.call.request, self.call.service, self.call.region)

    def __call__(self, parameters: dict[str, Any] | None = None, region: str | None = None) -> dict[str, Any]:
        """The operation's output as a dictionary; with other input or in another region if given. Raises ApiError."""
        return self.invoke(
            self.call.service,
            self.call.operation,
            region or self.call.region,
            self.call.parameters if parameters is None else parameters,
        )


Result = dict[str, Any] | HttpAnswer
Handler = Callable[[Call, Passthrough], Result]
Rows = dict[tuple[str, str], Handler]
Method = TypeVar("Method", bound=Callable[..., Result])

_UNLOCKED = "_runs_unlocked"


def unlocked(handler: Method) -> Method:
    """Mark a handler that waits for something outside and takes the backend's lock itself, where it needs it."""
    setattr(handler, _UNLOCKED, True)
    return handler


def runs_unlocked(handler: Handler) -> bool:
    return bool(getattr(handler, _UNLOCKED, False))


class Extension(Protocol):
    """What one service's extension offers. Rows and `faults_changed` run with the backend's lock."""

    def rows(self) -> Rows:
        """(boto3 client name, operation) → the function that is asked before moto."""

    def reset(self) -> None:
        """Forget everything; return when nothing of it is left in the background either."""

    def faults_changed(self) -> None:
        """A fault was set or cleared."""

    def close(self) -> None:
        """End what runs in the background."""
