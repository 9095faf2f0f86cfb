"""What the Cloudflare account holds. Written by the API, obeyed by the edge, in memory.

Documents are replaced, never changed in place, so a reader needs no lock and never sees half a change.
"""

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

Document = dict[str, Any]
"""One object of the API, as its JSON."""

Kind = Literal["zone", "dns_record", "load_balancer", "pool", "monitor", "ruleset"]
KINDS: tuple[Kind, ...] = ("zone", "dns_record", "load_balancer", "pool", "monitor", "ruleset")


def timestamp() -> str:
    """Now, as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def stable_id(*parts: str) -> str:
    """An id in Cloudflare's form (32 hexadecimal digits) that is the same in every sandbox."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:32]


class Store:
    """The documents of one account: `domains` become its zones.

    `account["id"]` is Cloudflare's, not AWS's. `shortest_interval`: seconds, the least that a
    monitor may be given.
    """

    def __init__(self, domains: Iterable[str], shortest_interval: int = 5) -> None:
        self._domains = tuple(domains)
        self.shortest_interval = shortest_interval
        self.account: Document = {"id": stable_id("account"), "name": "sandbox"}
        self.write_lock = threading.RLock()
        """Held by a writer from its checks to its write."""
        self._callbacks: list[Callable[[Kind, str], None]] = []
        self._documents: dict[Kind, dict[str, Document]] = {}
        self._settings: dict[tuple[str, str], Any] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the zones alone."""
        with self.write_lock:
            gone = [(kind, key) for kind, held in self._documents.items() for key in held if kind != "zone"]
            self._documents = {kind: {} for kind in KINDS}
            self._settings = {}
            for domain in self._domains:
                zone = self._zone(domain)
                self._documents["zone"][zone["id"]] = zone
        for kind, key in gone:
            self._changed(kind, key)

    def on_change(self, callback: Callable[[Kind, str], None]) -> None:
        """Call back with (kind, id) after every create, change and delete."""
        self._callbacks.append(callback)

    def get(self, kind: Kind, key: str) -> Document | None:
        return self._documents[kind].get(key)

    def all(self, kind: Kind) -> list[Document]:
        """Every document of a kind, oldest first."""
        return list(self._documents[kind].values())

    def setting(self, zone: str, name: str) -> Any:
        """What a zone's setting is; KeyError for one that was never set."""
        return self._settings[zone, name]

    def set(self, zone: str, name: str, value: Any) -> None:
        """Give a zone's setting a value."""
        with self.write_lock:
            self._settings[zone, name] = value

    def create(self, kind: Kind, document: Document) -> Document:
        """Keep a new document; returns it with its id and times."""
        now = timestamp()
        document = {**document, "id": uuid.uuid4().hex, "created_on": now, "modified_on": now}
        with self.write_lock:
            self._documents[kind][document["id"]] = document
        self._changed(kind, document["id"])
        return document

    def replace(self, kind: Kind, key: str, document: Document) -> Document:
        """Put another version in a document's place; id and creation time stay."""
        with self.write_lock:
            before = self._documents[kind][key]
            document = {**document, "id": key, "created_on": before["created_on"], "modified_on": timestamp()}
            self._documents[kind][key] = document
        self._changed(kind, key)
        return document

    def delete(self, kind: Kind, key: str) -> None:
        with self.write_lock:
            del self._documents[kind][key]
        self._changed(kind, key)

    def load_balancer_of(self, host: str) -> Document | None:
        """The load balancer that answers for a host name."""
        return next((lb for lb in self.all("load_balancer") if lb["name"] == host), None)

    def record_of(self, host: str, types: tuple[str, ...] = ("CNAME", "A", "AAAA")) -> Document | None:
        """The DNS record that says where a host name leads."""
        return next((r for r in self.all("dns_record") if r["name"] == host and r["type"] in types), None)

    def zone_of(self, name: str) -> Document | None:
        """The most specific zone that a host name lies in."""
        zones = [z for z in self.all("zone") if name == z["name"] or name.endswith(f".{z['name']}")]
        return max(zones, key=lambda zone: len(zone["name"]), default=None)

    def _changed(self, kind: Kind, key: str) -> None:
        for callback in self._callbacks:
            callback(kind, key)

    def _zone(self, domain: str) -> Document:
        now = timestamp()
        return {
            "id": stable_id("zone", domain),
            "name": domain,
            "status": "active",
            "paused": False,
            "type": "full",
            "development_mode": 0,
            "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
            "original_name_servers": None,
            "account": self.account,
            "owner": {"id": None, "type": "user", "email": None},
            "permissions": ["#dns_records:edit", "#dns_records:read", "#zone:read"],
            "plan": {"id": stable_id("plan"), "name": "Enterprise Website"},
            "meta": {"step": 2, "phishing_detected": False},
            "created_on": now,
            "modified_on": now,
            "activated_on": now,
        }
