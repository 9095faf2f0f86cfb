"""What services need of each other and of the site, checked across all of them."""

from collections.abc import Iterator

from infra.settings.model import Settings

Finding = tuple[str, str, str]


def problems(settings: Settings) -> Iterator[Finding]:
    """Dotted key, what is wrong with it, what is allowed."""
    queued = [service.name for service in settings.services if "queue" in service.needs]
    known = ", ".join(queued) or "none: no service needs a queue yet"
    for index, service in enumerate(settings.services):
        key = f"services[{index}]"
        if service.scale_on.backlog is not None and "queue" not in service.needs:
            yield f"{key}.scale_on.backlog", "is of a queue that the service does not need", "queue among its needs"
        for place, target in enumerate(service.sends_to):
            if target not in queued:
                yield f"{key}.sends_to[{place}]", f"{target!r} has no queue", f"one of {known}"
    secrets = sorted({name for service in settings.services for name in service.secrets})
    for name in settings.rotation:
        if name not in secrets:
            yield f"rotation.{name}", f"{name!r} is no secret of a service", f"one of {', '.join(secrets) or 'none'}"
    for name, site in settings.sites.items():
        for purpose, reference in site.existing.keys.items():
            wanted = f":kms:{site.region}:{settings.account_id}:"
            if reference.startswith("arn:") and wanted not in reference:
                yield (
                    f"sites.{name}.existing.keys.{purpose}",
                    f"{reference!r} is not in the site's region and account",
                    f"a key of {site.region} in {settings.account_id}: no key may depend on another region",
                )
