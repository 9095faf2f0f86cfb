"""`python -m operations.warden`: the warden's process. Configured by its environment alone; ends on SIGTERM."""

import os
import signal
import sys
import threading

from operations.record.heartbeats import Heartbeats
from operations.record.mailbox import Mailbox
from operations.record.replicas import Replicas
from operations.record.store import RecordStore
from operations.warden.answers import Answers
from operations.warden.clients import bounded
from operations.warden.environment import EnvironmentIncomplete, warden_environment
from operations.warden.extension import Extensions
from operations.warden.health import Health
from operations.warden.heartbeat import Heart
from operations.warden.journal import say
from operations.warden.loop import Keeper
from operations.warden.metric import Metric
from operations.warden.standing import Standing


def main() -> int:
    """Runs until SIGTERM or until one of its threads dies. Returns an exit code."""
    try:
        environment = warden_environment(os.environ)
    except EnvironmentIncomplete as error:
        say("cannot start", level="alarm", why=str(error))
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    standing = Standing(environment.site, environment.lease_seconds)
    store = RecordStore(
        environment.table, environment.application, environment.table_regions, environment.founder, bounded
    )
    heart = Heart(environment, Heartbeats(Replicas(environment.table, environment.table_regions, bounded)), bounded)
    mailbox = Mailbox(environment.table, environment.table_regions, bounded)
    extensions = Extensions(environment.extension_parameter, environment.region, bounded)
    keeper = Keeper(environment, standing, store.read, extensions)
    answers = Answers(environment, standing, mailbox)
    health = Health(environment.port, standing)
    duties = [
        threading.Thread(target=keeper.run, args=(stop,), name="lease", daemon=True),
        threading.Thread(target=answers.run, args=(stop,), name="mailbox", daemon=True),
        threading.Thread(target=Metric(environment, standing, bounded).run, args=(stop,), name="metric", daemon=True),
        threading.Thread(target=heart.run, args=(stop,), name="heartbeat", daemon=True),
        threading.Thread(target=health.serve_forever, name="health", daemon=True),
    ]
    for duty in duties:
        duty.start()
    say("started", site=environment.site, lease_seconds=environment.lease_seconds, port=environment.port)
    while not stop.wait(0.5):
        for duty in duties:
            if not duty.is_alive():
                # Half a warden looks healthy and is not: ECS starts a whole one.
                say("a duty has ended", level="alarm", duty=duty.name)
                return 1
    say("ending")
    health.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
