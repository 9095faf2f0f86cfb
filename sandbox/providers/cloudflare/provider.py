"""The emulated `cloudflare` provider: rows over the sandbox's Cloudflare API."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from model.signatures import Sdk
from sandbox.providers.cloudflare.api import Api, ApiFailed
from sandbox.providers.cloudflare.convert import from_api, to_api
from sandbox.providers.cloudflare.row import CloudflareRow, SettingRow
from sandbox.providers.diff import Difference, same
from sandbox.providers.handlers import Handler, Refused, Setup, Subject
from sandbox.providers.preparation import prepared
from sandbox.providers.recorded import Recorded
from sandbox.providers.rows.cloudflare import ROWS
from sandbox.providers.rows.cloudflare_zone import SETTINGS
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


class CloudflareHandler:
    """The life of one row's type."""

    def __init__(self, row: CloudflareRow, api: Api) -> None:
        self._row = row
        self._api = api
        self.rules: Rules = row.rules

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        return prepared(subject, self.rules, seed)

    def create(self, subject: Subject) -> tuple[str, Properties]:
        with self._said("make http request to create", subject):
            found = self._api.call("POST", self._collection(subject), self._body(subject))
        return str(found["id"]), self._state(subject, found)

    def imported(self, subject: Subject) -> Subject:
        parent, _, own = subject.id.rpartition("/")
        if not parent:
            return subject
        # An import names both: `<zone or account>/<id>`, a ruleset's `zones/<zone>/<id>`.
        return replace(subject, id=own, inputs={**subject.inputs, self._row.parent: parent.rpartition("/")[2]})

    def read(self, subject: Subject) -> Properties | None:
        with self._said("make http request to read", subject):
            try:
                found = self._api.call("GET", f"{self._collection(subject)}/{subject.id}")
            except ApiFailed as failed:
                if failed.status == 404:
                    return None
                raise
        return self._state(subject, found)

    def update(self, subject: Subject, difference: Difference) -> Properties:
        with self._said("make http request to update", subject):
            path = f"{self._collection(subject)}/{subject.id}"
            found = self._api.call(self._row.update, path, self._body(subject))
        return self._state(subject, found)

    def delete(self, subject: Subject) -> None:
        with self._said("make http request to delete", subject):
            try:
                self._api.call("DELETE", f"{self._collection(subject)}/{subject.id}")
            except ApiFailed as failed:
                if failed.status != 404:
                    raise

    def _collection(self, subject: Subject) -> str:
        return self._row.path.format(**{self._row.parent: subject.value(self._row.parent)})

    def _body(self, subject: Subject) -> dict[str, Any]:
        sent = {name: value for name, value in subject.inputs.items() if name != self._row.parent}
        return to_api(sent, subject.signature.inputs)

    def _state(self, subject: Subject, found: Mapping[str, Any]) -> Properties:
        state = {name: value for name, value in subject.inputs.items() if name in subject.signature.properties}
        state = {**subject.outputs, **state}
        for name, value in from_api(found, subject.signature.properties).items():
            if not (name in state and same(state[name], value, name, self.rules)):
                state[name] = value
        return state

    @contextmanager
    def _said(self, doing: str, subject: Subject) -> Iterator[None]:
        """The real provider's way of saying what failed."""
        try:
            yield
        except Refused as refused:
            raise Refused(
                f"failed to {doing} {self._row.noun} ({subject.value('name') or subject.id}): {refused}"
            ) from None


