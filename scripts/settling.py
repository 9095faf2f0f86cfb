"""Before a stack is changed: what a killed run left half done in its state is settled."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from scripts.terminal import say

if TYPE_CHECKING:
    from operations.stacks.engine import Engine


def known(pairs: list[str]) -> dict[str, str]:
    """`URN=ID` of each; ids may hold more equals signs, URNs none. Raises Refused."""
    from operations.outcomes import Refused

    found = {}
    for pair in pairs:
        urn, equals, own = pair.partition("=")
        if not (urn.startswith("urn:pulumi:") and equals and own):
            raise Refused(f"--adopt takes URN=ID, such as urn:pulumi:…::name=vpc-0123; got {pair!r}")
        found[urn] = own
    return found


def settle(engine: "Engine", stack: str, given: Mapping[str, str] | None = None, gone: Collection[str] = ()) -> None:
    """Nothing where nothing is pending. Raises Refused, and the state is as it was, where something cannot be told."""
    before = engine.deployment(stack)
    if not before.get("pending_operations"):
        return
    from operations.adoption.settle import settle as settled_state

    settled = settled_state(before, stack, given, gone)
    say(f"{stack}: {len(before['pending_operations'])} operations were begun by a run that was killed")
    engine.replace(stack, settled.deployment)
    lost: set[str] = set()
    if settled.to_refresh:
        seen = engine.refresh(stack, only=settled.to_refresh)
        lost = {urn for urn, change in seen.changes.items() if change.kind == "delete"}
    for urn, own in {**settled.adopted, **settled.superseded}.items():
        then = " (the next step removes it: what it was to replace is still there)" if urn in settled.superseded else ""
        say(f"  not there: {urn}" if urn in lost else f"  adopted: {urn} as {own}{then}")
    for urn in settled.forgotten:
        say(f"  to be made: {urn}")
    for urn in settled.interrupted:
        say(f"  read again: {urn}")
