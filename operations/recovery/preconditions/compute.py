"""Services at the target: there, at rest, with their images, within the account's quota."""

from operations.recovery.preconditions.finding import Finding
from operations.recovery.preconditions.look import Look

FARGATE_VCPU = ("fargate", "L-3032A538")
DIGEST = "@sha256:"


def services(look: Look) -> Finding:
    """Every service exists at the target."""
    missing = sorted(set(look.move.topology.capacity) - set(look.services))
    if missing:
        return Finding(
            "services", "fail", f"missing at {look.move.target}: {', '.join(missing)}; `lifeline up` its stack"
        )
    running = sum(item["runningCount"] for item in look.services.values())
    return Finding("services", "pass", f"{len(look.services)} are there, {running} tasks run")


def deployment(look: Look) -> Finding:
    """No deployment is under way at the target."""
    moving = sorted(
        name
        for name, item in look.services.items()
        if any(one.get("rolloutState") == "IN_PROGRESS" for one in item.get("deployments", []))
        or len(item.get("deployments", [])) > 1
    )
    if moving:
        return Finding("deployment", "fail", f"under way: {', '.join(moving)}; wait for it, or roll it back")
    return Finding("deployment", "pass", "none is under way")


def images(look: Look) -> Finding:
    """Each service's image lies in the target's registry, by digest. A task that runs has pulled it there."""
    unseen = {name: item for name, item in look.services.items() if not item["runningCount"]}
    missing = []
    for name, item in unseen.items():
        task = look.client("ecs").describe_task_definition(taskDefinition=item["taskDefinition"])["taskDefinition"]
        missing += [name for box in task["containerDefinitions"] if not _there(look, str(box["image"]))]
    if missing:
        text = f"not in the registry of {look.move.region}: {', '.join(missing)}; push or replicate them"
        return Finding("images", "fail", text)
    return Finding("images", "pass", f"{len(look.services) - len(unseen)} run, {len(unseen)} looked up in the registry")


def _there(look: Look, image: str) -> bool:
    from botocore.exceptions import ClientError

    host, _, rest = image.partition("/")
    if DIGEST not in rest or ".dkr.ecr." not in host:
        return True  # another registry's: not asked here
    name, _, digest = rest.partition("@")
    try:
        look.client("ecr").describe_images(repositoryName=name, imageIds=[{"imageDigest": digest}])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"ImageNotFoundException", "RepositoryNotFoundException"}:
            return False
        raise
    return True


def quota(look: Look) -> Finding:
    """The account's Fargate quota at the target covers the active floors. It reserves nothing."""
    topology = look.move.topology
    units = sum(topology.cpu_units.get(name, 0) * held.active[0] for name, held in topology.capacity.items())
    service, code = FARGATE_VCPU
    shown = look.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    limit, needed = float(shown["Quota"]["Value"]), units / 1024
    verdict, text = ("pass", "") if limit >= needed else ("fail", ": ask for more before you need it")
    return Finding("quota", verdict, f"{needed:g} of {limit:g} virtual CPUs{text}", "advises")  # type: ignore[arg-type]
