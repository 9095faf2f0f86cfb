"""`python -m operations.guard`: the guard's process. Configured by its environment alone; ends on SIGTERM."""

import os
import signal
import sys
import threading
import time
from typing import Any

from operations.guard.environment import EnvironmentIncomplete, GuardEnvironment, guard_environment
from operations.guard.report import Reporter
from operations.guard.sight import Seen, Sight
from operations.warden.clients import bounded
from operations.warden.journal import say


def main() -> int:
    """Looks until SIGTERM. Returns an exit code."""
    try:
        environment = guard_environment(os.environ)
    except EnvironmentIncomplete as error:
        say("cannot start", level="alarm", why=str(error))
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    say("started", site=environment.site, peer=environment.peer)
    watch(environment, stop)
    say("ending")
    return 0


def watch(environment: GuardEnvironment, stop: threading.Event) -> None:
    """One look each interval. What could not be sent is sent with the next look: a write must not go untold."""
    sight, reporter = Sight(environment, bounded), Reporter(environment)
    unsent, failing, client = 0, False, None
    while not stop.is_set():
        began = time.monotonic()
        seen = sight.look()
        reporter.log(seen)
        unsent += seen.changes or 0
        try:
            client = client or bounded("cloudwatch", environment.region)
            reporter.send(client, _with(seen, unsent))
            unsent, failing = 0, False
        except Exception as error:  # noqa: BLE001 - whatever CloudWatch or the SDK does, the guard goes on looking
            if not failing:
                say("metrics not sent", level="warning", why=type(error).__name__)
            failing = True
        stop.wait(max(0.0, environment.interval - (time.monotonic() - began)))


def _with(seen: Seen, changes: int) -> Any:
    """The look with all changes that nobody was told of yet."""
    from dataclasses import replace

    return replace(seen, changes=changes) if changes or seen.changes is not None else seen


if __name__ == "__main__":
    sys.exit(main())
