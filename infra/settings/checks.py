"""Checks that compare several settings: what no single value can tell."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from infra.settings import needs
from infra.settings.model import GLOBAL, ServiceSettings, Settings
from infra.settings.regions import CONSISTENCY_SETS, consistency_set

Finding = tuple[str, str, str]
"""Dotted key, what is wrong with it, what is allowed."""

MASTER = "database-master"
"""Short name of the secret that holds the master user's password."""
RESERVED_SERVICES = frozenset({"warden", "fence", "guard"})


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything that contradicts something else, in no particular order."""
    yield from _sites(settings)
    yield from _regions(settings)
    yield from _networks(settings)
    yield from _active(settings)
    yield from _services(settings)
    yield from _calls(settings)
    yield from settings.backup.problems(settings.account_id)
    for name, site in settings.sites.items():
        yield from site.existing.problems(f"sites.{name}.existing", site.region, settings.account_id)
    yield from settings.notifications.problems()
    epics = {service.epic for service in settings.services if service.epic is not None}
    yield from settings.observability.problems(list(settings.sites), epics)
    units = {service.business_unit or settings.tags.business_unit for service in settings.services}
    yield from settings.budgets.problems(epics, units)
    yield from settings.cdn.problems()
    yield from _steering(settings)
    yield from needs.problems(settings)


def _sites(settings: Settings) -> Iterator[Finding]:
    names = list(settings.sites)
    if len(names) != 2:
        yield "sites", f"has {len(names)} sites", "exactly two sites: one serves, one stands by"
    if GLOBAL in settings.sites:
        yield f"sites.{GLOBAL}", f"{GLOBAL!r} is the scope of the stack that spans the sites", "another name"
    founders = [name for name, site in settings.sites.items() if site.founder]
    if len(founders) != 1:
        what = f"founders are {' and '.join(founders)}" if founders else "no site is the founder"
        yield "sites", what, "founder: true on exactly one site, the one that was created first"
    if settings.scope != GLOBAL and settings.scope not in settings.sites:
        yield "scope", f"{settings.scope!r} is no site", f"one of {', '.join([*names, GLOBAL])}"


def _regions(settings: Settings) -> Iterator[Finding]:
    regions = [site.region for site in settings.sites.values()]
    if len(regions) != 2:
        return
    if len(set(regions)) != len(regions):
        yield "sites", f"two sites are in {regions[0]}", "a different region for each site"
        return
    if settings.home_region not in regions:
        yield "home_region", f"{settings.home_region!r} is no site's region", f"one of {', '.join(regions)}"
    if settings.witness_region in regions:
        yield "witness_region", f"{settings.witness_region!r} is a site's region", "a third region"
        return
    if consistency_set(frozenset([*regions, settings.witness_region])) is None:
        sets = "; ".join(f"{name}: {', '.join(sorted(members))}" for name, members in CONSISTENCY_SETS.items())
        together = ", ".join([*regions, settings.witness_region])
        yield (
            "witness_region",
            f"{together} are not all in one set with multi-region strong consistency",
            f"three regions of one of {sets}",
        )


def _networks(settings: Settings) -> Iterator[Finding]:
    networks: dict[str, IPv4Network] = {}
    for name, site in settings.sites.items():
        try:
            network = ip_network(site.cidr)
        except ValueError as error:
            yield f"sites.{name}.cidr", f"{site.cidr!r} is no network: {error}", "a block such as 10.10.0.0/16"
            continue
        if not isinstance(network, IPv4Network) or not 16 <= network.prefixlen <= 20:
            yield f"sites.{name}.cidr", f"{site.cidr!r} has the wrong size", "/16 to /20"
            continue
        networks[name] = network
    for (one, a), (other, b) in combinations(networks.items(), 2):
        if a.overlaps(b):
            yield (
                f"sites.{other}.cidr",
                f"{b} overlaps {a} of {one}",
                "blocks that do not overlap, so that the sites can be connected",
            )


def _active(settings: Settings) -> Iterator[Finding]:
    if settings.environment not in settings.active:
        yield (
            "active",
            f"names no site for the environment {settings.environment!r}",
            f"a line {settings.environment}: {' or '.join(settings.sites)}",
        )
    for environment, site in settings.active.items():
        if site not in settings.sites:
            yield f"active.{environment}", f"{site!r} is no site", f"one of {', '.join(settings.sites)}"


def _steering(settings: Settings) -> Iterator[Finding]:
    traffic = settings.traffic
    for site in traffic.near:
        if site not in settings.sites:
            yield f"traffic.near.{site}", f"{site!r} is no site", f"one of {', '.join(settings.sites)}"
    named = [region for regions in traffic.near.values() for region in regions]
    for region in sorted({region for region in named if named.count(region) > 1}):
        yield "traffic.near", f"{region} is near two sites", "each region once"
    if traffic.near and traffic.steering == "failover":
        yield "traffic.near", "says nothing to failover steering", "steering: geographic, or no `near`"


def _services(settings: Settings) -> Iterator[Finding]:
    seen: set[str] = set()
    prefixes: dict[str, str] = {}
    for index, service in enumerate(settings.services):
        key = f"services[{index}]"
        if service.name in RESERVED_SERVICES:
            yield f"{key}.name", f"{service.name!r} is Lifeline's own service", "another name"
        if service.name in seen:
            yield f"{key}.name", f"{service.name!r} is there twice", "a name of its own for each service"
        seen.add(service.name)
        for prefix in service.public:
            if prefix in prefixes:
                yield f"{key}.public", f"{prefix!r} already leads to {prefixes[prefix]}", "each prefix once"
            prefixes.setdefault(prefix, service.name)
        yield from _service(key, service)


def _calls(settings: Settings) -> Iterator[Finding]:
    ports = {service.name: service.port for service in settings.services}
    for index, service in enumerate(settings.services):
        for position, called in enumerate(service.calls):
            key = f"services[{index}].calls[{position}]"
            others = ", ".join(name for name, port in ports.items() if port and name != service.name) or "none yet"
            if called not in ports:
                yield key, f"{called!r} is no service", f"a service with a port: {others}"
            elif called == service.name:
                yield key, f"{called!r} is the service itself", f"a service with a port: {others}"
            elif ports[called] is None:
                yield key, f"{called!r} has no port", f"a service with a port: {others}"


def _service(key: str, service: ServiceSettings) -> Iterator[Finding]:
    for state in ("active", "standby"):
        limits = getattr(service.capacity, state)
        if limits.floor > limits.ceiling:
            yield (
                f"{key}.capacity.{state}",
                f"floor {limits.floor} is above ceiling {limits.ceiling}",
                "a floor that is at most the ceiling",
            )
    if service.public and service.port is None:
        yield f"{key}.port", "is missing although the service is public", "the port that the container listens on"
    if service.public and service.health is None:
        yield f"{key}.health", "is missing although the service is public", "a path that answers 200 when healthy"
    yield from _unmet(key, service)
    schedule = service.schedule
    if schedule and schedule.floor > service.capacity.active.floor:
        yield (
            f"{key}.schedule.floor",
            f"{schedule.floor} is above the active floor {service.capacity.active.floor}",
            "a floor that reduces",
        )
    if schedule and schedule.up == schedule.down:
        yield f"{key}.schedule", f"goes down and up at {schedule.up}", "two different times"
    allowed = _memory(service.cpu)
    if service.memory not in allowed:
        yield (
            f"{key}.memory",
            f"{service.memory} MiB does not go with {service.cpu} CPU units",
            f"{allowed.start} to {allowed[-1]} in steps of {allowed.step}",
        )


def _unmet(key: str, service: ServiceSettings) -> Iterator[Finding]:
    """What would be declared in vain."""
    if service.scale_on.requests is not None and not service.public:
        yield f"{key}.scale_on.requests", "is never met: the service has no public prefix", "cpu, or a public prefix"
    if MASTER in service.secrets:
        yield f"{key}.secrets", f"{MASTER!r} is for the fence alone", "the application's own secrets"


def _memory(cpu: int) -> range:
    """Memory that Fargate offers for a CPU size, MiB. Source: Amazon ECS Developer Guide, task size."""
    return {
        256: range(512, 2049, 512),
        512: range(1024, 4097, 1024),
        1024: range(2048, 8193, 1024),
        2048: range(4096, 16385, 1024),
        4096: range(8192, 30721, 1024),
        8192: range(16384, 61441, 4096),
        16384: range(32768, 122881, 8192),
    }[cpu]
