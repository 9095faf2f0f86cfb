"""Whether something gets across a region's border under the current faults, waiting where a fault makes it wait."""

import time

from sandbox.faults import Faults


def passes(faults: Faults, caller: str, called: str, service: str, operation: str, patience: float) -> bool:
    """True when a call may go on; False when it is refused in whatever way, or still hangs after `patience` seconds.

    A slow border is slept through here, at most for `patience`.
    """
    verdict = faults.verdict(caller, called, service, operation)
    deadline = time.monotonic() + patience
    while verdict is not None and verdict.effect == "hang":
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return False
        faults.wait_for_change(remaining)
        verdict = faults.verdict(caller, called, service, operation)
    if verdict is not None and verdict.effect == "delay":
        time.sleep(min(verdict.seconds, patience))
        return verdict.seconds <= patience
    return verdict is None
