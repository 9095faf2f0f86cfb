"""The supervisor: one process per sandbox that holds both regions, the edge and the providers.

Run by `lifeline sandbox start` as `python -m sandbox.server ROOT NAME STACK [REGION…]`. Its children end with it,
always.
"""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from infra.naming import Naming
from infra.settings.load import load
from infra.settings.model import Settings
from sandbox.aws.layer import AwsLayer
from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare
from sandbox.cloudflare.server import REGION as CLOUDFLARE
from sandbox.control_server import ControlServer
from sandbox.edge import Edge
from sandbox.faults import Faults
from sandbox.folder import Folder, Running
from sandbox.postgres import Databases
from sandbox.postgres.ways import region
from sandbox.providers import Providers
from sandbox.tasks import Tasks

CHECKOUT = Path(__file__).parents[1]
"""Where tasks find `operations` and `sandbox`."""


class Sandbox:
    """Everything that a sandbox runs, wired together. `more`: regions beside the sites' own that a site may move to."""

    def __init__(self, folder: Folder, settings: Settings, more: Sequence[str] = ()) -> None:
        self.folder, self.settings = folder, settings
        self.regions = {name: site.region for name, site in settings.sites.items()}
        self.places = places = list(dict.fromkeys([*self.regions.values(), *more]))
        self.faults = Faults([*places, settings.witness_region, CLOUDFLARE])
        self.calls = CallLog(folder.path / "calls.jsonl")
        self.databases = Databases(folder.path / "postgres")
        self.aws = AwsLayer(settings.account_id, self.faults, self.calls, self.databases, places)
        self.cloudflare = Cloudflare(self.faults, self.calls, [settings.domain])
        self.edge = Edge(self.cloudflare, self.aws.view, self.faults, self.calls, places)
        self.tasks = Tasks(self.aws.view, self.faults, places, self.aws.endpoint, CHECKOUT, folder.path / "tasks")
        self.aws.running = self.tasks.running
        self.providers: Providers | None = None
        self.stopped = threading.Event()

    def run(self) -> None:
        """Start, say so in the folder, and stay until told to stop."""
        self.faults.on_change(self._obey)
        control = ControlServer(self)
        try:
            aws = self.aws.start()
            cloudflare, edge = self.cloudflare.start(), self.edge.start()
            self.providers = Providers(self.aws.endpoint, f"http://127.0.0.1:{cloudflare}", self.calls)
            self.tasks.start()
            self.folder.write(
                Running(
                    name=self.folder.name,
                    pid=os.getpid(),
                    control=control.start(),
                    token=control.token,
                    aws=aws,
                    cloudflare=cloudflare,
                    edge=edge,
                    providers=self.providers.start(),
                    regions=self.regions,
                    places=self.places,
                    host=Naming.of(self.settings).edge_host,
                )
            )
            self.stopped.wait()
        finally:
            control.stop()
            self.stop()

    def stop(self) -> None:
        """End every part, each before what it needs."""
        if self.providers is not None:
            self.providers.stop()
        self.tasks.stop()
        self.edge.stop()
        self.cloudflare.stop()
        self.aws.stop()
        self.databases.close()
        self.folder.file.unlink(missing_ok=True)

    def reset(self) -> None:
        """Two empty regions again, on the same ports."""
        self.faults.clear()
        self.cloudflare.reset()
        self.aws.reset()

    def _obey(self) -> None:
        """What faults mean for the parts that do not ask by themselves."""
        faults, databases = self.faults, self.databases
        databases.hold(faults.lag_seconds or None)
        databases.cut(*(pair for pair in combinations(self.places, 2) if not faults.reachable(*pair, "rds")))
        killed = faults.killed_regions()
        for name in databases.names:
            if region(name) in killed and databases.running(name):
                databases.kill(name)
        databases.read_only(*faults.read_only_regions())
        databases.lose_zones(faults.dark_zones())


def main() -> None:
    # A full collection looks at all that the emulation keeps, and stops every part meanwhile: longer than clients wait,
    # once some fifty promotions are in the table. Without any, about five objects a call are left over.
    gc.set_threshold(20_000, 50, 1_000_000)
    root, name, stack, *more = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    folder = Folder(Path(root), name)
    sandbox = Sandbox(folder, load(Path(root), stack, folder.overlay), more)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sandbox.stopped.set())
    sandbox.run()


if __name__ == "__main__":
    main()