class SettingHandler:
    """The life of a zone's setting. Deleting leaves its value where the real provider does."""

    def __init__(self, row: SettingRow, api: Api) -> None:
        self._row = row
        self._api = api
        self.rules: Rules = row.rules

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        return prepared(subject, self.rules, seed)

    def create(self, subject: Subject) -> tuple[str, Properties]:
        found = self._set(subject)
        parts = [str(subject.inputs["zoneId"]), *(str(subject.inputs[name]) for name in self._row.named)]
        return "/".join(parts), found

    def imported(self, subject: Subject) -> Subject:
        return subject

    def read(self, subject: Subject) -> Properties | None:
        zone, _, name = subject.id.partition("/")
        known = {"zoneId": zone, **dict.fromkeys(self._row.named, name)}
        subject = replace(subject, inputs={**subject.inputs, **known})
        return self._state(subject, self._api.call("GET", self._path(subject)))

    def update(self, subject: Subject, difference: Difference) -> Properties:
        return self._set(subject)

    def delete(self, subject: Subject) -> None:
        if self._row.removed is not None:
            self._api.call(self._row.verb, self._path(subject), {self._row.value: self._row.removed})

    def _set(self, subject: Subject) -> Properties:
        body = {self._row.value: subject.inputs[self._row.value]}
        return self._state(subject, self._api.call(self._row.verb, self._path(subject), body))

    def _path(self, subject: Subject) -> str:
        return self._row.path.format(**{name: subject.value(name) for name in ("zoneId", *self._row.named)})

    def _state(self, subject: Subject, found: Mapping[str, Any]) -> Properties:
        state = {name: value for name, value in subject.inputs.items() if name in subject.signature.properties}
        state = {**subject.outputs, **state}
        value = found[self._row.value]
        if not same(state.get(self._row.value), value, self._row.value, self.rules):
            state[self._row.value] = value
        return state


class Cloudflare:
    """Resource types and functions of `pulumi_cloudflare` against one endpoint."""

    def __init__(self, endpoint: str, token: str) -> None:
        self.sdk = Sdk("cloudflare")
        self._api = Api(endpoint, token)
        self._handlers: dict[str, Handler] = {row.type: CloudflareHandler(row, self._api) for row in ROWS}
        self._handlers |= {row.type: SettingHandler(row, self._api) for row in SETTINGS}
        self._recorded = Recorded()

    def unconfigured(self, variables: Properties) -> list[tuple[str, str]]:
        return []

    def configure(self, variables: Properties) -> Setup:
        """The sandbox's token is used whatever the program brings: a real one must not leave its place."""
        return Setup()

    def handler(self, token: str) -> Handler:
        return self._handlers.get(token, self._recorded)

    def invoke(self, setup: Setup, token: str, arguments: Properties) -> Properties:
        act = INVOKES.get(token)
        if act is None:
            raise Refused("the sandbox has no such function: nothing would answer truthfully; use a resource's outputs")
        return {**arguments, **act(self._api, arguments)}

    def stays(self, subject: Subject) -> bool:
        return True


def _zone(api: Api, arguments: Properties) -> Properties:
    if arguments.get("zoneId"):
        found = api.call("GET", f"/zones/{arguments['zoneId']}")
    else:
        wanted = arguments.get("filter") or {}
        query = {name: str(wanted[name]) for name in ("name", "status") if wanted.get(name)}
        zones = api.pages("/zones", query)
        if len(zones) != 1:
            how = "no result" if not zones else f"{len(zones)} results"
            raise Refused(f"failed to find zone {wanted.get('name')!r}: found {how}, wanted exactly one")
        found = zones[0]
    account = found.get("account") or {}
    return {
        "id": found["id"],
        "zoneId": found["id"],
        "name": found["name"],
        "status": found.get("status", ""),
        "nameServers": found.get("name_servers") or [],
        "paused": bool(found.get("paused", False)),
        "type": found.get("type", "full"),
        "account": {"id": account.get("id", ""), "name": account.get("name", "")},
    }


def _listed(what: str) -> Callable[[Api, Properties], Properties]:
    def act(api: Api, arguments: Properties) -> Properties:
        account = arguments["accountId"]
        items = api.pages(f"/accounts/{account}/load_balancers/{what}")
        if arguments.get("monitor"):
            items = [item for item in items if item.get("monitor") == arguments["monitor"]]
        return {"id": account, "results": [_camel(item) for item in items]}

    return act


def _camel(value: Any) -> Any:
    """A list's items have no declared type on the way out; header names stay as they are."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, item in value.items():
        head, *rest = name.split("_")
        made[head + "".join(part.title() for part in rest)] = item if name == "header" else _camel(item)
    return made


INVOKES: Mapping[str, Callable[[Api, Properties], Properties]] = {
    "cloudflare:index/getZone:getZone": _zone,
    "cloudflare:index/getLoadBalancerPools:getLoadBalancerPools": _listed("pools"),
    "cloudflare:index/getLoadBalancerMonitors:getLoadBalancerMonitors": _listed("monitors"),
}
