"""The shape of the settings: frozen pydantic models; an unknown key is a problem, not a surprise.

Checks that need one value stand here; those that compare several stand in `checks.py`.
"""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from infra.settings.backup import BackupSettings
from infra.settings.budgets import BudgetSettings
from infra.settings.cache import CacheSettings
from infra.settings.cdn import CdnSettings
from infra.settings.detection import DetectionSettings
from infra.settings.door import DoorSettings
from infra.settings.existing import Existing
from infra.settings.frozen import Frozen
from infra.settings.images import ImagesSettings
from infra.settings.log_days import LogDays
from infra.settings.network import NetworkSettings
from infra.settings.notifications import NotificationSettings
from infra.settings.object_store import ObjectStoreSettings
from infra.settings.observability import ObservabilitySettings
from infra.settings.queue import QueueSettings
from infra.settings.recovery import RecoverySettings

GLOBAL = "global"
"""The scope of the stack that holds what spans the sites."""

Extension = Literal["btree_gin", "citext", "pg_trgm", "pgcrypto", "unaccent", "vector"]
Need = Literal["database", "queue", "cache", "bucket", "llm"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
Path = Annotated[str, Field(pattern=r"^/[^\s?#*]*$")]
Cidr = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]
Host = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", max_length=200)]
Image = Annotated[str, Field(pattern=r"^[^\s@]+@sha256:[0-9a-f]{64}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is no IANA time zone")
    return value


class Tags(Frozen):
    """Values of the tags that do not follow from the rest."""

    business_unit: str
    cost_center: str
    owner: str


class SiteSettings(Frozen):
    """One site: a region that can carry the service alone."""

    region: Region
    cidr: Cidr
    """IPv4 block of the VPC, /16 to /20; the two sites' blocks must not overlap."""
    founder: bool = False
    """True for the one site that was created first: its database member carries the master credentials."""
    zones: Annotated[int, Field(ge=2, le=3)] = 3
    existing: Existing = Existing()
    """What is there already and is used instead of made."""


class DatabaseSettings(Frozen):
    """Aurora PostgreSQL, one global cluster with a member at each site."""

    engine_version: Annotated[str, Field(pattern=r"^(1[7-9]|[2-9]\d)\.\d+$")] = "17.5"
    """17 or later: the fence needs `transaction_timeout`."""
    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")] = "db.r7g.large"
    instances: Annotated[int, Field(ge=1, le=15)] = 2
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 35
    master_password_version: Annotated[int, Field(ge=1)] = 1
    """Raise it to have a new master password made and sent."""
    rpo_seconds: Annotated[int, Field(ge=20, le=2147483647)] | None = None
    """Bound on what a failover may lose, `rds.global_db_rpo`: commits wait while every secondary is further behind."""
    extensions: tuple[Extension, ...] = ("vector",)
    """Made in the application's database, by the fence's task, for the migration to build on."""


EdgeRegion = Literal["WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "SAS", "SEAS", "NEAS"]
"""Cloudflare's regions of users."""


class TrafficSettings(Frozen):
    """The edge's load balancing. Times in seconds."""

    steering: Literal["failover", "geographic"] = "failover"
    """`geographic`: users of the regions in `near` try that site first. A site that holds no lease is unhealthy at the
    edge, so they reach the active one all the same: it only matters once a standby may serve."""
    near: dict[Name, tuple[EdgeRegion, ...]] = Field(default_factory=dict)
    """Site → Cloudflare's regions that are nearer to it; only with geographic steering."""

    monitor_interval: Annotated[int, Field(ge=5, le=3600)] = 15
    monitor_timeout: Annotated[int, Field(ge=1, le=10)] = 5
    monitor_retries: Annotated[int, Field(ge=0, le=5)] = 1


class Range(Frozen):
    """How many tasks a service may have."""

    floor: Annotated[int, Field(ge=0, le=1000)]
    ceiling: Annotated[int, Field(ge=0, le=1000)]


class Capacity(Frozen):
    """A service's tasks while its site is active, and while it stands by."""

    active: Range
    standby: Range


class ScaleOn(Frozen):
    """What a service scales on. Targets: per cent, requests a task and minute, messages a task."""

    cpu: Annotated[float, Field(gt=0, le=100)] | None = None
    requests: Annotated[float, Field(gt=0)] | None = None
    backlog: Annotated[float, Field(gt=0)] | None = None


class Schedule(Frozen):
    """Off-hours reduction at the active site: a smaller floor between two times of the day."""

    time_zone: Annotated[str, AfterValidator(_time_zone)]
    down: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    up: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    floor: Annotated[int, Field(ge=0, le=1000)]


class ServiceSettings(Frozen):
    """One service. Another service is another entry, not other code."""

    name: Name
    image: Image
    """With digest: a tag can move, a digest cannot. Without a registry: the account's own, in each site's region."""
    role: Literal["app", "worker", "migration"] = "app"
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units, 1024 to a virtual CPU."""
    memory: Annotated[int, Field(ge=512, le=122880)] = 512
    """MiB."""
    command: tuple[str, ...] = ()
    tls: bool = True
    """The container speaks TLS on its port, so that nothing is in clear text behind the load balancer either. Any
    certificate will do, one made at its start too: the load balancer checks none."""
    health: Path | None = None
    public: tuple[Path, ...] = ()
    """Path prefixes that the load balancer sends here."""
    needs: tuple[Need, ...] = ()
    calls: tuple[Name, ...] = ()
    """Services of the same site that it calls, each at `LIFELINE_URL_<NAME>`; no other way between services is open."""
    user: Annotated[str, Field(pattern=r"^[1-9]\d{0,9}(:[1-9]\d{0,9})?$")] = "10001:10001"
    """User and group of the container's process, as numbers: never root."""
    sends_to: tuple[Name, ...] = ()
    """Services whose queue this one may send to; each is told as QUEUE_URL_<SERVICE>."""
    secrets: tuple[Name, ...] = ()
    """Application secrets, handed to the task by reference as LIFELINE_SECRET_<NAME>."""
    capacity: Capacity
    scale_on: ScaleOn = ScaleOn()
    schedule: Schedule | None = None
    epic: Annotated[int, Field(ge=1)] | None = None
    feature: str
    business_unit: str | None = None
    data_classification: Literal["public", "internal", "confidential", "phi"]


class Settings(Frozen):
    """Everything that one stack is told. `scope` says which stack: a site's name, or `global`."""

    project: Name
    application: Name
    environment: Name
    scope: Name
    account_id: Annotated[str, Field(pattern=r"^\d{12}$")]
    domain: Host
    """The DNS zone at Cloudflare; the service answers at `<application>.<domain>`."""
    sites: dict[Name, SiteSettings]
    home_region: Region
    """Holds the control table's first replica and the primary copy of the application secrets."""
    witness_region: Region
    control_generation: Annotated[int, Field(ge=1, le=99)] = 1
    """Part of the control table's name from 2 on. A table that lost one of its three regions for good takes no other:
    it is made anew, beside the old one, and its record is written by hand (docs/founder-lost.md)."""
    active: dict[Name, Name]
    """Environment → the site that serves it. The one line that a promotion flips."""
    standby: Literal["warm", "pilot"] = "warm"
    protection: Literal["on", "off"] = "on"
    lease_seconds: Annotated[int, Field(ge=4, le=600)] = 60
    """L: how long a site may write after the warden's last strong read of the record."""
    transaction_seconds: Annotated[int, Field(ge=1, le=600)] = 10
    """The bound on one transaction; a failover waits lease_seconds + transaction_seconds."""
    lifeline_image: Image
    """This repository's own image: the warden, and the task that installs the fence."""
    tags: Tags
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """What images are built for, Lifeline's own too. On Fargate arm64 costs a fifth less for the same size."""
    account_baseline: Literal["managed", "external"] = "managed"
    """`external`: what an account or a region has once (trail, recorder, detectors, password policy, …) is somebody
    else's, such as the organisation's or another environment's in the same account."""
    log_days: LogDays = 400
    """How long every log group keeps its events, but those that something else is said of."""
    network: NetworkSettings = NetworkSettings()
    door: DoorSettings = DoorSettings()
    backup: BackupSettings = BackupSettings()
    detection: DetectionSettings = DetectionSettings()
    database: DatabaseSettings = DatabaseSettings()
    traffic: TrafficSettings = TrafficSettings()
    notifications: NotificationSettings = NotificationSettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    budgets: BudgetSettings = BudgetSettings()
    cdn: CdnSettings = CdnSettings()
    object_store: ObjectStoreSettings = ObjectStoreSettings()
    queue: QueueSettings = QueueSettings()
    cache: CacheSettings = CacheSettings()
    images: ImagesSettings = ImagesSettings()
    rotation: dict[Name, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict)
    """Application secret → days after which it is made anew, and its readers are restarted; without a line, never."""
    recovery: RecoverySettings = RecoverySettings()
    services: tuple[ServiceSettings, ...]

    @property
    def active_site(self) -> str:
        """The site that is meant to serve this environment."""
        return self.active[self.environment]

    @property
    def founder(self) -> str:
        return next(name for name, site in self.sites.items() if site.founder)

    @property
    def is_global(self) -> bool:
        return self.scope == GLOBAL

    @property
    def site(self) -> SiteSettings:
        """The scope's own site; KeyError for the scope `global`."""
        return self.sites[self.scope]

    @property
    def region(self) -> str:
        """The stack's own region: its site's, or the home region for `global`."""
        return self.home_region if self.is_global else self.site.region

    def peer(self, site: str) -> str:
        """The other site."""
        return next(name for name in self.sites if name != site)

    def service(self, name: str) -> ServiceSettings:
        return next(service for service in self.services if service.name == name)

    def at(self, scope: str) -> "Settings":
        """The same settings as another stack of the environment sees them."""
        return self.model_copy(update={"scope": scope})
