"""Looking up, in the stack's own region, what another stack made: there is no StackReference to a lost one."""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

import pulumi

T = TypeVar("T")
_WRAPPING = re.compile(r"^(?:(?:invoke of|invocation of|invoking) \S+(?: failed| returned an error)?: )+")
"""What the SDK, the engine and the provider each put before the same error."""


class ProgramError(pulumi.RunError):
    """The program cannot go on. Reads "what happened: why; what to do"."""


class LookupFailed(Exception):
    """An invoke failed; says what the provider said."""


def attempt(call: Callable[[], T]) -> T:
    """What the invoke gives. Raises LookupFailed."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  the SDK raises a bare Exception for a failed invoke
        said = _WRAPPING.sub("", " ".join(str(error).split()))
        raise LookupFailed(said or type(error).__name__) from None


def looked_up(what: str, call: Callable[[], T]) -> pulumi.Input[T]:
    """What `call` finds; an invoke that fails is unknown in a preview, and raises ProgramError in an `up`.

    `what` names the thing in messages, such as "the certificate of nl-fhir.clinic.example.com".
    """
    try:
        return attempt(call)
    except LookupFailed as error:
        if not pulumi.runtime.is_dry_run():
            raise ProgramError(f"{what} was not found: {error}; apply `global` first, then this stack again") from None
        pulumi.log.warn(f"{what} is unknown in this preview: {error}; apply `global` first")
    return unknown()


def unknown() -> pulumi.Output[T]:
    """A value that only an `up` will know."""
    value: asyncio.Future[T] = asyncio.Future()
    value.set_result(None)  # type: ignore[arg-type]  # never read: the next future says so
    known: asyncio.Future[bool] = asyncio.Future()
    known.set_result(False)
    return pulumi.Output(set(), value, known)
