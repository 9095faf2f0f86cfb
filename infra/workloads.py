"""What runs at a site: the application's services and Lifeline's own two. Pure data from settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.naming import Naming
from infra.settings import Capacity, Range, ServiceSettings, Settings
from infra.settings.checks import MASTER

MASTER_USER = "lifeline"
WARDEN, FENCE, GUARD = "warden", "fence", "guard"
GUARD_SECONDS = 10
"""Between two looks of the guard at the record; more often where the lease is short."""
WARDEN_PORT = 8099
WARDEN_PATH = "/.well-known/lifeline"
"""200 only while the site holds the lease; the edge's monitors ask for it."""


@dataclass(frozen=True)
class Workload:
    """One ECS service of a site."""

    service: ServiceSettings
    role: str
    """LIFELINE_ROLE of its tasks."""
    user: str | None
    """The database role that it logs in as; None where it needs no database."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beyond what every task is told."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Environment variable → short name of the secret."""
    scaled: bool = True
    """Whether a scalable target moves it; otherwise it keeps its floor."""

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def by_token(self) -> bool:
        """Whether it logs in with an IAM token: all but the master user, who must be there before roles are."""
        return self.user is not None and self.user != MASTER_USER


def workloads(settings: Settings) -> list[Workload]:
    """Everything that runs at the site of `settings.scope`, the application's services first."""
    return [
        *(_application(service) for service in settings.services),
        _warden(settings),
        _fence(settings),
        _guard(settings),
    ]


def capacity(settings: Settings, service: ServiceSettings) -> Range:
    """How many tasks the service has at the site of `settings.scope`, as `active` has it."""
    if settings.scope == settings.active_site:
        return service.capacity.active
    if settings.standby == "pilot" and service.name not in {WARDEN, FENCE, GUARD}:
        return Range(floor=0, ceiling=0)
    return service.capacity.standby


def database_instances(settings: Settings) -> int:
    """Instances of the site's member; a pilot keeps the replicated volume alone."""
    if settings.scope != settings.active_site and settings.standby == "pilot":
        return 0
    return settings.database.instances


def secret_names(settings: Settings) -> list[str]:
    """Short names of all secrets of the environment, in a stable order."""
    return sorted({MASTER, *(name for service in settings.services for name in service.secrets)})


def database_name(settings: Settings) -> str:
    """The application's database."""
    return settings.application.replace("-", "_")


def control_regions(settings: Settings) -> tuple[str, str]:
    """The control table's replicas, the site's own first: it is the nearest, and it survives with the site."""
    peer = settings.sites[settings.peer(settings.scope)].region
    return settings.site.region, peer


def _application(service: ServiceSettings) -> Workload:
    needs_database = "database" in service.needs
    user = "app_owner" if service.role == "migration" else "app"
    return Workload(
        service=service,
        role=service.role,
        user=user if needs_database else None,
        secrets={f"LIFELINE_SECRET_{name.upper().replace('-', '_')}": name for name in service.secrets},
        scaled=service.role != "migration",
    )


def _warden(settings: Settings) -> Workload:
    return Workload(
        service=_own(settings, WARDEN, "operations.warden", port=WARDEN_PORT),
        role="warden",
        user="warden",
        environment={
            "CONTROL_TABLE": Naming.of(settings).control_table,
            "CONTROL_REGIONS": ",".join(control_regions(settings)),
            "LEASE_SECONDS": str(settings.lease_seconds),
            "TRANSACTION_SECONDS": str(settings.transaction_seconds),
            "FOUNDER_SITE": settings.founder,
            "PEER_SITE": settings.peer(settings.scope),
        },
        scaled=False,
    )


def _fence(settings: Settings) -> Workload:
    return Workload(
        service=_own(settings, FENCE, "operations.warden.install"),
        role="migration",
        user=MASTER_USER,
        environment={
            "TRANSACTION_SECONDS": str(settings.transaction_seconds),
            "DATABASE_EXTENSIONS": ",".join(settings.database.extensions),
        },
        secrets={"DATABASE_PASSWORD": MASTER},
        scaled=False,
    )


def _guard(settings: Settings) -> Workload:
    return Workload(
        service=_own(settings, GUARD, "operations.guard", database=False),
        role="guard",
        user=None,
        environment={
            "CONTROL_TABLE": Naming.of(settings).control_table,
            "CONTROL_REGIONS": ",".join(control_regions(settings)),
            "GUARD_SECONDS": f"{min(GUARD_SECONDS, settings.lease_seconds / 2):g}",
            "PEER_SITE": settings.peer(settings.scope),
        },
        scaled=False,
    )


def _own(
    settings: Settings, name: str, module: str, port: int | None = None, *, database: bool = True
) -> ServiceSettings:
    # Exactly one: a second warden would answer the same letters.
    one = Range(floor=1, ceiling=1)
    return ServiceSettings(
        name=name,
        image=settings.lifeline_image,
        command=("python", "-m", module),
        port=port,
        # What a probe is told is no secret: whether the site holds the lease.
        tls=False,
        health=f"{WARDEN_PATH}/alive" if port else None,
        public=(WARDEN_PATH,) if port else (),
        needs=("database",) if database else (),
        capacity=Capacity(active=one, standby=one),
        feature="recovery",
        data_classification="internal",
    )
