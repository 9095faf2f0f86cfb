"""One look at both sites and the edge. What does not answer is unknown, and stays told apart from "no"."""

import getpass
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from operations import clients
from operations.edge import Edge, Order
from operations.edge_api import EdgeError
from operations.record.mailbox import Mailbox, NoAnswer
from operations.record.record import Record, RecordUnreachable
from operations.record.store import RecordStore
from operations.recovery.database import is_writer
from operations.topology import Topology

T = TypeVar("T")
ANSWER_SECONDS = 4.0


@dataclass(frozen=True)
class Service:
    name: str
    desired: int
    running: int


@dataclass(frozen=True)
class SiteSeen:
    """One site. None means unknown: what was asked did not answer."""

    site: str
    region: str
    services: tuple[Service, ...] | None
    writer: bool | None
    """Whether RDS in this site's region calls its member the writer."""
    lease_valid: bool | None
    """Whether the site's own warden says that it holds the lease and has just proved a write."""
    lag_seconds: float | None
    """Age of what this site's database replayed last; None also for the writer."""
    pool_enabled: bool | None


@dataclass(frozen=True)
class Seen:
    """The estate at one moment, as this machine could see it."""

    application: str
    environment: str
    intent: str
    """The site that the checkout names as active."""
    record: Record | None
    """The control record; None where no replica answered."""
    order: Order | None
    sites: tuple[SiteSeen, ...]

    @property
    def active(self) -> str:
        """The record's word, or the checkout's where the record cannot be read."""
        return self.record.active if self.record else self.intent

    @property
    def standby(self) -> str:
        return next(site.site for site in self.sites if site.site != self.active)

    def document(self) -> dict[str, Any]:
        return asdict(self)


def look(topology: Topology, intent: str) -> Seen:
    """Ask everything at once, each question bounded."""
    table = topology.one("control_table").id
    store = RecordStore(table, topology.application, topology.control_regions, topology.founder, clients.aws)
    mailbox = Mailbox(table, topology.control_regions, clients.aws)
    with ThreadPoolExecutor(max_workers=12) as pool:
        record = pool.submit(_or_none, store.read)
        edge = pool.submit(_or_none, lambda: _edge(topology))
        asked = {
            site: (
                pool.submit(_or_none, lambda site=site: _services(topology, site)),
                pool.submit(_or_none, lambda site=site: _writer(topology, site)),
                pool.submit(
                    _or_none,
                    lambda site=site: mailbox.ask(site, "probe", {}, by=getpass.getuser(), timeout=ANSWER_SECONDS),
                ),
            )
            for site in topology.sites
        }
        order, enabled = edge.result() or (None, {})
        sites = []
        for site, (services, writer, probe) in asked.items():
            answer: dict[str, Any] = probe.result() or {}
            sites.append(
                SiteSeen(
                    site=site,
                    region=topology.region(site),
                    services=services.result(),
                    writer=writer.result(),
                    lease_valid=bool(answer["serves"]) if "serves" in answer else None,
                    lag_seconds=answer.get("behind_seconds"),
                    pool_enabled=enabled.get(topology.one("pool", site).id),
                )
            )
        return Seen(topology.application, topology.environment, intent, record.result(), order, tuple(sites))


def _or_none(ask: Callable[[], T]) -> T | None:
    """What fails to answer is "unknown" here, whatever the reason."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except (BotoCoreError, ClientError, EdgeError, LookupError, NoAnswer, RecordUnreachable):
        return None


def _services(topology: Topology, site: str) -> tuple[Service, ...]:
    ecs = clients.aws("ecs", topology.region(site))
    names = [item.id for item in topology.all("service", site)] + [topology.one("warden", site).id]
    shown = ecs.describe_services(cluster=topology.one("ecs_cluster", site).id, services=names)["services"]
    return tuple(Service(item["serviceName"], item["desiredCount"], item["runningCount"]) for item in shown)


def _writer(topology: Topology, site: str) -> bool:
    rds = clients.aws("rds", topology.region(site))
    return is_writer(rds, topology.one("global_cluster").id, str(topology.one("database", site).arn))


def _edge(topology: Topology) -> tuple[Order, dict[str, bool]]:
    edge = Edge(topology)
    return edge.order(), {name: pool.enabled for name, pool in edge.pools().items()}
