"""What operations see of an estate: roles, never names.

A role (database, service, pool, …) leads to a resource's id, its ARN where it has one, its site and
its region. `from_settings` derives it all from the checkout; `from_file` reads it from YAML, so that
the same operations work on an estate that Lifeline did not create.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from infra.naming import Naming
from infra.settings.files import read_yaml
from infra.settings.frozen import Frozen
from infra.settings.model import DatabaseSettings, Region, Settings
from infra.settings.problems import Problem, SettingsError
from infra.settings.recovery import RecoverySettings
from infra.settings.words import describe
from operations import backup_plan
from operations.backup_plan import BackupPlan

Role = Literal[
    "control_table",
    "global_cluster",
    "zone",
    "edge",
    "pool",
    "origin",
    "database",
    "ecs_cluster",
    "service",
    "scalable_target",
    "load_balancer",
    "target_group",
    "warden",
    "lease_extension",
    # What only some estates have: a promotion has nothing to do where a role is absent.
    "database_instance",
    "secret",
    "rule",
    "queue",
    "bucket",
    "repository",
    "vault",
]


class Place(Frozen):
    """A site of the estate."""

    region: Region
    founder: bool = False
    zones: int = 3
    """How many of the region's zones it uses, by name from the first on."""


class Resource(Frozen):
    """One resource by its role. `name` tells several of one role at one site apart."""

    role: Role
    id: str
    region: str
    """Where its API answers; empty for what lives at the edge."""
    site: str | None = None
    name: str | None = None
    arn: str | None = None


class Range(Frozen):
    """A service's tasks, floor and ceiling, while its site is active and while it stands by."""

    active: tuple[int, int]
    standby: tuple[int, int]


