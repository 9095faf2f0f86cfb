"""`python -m sandbox.workload`: serve the intake on PORT until told to stop."""

import os
import signal
import sys
import threading

from sandbox.http_server import Server
from sandbox.workload.certificate import own_certificate
from sandbox.workload.connections import Connections
from sandbox.workload.environment import Environment, EnvironmentIncomplete
from sandbox.workload.orders import Orders
from sandbox.workload.server import intake

_WRITERS = 6
_READERS = 2


def main() -> int:
    """Exit codes: 0 after SIGTERM, 2 for an incomplete environment."""
    try:
        environment = Environment.read(os.environ)
    except EnvironmentIncomplete as error:
        print(error, file=sys.stderr)
        return 2
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    writer = Connections(environment, environment.host, _WRITERS)
    reader = Connections(environment, environment.reader_host, _READERS)
    handler = intake(Orders(environment.site, writer, reader), environment.service)
    server = Server(handler, "intake", own_certificate(environment.service) if environment.tls else None)
    port = server.start(environment.listen_port)
    print(f"{environment.service} at {environment.site} takes orders on port {port}", flush=True)
    stopped.wait()
    server.stop()
    writer.close()
    reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
