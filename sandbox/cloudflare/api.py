"""The routes of Cloudflare's API v4 and what each does to the store.

A route is one row of `ROUTES`; the collections share their create, list, read, replace, edit and delete.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.cloudflare import settings
from sandbox.cloudflare.checks import CHECKS, pools_of
from sandbox.cloudflare.errors import ApiError, invalid, not_found, referenced, unroutable, wrong_method
from sandbox.cloudflare.health import HealthBoard
from sandbox.cloudflare.kinds import SHAPES
from sandbox.cloudflare.store import Document, Kind, Store, timestamp

PREFIX = "/client/v4"
_ID = r"[0-9a-f]{32}"
_NAME = r"[a-z0-9_]+"


@dataclass(frozen=True)
class Request:
    """A routed request: what the URL names, the query's last values, the body (an object, or empty)."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Document
    applied: bool = True
    """False under a fault: checked and answered as if it had been done, and not done."""


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    operation: str
    action: Callable[[Request], Any]


class Page:
    """A list as the API pages it."""

    def __init__(self, documents: list[Document], query: Mapping[str, str]) -> None:
        self.page = max(1, int(query.get("page", "1")))
        self.size = max(1, min(5000, int(query.get("per_page", "100"))))
        start = (self.page - 1) * self.size
        self.documents = documents[start : start + self.size]
        self.total = len(documents)

    def info(self) -> Document:
        return {
            "page": self.page,
            "per_page": self.size,
            "count": len(self.documents),
            "total_count": self.total,
            "total_pages": -(-self.total // self.size),
        }


class Api:
    """Finds the route of a request and runs it."""

    def __init__(self, store: Store, health: HealthBoard) -> None:
        self._store = store
        self._health = health
        self._routes = self._table()

    def route(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The row for a request; raises ApiError (404, 405)."""
        found = False
        for row in self._routes:
            match = row.pattern.fullmatch(path)
            if match:
                found = True
                if row.method == method:
                    return row, match.groupdict()
        raise wrong_method() if found else unroutable(path)

    def run(self, route: Route, request: Request) -> Document:
        """The success envelope; raises ApiError."""
        self._check_parents(request)
        result = route.action(request)
        envelope: Document = {"result": result, "success": True, "errors": [], "messages": []}
        if isinstance(result, Page):
            envelope = {**envelope, "result": result.documents, "result_info": result.info()}
        return envelope

    def _table(self) -> tuple[Route, ...]:
        def row(method: str, path: str, operation: str, action: Callable[[Request], Any]) -> Route:
            pattern = re.sub(
                r"\{(\w+)\}", lambda found: rf"(?P<{found[1]}>{_NAME if found[1] == 'setting' else _ID})", PREFIX + path
            )
            return Route(method, re.compile(pattern), operation, action)

        rows = [
            row("GET", "/user/tokens/verify", "tokens.verify", lambda _: {"id": "0" * 32, "status": "active"}),
            row("GET", "/accounts", "accounts.list", lambda r: Page([self._store.account], r.query)),
            row("GET", "/accounts/{account}", "accounts.get", lambda _: self._store.account),
            row("GET", "/zones", "zones.list", lambda r: Page(self._zones(r.query), r.query)),
            row("GET", "/zones/{zone}", "zones.get", lambda r: self._store.get("zone", r.ids["zone"])),
        ]
        collections: tuple[tuple[str, str, Kind], ...] = (
            ("/zones/{zone}/dns_records", "dns_records", "dns_record"),
            ("/zones/{zone}/load_balancers", "load_balancers", "load_balancer"),
            ("/accounts/{account}/load_balancers/pools", "pools", "pool"),
            ("/accounts/{account}/load_balancers/monitors", "monitors", "monitor"),
            ("/zones/{zone}/rulesets", "rulesets", "ruleset"),
        )
        for path, name, kind in collections:
            rows += [
                row("GET", path, f"{name}.list", self._lister(kind)),
                row("POST", path, f"{name}.create", self._creator(kind)),
                row("GET", f"{path}/{{id}}", f"{name}.get", lambda r, k=kind: self._read(k, r)),  # type: ignore[misc]
                row("PUT", f"{path}/{{id}}", f"{name}.update", self._writer(kind, whole=True)),
                row("PATCH", f"{path}/{{id}}", f"{name}.edit", self._writer(kind, whole=False)),
                row("DELETE", f"{path}/{{id}}", f"{name}.delete", self._deleter(kind)),
            ]
        pools = "/accounts/{account}/load_balancers/pools/{id}"
        rows.append(row("GET", f"{pools}/health", "pools.health", lambda r: self._health.report(self._read("pool", r))))
        rows.append(row("GET", f"{pools}/references", "pools.references", self._pool_references))
        for path, name, verb in (
            ("/zones/{zone}/settings/{setting}", "", "PATCH"),
            ("/zones/{zone}/cache/tiered_cache_smart_topology_enable", "tiered_cache_smart_topology_enable", "PATCH"),
            ("/zones/{zone}/origin_tls_client_auth/settings", "origin_pulls", "PUT"),
            ("/zones/{zone}/dnssec", "dnssec", "PATCH"),
        ):
            rows.append(row("GET", path, "settings.get", self._setting(name, write=False)))
            rows.append(row(verb, path, "settings.edit", self._setting(name, write=True)))
        return tuple(rows)

    def _setting(self, name: str, *, write: bool) -> Callable[[Request], Document]:
        """One of the zone's settings; without a name the path has it."""

        def act(request: Request) -> Document:
            zone, wanted = request.ids["zone"], name or request.ids["setting"]
            if write:
                return settings.write(self._store, zone, wanted, request.body)
            return settings.read(self._store, zone, wanted)

        return act

    def _check_parents(self, request: Request) -> None:
        account, zone = request.ids.get("account"), request.ids.get("zone")
        if account is not None and account != self._store.account["id"]:
            raise ApiError(403, 9109, "Unauthorized to access requested resource")
        if zone is not None and self._store.get("zone", zone) is None:
            raise ApiError(403, 9109, "Unauthorized to access requested resource")

    def _zones(self, query: Mapping[str, str]) -> list[Document]:
        zones = [z for z in self._store.all("zone") if query.get("name", z["name"]) == z["name"]]
        return [z for z in zones if query.get("status", "active") == z["status"]]

    def _read(self, kind: Kind, request: Request) -> Document:
        document = self._store.get(kind, request.ids["id"])
        if document is None or document.get("zone_id") != request.ids.get("zone"):
            raise ApiError(404, 81044, "Record does not exist.") if kind == "dns_record" else not_found(kind)
        return document

    def _lister(self, kind: Kind) -> Callable[[Request], Page]:
        filters = {"dns_record": ("name", "type", "content"), "pool": ("monitor",)}.get(kind, ())

        def listed(request: Request) -> Page:
            documents = [d for d in self._store.all(kind) if d.get("zone_id") == request.ids.get("zone")]
            for field in filters:
                wanted = request.query.get(field, request.query.get(f"{field}.exact"))
                if wanted is not None:
                    documents = [d for d in documents if d[field] == wanted]
            return Page(documents, request.query)

        return listed

    def _creator(self, kind: Kind) -> Callable[[Request], Document]:
        def created(request: Request) -> Document:
            with self._store.write_lock:
                document = self._derived(kind, SHAPES[kind].complete(request.body), request)
                CHECKS[kind](self._store, document)
                if not request.applied:
                    return {**document, "id": "0" * 32}
                return self._store.create(kind, document)

        return created

    def _writer(self, kind: Kind, whole: bool) -> Callable[[Request], Document]:
        def written(request: Request) -> Document:
            shape = SHAPES[kind]
            with self._store.write_lock:
                before = self._read(kind, request)
                given = request.body if whole else {**shape.known(before), **shape.known(request.body)}
                document = {**self._derived(kind, shape.complete(given), request, before), "id": before["id"]}
                CHECKS[kind](self._store, document)
                if not request.applied:
                    return document
                return self._store.replace(kind, before["id"], document)

        return written

    def _deleter(self, kind: Kind) -> Callable[[Request], Document]:
        def deleted(request: Request) -> Document:
            with self._store.write_lock:
                document = self._read(kind, request)
                if self._users(kind, document["id"]):
                    raise referenced()
                if request.applied:
                    self._store.delete(kind, document["id"])
            return {"id": document["id"]}

        return deleted

    def _users(self, kind: Kind, key: str) -> list[Document]:
        """The documents that refer to one."""
        if kind == "monitor":
            return [pool for pool in self._store.all("pool") if pool["monitor"] == key]
        if kind == "pool":
            return [lb for lb in self._store.all("load_balancer") if key in pools_of(lb)]
        return []

    def _pool_references(self, request: Request) -> list[Document]:
        pool = self._read("pool", request)
        return [
            {"reference_type": "referrer", "resource_id": lb["id"], "resource_name": lb["name"]}
            | {"resource_type": "load_balancer"}
            for lb in self._users("pool", pool["id"])
        ]

    def _derived(self, kind: Kind, document: Document, request: Request, before: Document | None = None) -> Document:
        """The fields that Cloudflare works out itself."""
        if kind == "pool":
            was = (before or {}).get("disabled_at")
            return document if document["enabled"] else {**document, "disabled_at": was or timestamp()}
        if kind == "monitor":
            return document
        if kind == "ruleset":
            version = str(int((before or {}).get("version", 0)) + 1)
            return {**document, "zone_id": request.ids["zone"], "version": version, "last_updated": timestamp()}
        zone = self._store.get("zone", request.ids["zone"])
        assert zone is not None
        if not isinstance(document["name"], str):
            raise invalid("name must be a string")
        document = {**document, "zone_id": zone["id"], "zone_name": zone["name"]}
        if kind == "dns_record":
            name = _in_zone(document["name"].lower().rstrip("."), zone["name"])
            proxiable = document["type"] in ("A", "AAAA", "CNAME")
            document = {**document, "name": name, "proxiable": proxiable, "meta": {}}
        return document


def _in_zone(name: str, zone: str) -> str:
    """A record's whole name: `@` is the zone itself, and a name outside the zone is relative to it."""
    if name in ("@", ""):
        return zone
    return name if name == zone or name.endswith(f".{zone}") else f"{name}.{zone}"