class Topology(Frozen):
    """An estate, as promotion sees it."""

    application: str
    environment: str
    sites: dict[str, Place]
    control_regions: tuple[Region, Region]
    lease_seconds: int
    transaction_seconds: int
    capacity: dict[str, Range] = Field(default_factory=dict)
    """By service."""
    standby: Literal["warm", "pilot"] = "warm"
    database: DatabaseSettings = DatabaseSettings()
    recovery: RecoverySettings = RecoverySettings()
    public: dict[str, str] = Field(default_factory=dict)
    """Service → its first public path prefix, as the edge's users see it."""
    cpu_units: dict[str, int] = Field(default_factory=dict)
    """Service → what one task takes of the account's quota; 1024 to a virtual CPU."""
    backup_plans: dict[str, BackupPlan] = Field(default_factory=dict)
    """Site → its plan in AWS Backup, while it is active and while it stands by."""
    resources: tuple[Resource, ...]

    @property
    def founder(self) -> str:
        return next(name for name, place in self.sites.items() if place.founder)

    def peer(self, site: str) -> str:
        return next(name for name in self.sites if name != site)

    def region(self, site: str) -> str:
        return self.sites[site].region

    def all(self, role: Role, site: str | None = None) -> list[Resource]:
        return [item for item in self.resources if item.role == role and (site is None or item.site == site)]

    def one(self, role: Role, site: str | None = None, name: str | None = None) -> Resource:
        """The one resource of that role; LookupError says what is missing or ambiguous."""
        found = [item for item in self.all(role, site) if name is None or item.name == name]
        if len(found) != 1:
            wanted = " ".join(part for part in (role, name, site and f"at {site}") if part)
            raise LookupError(f"the topology has {len(found)} resources for {wanted}: it needs exactly one")
        return found[0]

    def digest(self) -> str:
        """Changes with anything that a plan may rest on."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def to_yaml(self) -> str:
        """As `from_file` reads it."""
        return yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False)


def from_settings(settings: Settings) -> Topology:
    """The estate that the settings declare: names are a pure function of them, so nothing is looked up."""
    naming = Naming.of(settings)
    home = settings.home_region
    other = next(site.region for site in settings.sites.values() if site.region != home)
    return Topology(
        application=settings.application,
        environment=settings.environment,
        sites={
            name: Place(region=site.region, founder=site.founder, zones=site.zones)
            for name, site in settings.sites.items()
        },
        control_regions=(home, other),
        lease_seconds=settings.lease_seconds,
        transaction_seconds=settings.transaction_seconds,
        capacity={
            service.name: Range(
                active=(service.capacity.active.floor, service.capacity.active.ceiling),
                standby=(service.capacity.standby.floor, service.capacity.standby.ceiling),
            )
            for service in settings.services
        },
        standby=settings.standby,
        database=settings.database,
        recovery=settings.recovery,
        cpu_units={service.name: service.cpu for service in settings.services},
        public={service.name: service.public[0] for service in settings.services if service.public},
        backup_plans={site: backup_plan.of_settings(settings, site) for site in settings.sites},
        resources=tuple(_resources(settings, naming)),
    )


def _resources(settings: Settings, naming: Naming) -> Iterator[Resource]:
    account = settings.account_id
    yield Resource(role="control_table", id=naming.control_table, region=settings.home_region)
    yield Resource(role="global_cluster", id=naming.global_cluster, region=settings.home_region)
    yield Resource(role="zone", id=settings.domain, region="")
    yield Resource(role="edge", id=naming.edge_host, region="")
    for site, place in settings.sites.items():
        region = place.region
        cluster = naming.database_cluster(site)
        yield Resource(role="pool", id=naming.pool(site), region="", site=site)
        yield Resource(role="origin", id=naming.origin_host(site), region="", site=site)
        yield Resource(
            role="database",
            id=cluster,
            region=region,
            site=site,
            arn=f"arn:aws:rds:{region}:{account}:cluster:{cluster}",
        )
        for index in range(1, settings.database.instances + 1):
            yield Resource(
                role="database_instance",
                id=naming.database_instance(site, index),
                region=region,
                site=site,
                name=str(index),
            )
        yield Resource(
            role="vault",
            id=naming.backup_vault(site),
            region=region,
            site=site,
            arn=naming.backup_vault_arn(region, site),
        )
        documents = naming.bucket(site, "documents")
        yield Resource(
            role="bucket", id=documents, region=region, site=site, name="documents", arn=f"arn:aws:s3:::{documents}"
        )
        for rule in settings.recovery.event_rules:
            yield Resource(role="rule", id=rule, region=region, site=site, name=rule)
        images = [settings.lifeline_image, *(service.image for service in settings.services)]
        for image in dict.fromkeys(images):
            if (repository := naming.repository(image)) is not None:
                yield Resource(role="repository", id=repository, region=region, site=site, name=image)
        for secret in sorted({name for service in settings.services for name in service.secrets}):
            yield Resource(role="secret", id=naming.secret(secret), region=region, site=site, name=secret)
        yield Resource(role="ecs_cluster", id=naming.ecs_cluster(site), region=region, site=site)
        yield Resource(role="load_balancer", id=naming.load_balancer(site), region=region, site=site)
        yield Resource(role="warden", id=naming.ecs_service("warden"), region=region, site=site)
        yield Resource(role="lease_extension", id=naming.lease_extension(site), region=region, site=site)
        for service in settings.services:
            name = service.name
            yield Resource(role="service", id=naming.ecs_service(name), region=region, site=site, name=name)
            if service.role != "migration":
                target = naming.scalable_target(site, name)
                yield Resource(role="scalable_target", id=target, region=region, site=site, name=name)
            if "queue" in service.needs:
                queue, dead = naming.queue(site, name), naming.dead_letters(site, name)
                yield Resource(role="queue", id=queue, region=region, site=site, name=name)
                yield Resource(role="queue", id=dead, region=region, site=site, name=f"{name}, given up")
            if service.public:
                group = naming.target_group(site, name)
                yield Resource(role="target_group", id=group, region=region, site=site, name=name)


def from_file(path: Path) -> Topology:
    """The estate that a YAML file describes. Raises SettingsError with every problem."""
    content = read_yaml(path)
    try:
        topology = Topology.model_validate_json(_json(content))
    except ValidationError as error:
        raise SettingsError([Problem(path.name, *describe(item, Topology)) for item in error.errors()]) from None
    return _checked(path.name, topology)


def _json(content: dict[str, object]) -> str:
    return json.dumps(content, default=str)


def _checked(file: str, topology: Topology) -> Topology:
    found = []
    if len(topology.sites) != 2:
        found.append(Problem(file, "sites", f"has {len(topology.sites)} sites", "exactly two"))
    founders = [name for name, place in topology.sites.items() if place.founder]
    if len(founders) != 1:
        found.append(Problem(file, "sites", f"has {len(founders)} founders", "founder: true on exactly one site"))
    for index, item in enumerate(topology.resources):
        if item.site is not None and item.site not in topology.sites:
            key = f"resources[{index}].site"
            found.append(Problem(file, key, f"{item.site!r} is no site", f"one of {', '.join(topology.sites)}"))
    if found:
        raise SettingsError(found)
    return topology
