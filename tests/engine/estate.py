"""A project of its own in a sandbox of its own, for tests that run the real engine."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml

from infra.naming import Naming
from infra.settings import Settings
from infra.settings.load import environment
from operations.stacks.changes import Changes
from operations.stacks.engine import Engine
from operations.topology import Topology, from_settings
from sandbox import lifecycle, orders
from sandbox.control import Control
from sandbox.folder import Folder, Running

ROOT = Path(__file__).parents[2]
PACKS = tuple(word for pack in ("hipaa", "cost") for word in ("--policy-pack", str(ROOT / "policies" / pack)))
"""Both packs, for `pulumi preview`."""
T = TypeVar("T")
LEASE_SECONDS = 5
TRANSACTION_SECONDS = 2


class Estate:
    """A copy of the shipped settings, a sandbox, and the engine between them, for one of the project's environments."""

    def __init__(self, root: Path, saves: bool = False, serving: str = "production") -> None:
        self.root, self.serving = root, serving
        self.folder = Folder(root, "test")
        self.running: Running = self.folder.require()
        self.environment = {
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("AWS_", "PULUMI_", "CLOUDFLARE_"))
            },
            **lifecycle.environment(self.folder, self.running),
            **({} if saves else lifecycle.ONE_SAVE),
            "LIFELINE_ENVIRONMENT": serving,
        }
        self.engine = Engine(root, self.environment)
        self.control = Control(self.running)
        self.host = Naming.of(self.settings).edge_host
        self.first: dict[str, Changes] = {}
        """What the first `up` did, stack → changes, where a fixture ran it."""

    @property
    def stacks(self) -> dict[str, Settings]:
        return environment(self.root, self.serving, self.folder.overlay)

    @property
    def settings(self) -> Settings:
        return next(iter(self.stacks.values()))

    @property
    def topology(self) -> Topology:
        return from_settings(self.settings)

    def configure(self, **values: Any) -> None:
        """Change settings in the project's file; None removes one."""
        path = self.root / "Pulumi.yaml"
        document = yaml.safe_load(path.read_text())
        for key, value in values.items():
            document["config"].pop(f"lifeline:{key}", None)
            if value is not None:
                document["config"][f"lifeline:{key}"] = {"value": value}
        path.write_text(yaml.safe_dump(document, sort_keys=False))

    def up(self) -> dict[str, Changes]:
        """One after the other, in the order of a first `up`."""
        return {stack: self.engine.up(stack) for stack in self.stacks}

    def each(self, run: Callable[[str], T]) -> dict[str, T]:
        """Something that no stack waits for another with, side by side: stack → what came of it."""
        stacks = list(self.stacks)
        with ThreadPoolExecutor(len(stacks)) as pool:
            return dict(zip(stacks, pool.map(run, stacks), strict=True))

    def lifeline(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """The command line, as a user runs it in the sandbox's environment."""
        return subprocess.run(
            [sys.executable, "-m", "scripts.main", "--project", str(self.root), *arguments],
            env={**self.environment, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def stream(self, *arguments: str) -> Iterator[str]:
        """The command line's lines on stdout, as they come."""
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.main", "--project", str(self.root), *arguments],
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout as lines:
            yield from lines
        process.wait()

    def pulumi(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The plain Pulumi CLI from the project's folder."""
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def ask(
        self, method: str, path: str, document: Mapping[str, Any] | None = None, key: str | None = None
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        """One request at the edge: status, JSON body, headers; status 0 where the connection was closed."""
        headers = {"host": self.host, "content-type": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.running.edge}{path}",
            method=method,
            headers=headers,
            data=None if document is None else json.dumps(document).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, _json(response.read()), dict(response.headers)
        except urllib.error.HTTPError as error:
            return error.code, _json(error.read()), dict(error.headers)
        except OSError:
            return 0, {}, {}

    def order(self, key: str) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        return self.ask("POST", "/orders", {"order_id": key, "text": "aspirin 81 mg daily"}, key)

    def edge_api(self, path: str, method: str = "GET", zone: str | None = None) -> tuple[str, list[dict[str, Any]]]:
        """One call to Cloudflare's API below the zone: the zone's id, and the result."""
        base = self.environment["CLOUDFLARE_BASE_URL"]
        headers = {"authorization": f"Bearer {self.environment['CLOUDFLARE_API_TOKEN']}"}
        if zone is None:
            with urllib.request.urlopen(urllib.request.Request(f"{base}/zones", headers=headers), timeout=10) as found:
                zone = str(json.load(found)["result"][0]["id"])
        request = urllib.request.Request(f"{base}/zones/{zone}/{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            result = json.load(response)["result"]
        return zone, result if isinstance(result, list) else []

    def wait_served(self, site: str, seconds: float = 90) -> None:
        """Until the edge leads to `site`, which accepts writes there."""

        def served() -> bool:
            status, body, _ = self.ask("GET", "/.well-known/lifeline")
            return status == 200 and body.get("site") == site and self.ask("GET", "/health")[0] == 200

        wait(served, f"{site} serves at the edge", seconds)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.control.get("/status")
        return found

    def database_at(self, site: str) -> dict[str, Any]:
        """The port of the site's database, and whether it is a writer: None where it does not run."""
        found: dict[str, Any] | None = orders.of_site(self.status()["databases"], self.settings, site)
        assert found is not None, f"{site} has no database"
        return found

    def orders(self, site: str) -> frozenset[str]:
        """The id of every order in the site's database."""
        return orders.ids(self.database_at(site)["port"], self.settings.application.replace("-", "_"))

    def database(self, site: str) -> Any:
        """A connection to one site's database as its master, autocommitting."""
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.database_at(site)["port"],
            dbname=self.settings.application.replace("-", "_"),
            user="lifeline",
            autocommit=True,
            connect_timeout=3,
        )

    def calls(self, since: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control.get(f"/calls?since={since}", timeout=30)
        return found

    def mark(self) -> int:
        return int(self.status()["calls"])

    def aws(self, service: str, region: str, caller: str = "operator") -> Any:
        from sandbox.aws.callers import client

        return client(service, region, caller, f"http://127.0.0.1:{self.running.aws}")


def wait(true: Callable[[], Any], what: str, seconds: float = 60) -> None:
    """Until it is true; the bound only ends a hopeless wait."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


@contextmanager
def estate(
    folder: Path, source: Path = ROOT, saves: bool = False, regions: Sequence[str] = (), **values: Any
) -> Iterator[Estate]:
    """A fresh project, a copy of the one in `source`, and a sandbox, ended afterwards.

    `regions`: further ones of the sandbox. `saves`: the engine writes its state at every step, as it does for users,
    for a kill in the middle and for figures.
    """
    for file in source.glob("Pulumi*.yaml"):
        shutil.copy(file, folder)
    path = folder / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text())
    document["main"] = str(ROOT / "infra")
    document["runtime"]["options"]["virtualenv"] = sys.prefix
    for key, value in values.items():
        document["config"][f"lifeline:{key}"] = {"value": value}
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    lifecycle.start(folder, "test", "global", LEASE_SECONDS, TRANSACTION_SECONDS, regions)
    try:
        yield Estate(folder, saves)
    finally:
        lifecycle.stop(Folder(folder, "test"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"text": body.decode(errors="replace")}
    return found if isinstance(found, dict) else {"value": found}
