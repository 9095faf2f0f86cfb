"""The supervisor's own port: what `lifeline sandbox …` asks of a running sandbox."""

import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sandbox.control import HEADER
from sandbox.fault import Fault
from sandbox.http_server import Handler, Server

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Route = Callable[[dict[str, Any]], Any]


def _setter(set_fault: Callable[..., Fault]) -> Route:
    return lambda body: set_fault(**body).as_dict()


class ControlServer:
    """One handler per path; only who can read the sandbox's folder knows the token."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self.token = secrets.token_hex(16)
        self._server = Server(self._handler(), "control")

    def start(self) -> int:
        """Returns the port."""
        return self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def _routes(self) -> dict[tuple[str, str], Route]:
        return {
            ("GET", "/status"): lambda _: self._status(),
            ("GET", "/faults"): lambda _: [fault.as_dict() for fault in self._sandbox.faults.list()],
            ("GET", "/calls"): lambda body: self._sandbox.calls.read(int(body.get("since", 0))),
            **{("POST", f"/{kind}"): _setter(set_fault) for kind, set_fault in self._setters().items()},
            ("POST", "/clear"): lambda body: [fault.as_dict() for fault in self._sandbox.faults.clear(body.get("id"))],
            ("POST", "/reset"): lambda _: self._sandbox.reset(),
        }

    def _setters(self) -> dict[str, Callable[..., Fault]]:
        faults = self._sandbox.faults
        return {
            "dark": faults.dark,
            "dark-zone": faults.dark_zone,
            "drop-response": faults.drop_response,
            "freeze-capacity": faults.freeze_capacity,
            "ignore-writes": faults.ignore_writes,
            "lag": faults.lag,
            "latency": faults.latency,
            "read-only": faults.read_only,
            "throttle": faults.throttle,
        }

    def _status(self) -> dict[str, Any]:
        """Ports and processes; nothing secret."""
        sandbox = self._sandbox
        return {
            "faults": [fault.as_dict() for fault in sandbox.faults.list()],
            "calls": sandbox.calls.mark(),
            "databases": {
                name: {
                    "port": sandbox.databases.port(name),
                    "writer": sandbox.databases.is_writer(name) if sandbox.databases.running(name) else None,
                }
                for name in sorted(sandbox.databases.names)
            },
            "tasks": self._tasks(),
            "pools": sandbox.edge.status()["pools"],
            "provider_seconds": sandbox.providers.busy_seconds if sandbox.providers else 0.0,
        }

    def _tasks(self) -> dict[str, dict[str, list[int]]]:
        """Region → service → process ids of its running tasks."""
        tasks = self._sandbox.tasks
        found: dict[str, dict[str, list[int]]] = {region: {} for region in self._sandbox.places}
        for item in tasks.status():
            found[item["region"]][item["service"]] = tasks.pids(item["region"], item["service"])
        return found

    def _handler(self) -> type[Handler]:
        control = self

        class ControlHandler(Handler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                self._run("GET", parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()})

            def do_POST(self) -> None:
                self._run("POST", self.path, json.loads(self.body() or b"{}"))

            def _run(self, method: str, path: str, body: dict[str, Any]) -> None:
                if not secrets.compare_digest(self.headers.get(HEADER, ""), control.token):
                    self.answer_json(403, {"error": "the token is not this sandbox's"})
                    return
                route = control._routes().get((method, path))
                if route is None:
                    self.answer_json(404, {"error": f"the sandbox has no {method} {path}"})
                    return
                try:
                    self.answer_json(200, route(body))
                except (TypeError, ValueError) as error:
                    self.answer_json(400, {"error": str(error)})

        return ControlHandler
