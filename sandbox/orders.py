"""Counting orders by id, straight from both sites' databases: what a rehearsal can see and a real outage cannot."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.naming import Naming
from infra.settings.model import Settings
from sandbox.control import Control
from sandbox.folder import Folder


@dataclass(frozen=True)
class Count:
    """Orders by id: those answered 201 at the edge, and what became of them.

    `held_back` are the ids that the old site's database has and the surviving one lacks, acknowledged or not: what
    replication had not carried over. None where the old one cannot be read.
    """

    acknowledged: frozenset[str]
    surviving: frozenset[str]
    held_back: frozenset[str] | None

    @property
    def lost(self) -> frozenset[str]:
        """Acknowledged, and not in the surviving database."""
        return self.acknowledged - self.surviving

    @property
    def exact(self) -> bool | None:
        """Whether the lost ones are exactly those held back; None where that cannot be known."""
        return None if self.held_back is None else self.lost == self.acknowledged & self.held_back

    def document(self) -> dict[str, object]:
        """Counts and a digest: order ids are identifiers, so they stay out of reports."""
        return {
            "acknowledged": len(self.acknowledged),
            "surviving": len(self.surviving),
            "lost": len(self.lost),
            "lost_digest": hashlib.sha256("\n".join(sorted(self.lost)).encode()).hexdigest(),
            "held_back": None if self.held_back is None else len(self.held_back),
            "exact": self.exact,
        }


def ids(port: int | None, database: str) -> frozenset[str]:
    """Every order id in one site's database. Raises psycopg.OperationalError where it is not to be reached."""
    import psycopg

    if port is None:
        raise psycopg.OperationalError("there is no database")
    with psycopg.connect(
        host="127.0.0.1", port=port, dbname=database, user="lifeline", connect_timeout=3
    ) as connection:
        return frozenset(str(row[0]) for row in connection.execute("SELECT order_id FROM orders"))


def of_site(databases: Mapping[str, Any], settings: Settings, site: str) -> Any:
    """What the sandbox's status says of the site's database: its port, and whether it is a writer. None where the site
    has none."""
    return databases.get(f"{settings.sites[site].region}/{Naming.of(settings).database_cluster(site)}")


def compare(folder: Folder, settings: Settings, surviving: str) -> Count:
    """Count what the load in the folder was promised, in the running sandbox. Raises ValueError as `count` does."""
    databases = Control(folder.require()).get("/status")["databases"]
    sites = (surviving, settings.peer(surviving))
    new, old = ((of_site(databases, settings, site) or {}).get("port") for site in sites)
    return count(folder.acknowledged, new, old, settings.application.replace("-", "_"))


def count(acknowledged: Path, surviving_port: int | None, old_port: int | None, database: str) -> Count:
    """Compare what was acknowledged with what survived, and with what the old site still has.

    A port is None where the site has no database.

    Raises ValueError where the surviving database cannot be asked.
    """
    import psycopg

    promised = frozenset(acknowledged.read_text(encoding="utf-8").split()) if acknowledged.exists() else frozenset()
    try:
        surviving = ids(surviving_port, database)
    except psycopg.OperationalError:
        raise ValueError(
            "the orders cannot be counted: the surviving site's database does not answer; `lifeline up` makes it, "
            "`lifeline sandbox status` shows it"
        ) from None
    except psycopg.errors.UndefinedTable:
        raise ValueError("the orders cannot be counted: the table is not there yet; try again in a moment") from None
    try:
        held_back: frozenset[str] | None = ids(old_port, database) - surviving
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        held_back = None
    return Count(promised, surviving, held_back)


def sentence(counted: Count, surviving: str) -> str:
    """For people: counts only, ids stay in the protected file."""
    told = f"{len(counted.acknowledged)} orders acknowledged, {len(counted.lost)} of them are not at {surviving}: "
    if counted.held_back is None:
        return told + "what was held back cannot be known, the old database does not answer"
    are = "exactly" if counted.exact else "NOT exactly"
    return told + f"{are} the acknowledged ones among the {len(counted.held_back)} that replication had held back"
