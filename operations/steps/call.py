"""A call as a step declares it, and a command as a person would type it. Pure."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Plane = Literal["control", "data"]
CLOUDFLARE, EDGE, COMMAND = "cloudflare", "edge", "command"
"""Services that are none of AWS's: the CDN's API, the application behind it, a user's own program."""

_READS = ("Describe", "Get", "List", "Query", "Head", "BatchGet", "Look")


@dataclass(frozen=True)
class Call:
    """One kind of call that a step may make."""

    service: str
    """As boto3 names its client; or `cloudflare`, `edge`, `command`."""
    operation: str
    """As the API names it, such as `UpdateService`."""
    region: str
    """Where it is answered; empty for what lives at the edge."""
    plane: Plane = "control"
    required: bool = True
    """False where the step does its work without an answer: an accelerator, or a second replica."""

    @property
    def mutates(self) -> bool:
        return not self.operation.startswith(_READS)

    @property
    def key(self) -> str:
        """`service:Operation@region`; the edge has no region."""
        return f"{self.service}:{self.operation}" + (f"@{self.region}" if self.region else "")


def spelled(operation: str) -> str:
    """An operation without case and underscores: `describe_db_clusters` and `DescribeDBClusters` are one."""
    return operation.replace("_", "").lower()


@dataclass(frozen=True)
class Command:
    """One call with its parameters: what the step does, and what a person can do in its place."""

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """AWS: the operation's parameters. `cloudflare`, `edge`: method, path and body."""
    why: str = ""

    @property
    def text(self) -> str:
        """A line for a shell: `aws …` or `curl …`."""
        if self.service == COMMAND:
            return shlex.join(self.parameters["words"])
        if self.service in (CLOUDFLARE, EDGE):
            return self._curl()
        words = ["aws", _cli_service(self.service), _dashed(self.operation), "--region", self.region]
        for name, value in self.parameters.items():
            words.append(f"--{_dashed(name)}" if value is not False else f"--no-{_dashed(name)}")
            if not isinstance(value, bool):
                words += _words(value)
        return shlex.join(words)

    def _curl(self) -> str:
        method, path = self.parameters["method"], self.parameters["path"]
        words = [f"curl --fail-with-body -X {method}"]
        if self.service == CLOUDFLARE:
            words.append('-H "Authorization: Bearer $CLOUDFLARE_API_TOKEN"')
        words += [f"-H {shlex.quote(f'{key}: {value}')}" for key, value in self.parameters.get("headers", {}).items()]
        if (body := self.parameters.get("body")) is not None:
            # Double quotes: ids stand in it as shell variables.
            quoted = json.dumps(body).replace("\\", "\\\\").replace('"', '\\"')
            words += ["-H 'Content-Type: application/json'", f'-d "{quoted}"']
        words.append(f'"{path}"')
        return " ".join(words)


def _words(value: Any) -> list[str]:
    """A parameter's value as the AWS tools take it: plain lists as words, all else as JSON."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    return [json.dumps(value) if isinstance(value, (dict, list)) else str(value)]


def _cli_service(service: str) -> str:
    return service


def _dashed(name: str) -> str:
    """`DBClusterIdentifier` → `db-cluster-identifier`, `desiredCount` → `desired-count`."""
    once = re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", once).lower()
