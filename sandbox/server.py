"""The supervisor: one process per sandbox that holds both regions, the edge and the providers.

Run by `lifeline sandbox start` as `python -m sandbox.server ROOT NAME STACK`. Its children end with it, always.
"""

import logging
import os
import signal
import sys
import threading
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
from sandbox.providers import Providers
from sandbox.tasks import Tasks

CHECKOUT = Path(__file__).parents[1]
"""Where tasks find `operations` and `sandbox`."""


class Sandbox:
    """Everything that a sandbox runs, wired together."""

    def __init__(self, folder: Folder, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        regions = {name: site.region for name, site in settings.sites.items()}
        places = list(regions.values())
        self.faults = Faults([*places, settings.witness_region, CLOUDFLARE])
        self.calls = CallLog(folder.path / "calls.jsonl")
        self.databases = Databases(folder.path / "postgres", regions)
        self.aws = AwsLayer(settings.account_id, self.faults, self.calls, self.databases, regions)
        self.cloudflare = Cloudflare(self.faults, self.calls, [settings.domain])
        self.edge = Edge(self.cloudflare, self.aws.view, self.faults, self.calls, places)
        self.tasks = Tasks(self.aws.view, self.faults, places, self.aws.endpoint, CHECKOUT, folder.path / "tasks")
        self.aws.running = self.tasks.running
        self.providers: Providers | None = None
        self.regions = regions
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
        self.databases.hold(self.faults.lag_seconds or None)
        east, west = self.regions.values()
        self.databases.cut(not self.faults.reachable(east, west, "rds"))
        killed, read_only, lost = (
            self.faults.killed_regions(),
            self.faults.read_only_regions(),
            self.faults.dark_zones(),
        )
        for site, region in self.regions.items():
            if region in killed and self.databases.running(site):
                self.databases.kill(site)
            self.databases.read_only(site, region in read_only)
            self.databases.lose_zones(site, {zone for zone in lost if zone.startswith(region)})


def main() -> None:
    root, name, stack = sys.argv[1:4]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    folder = Folder(Path(root), name)
    sandbox = Sandbox(folder, load(Path(root), stack, folder.overlay))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sandbox.stopped.set())
    sandbox.run()


if __name__ == "__main__":
    main()
