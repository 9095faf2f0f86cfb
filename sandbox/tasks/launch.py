"""From a container's definition to a process: which program, and with which environment.

Lifeline's own image runs the container's command with this Python; every other image is an application, for which the
order intake stands in.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.aws.callers import credentials
from sandbox.faults import Faults
from sandbox.tasks.declared import Declared, Sight

LIFELINE_IMAGE = "lifeline/lifeline"
_REGISTRY = re.compile(r"^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$")
_FROM_HOST = ("PATH", "HOME")


class CannotStart(Exception):
    """A task cannot be started: ECS would stop it with this reason, and try again."""


def repository(image: str) -> tuple[str, str | None]:
    """The image's name without registry and digest, and the region of its registry where it is ECR."""
    first, _, rest = image.partition("/")
    registry, name = (first, rest) if rest and "." in first else ("", image)
    match = _REGISTRY.match(registry)
    return name.split("@")[0].split(":")[0], match.group(1) if match else None


def program(declared: Declared) -> list[str]:
    """The argv of a task; raises CannotStart."""
    name, _ = repository(declared.image)
    if name != LIFELINE_IMAGE:
        migrates = declared.environment.get("LIFELINE_ROLE") == "migration"
        return [sys.executable, "-m", "sandbox.workload.migrate" if migrates else "sandbox.workload"]
    if not declared.command:
        raise CannotStart(f"{declared.name} has Lifeline's image and no command; give the container a command")
    first, *rest = declared.command
    return [sys.executable if first in ("python", "python3") else first, *rest]


def variables(
    declared: Declared, sight: Sight, faults: Faults, endpoint: str, root: Path, port: int, task_id: str
) -> dict[str, str]:
    """The whole environment of a task; raises CannotStart where the image or a secret cannot be had.

    Only PATH and HOME are this machine's.
    """
    region = declared.region
    _, registry = repository(declared.image)
    if registry is not None and not faults.lets_through(region, registry, "ecr", "BatchGetImage"):
        raise CannotStart(f"CannotPullContainerError: the registry in {registry} cannot be reached from {region}")
    return {
        **{name: os.environ[name] for name in _FROM_HOST if name in os.environ},
        **declared.environment,
        **_secrets(declared, sight, faults),
        **credentials(region),
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(port),
        "LIFELINE_TASK_ID": task_id,
    }


def _secrets(declared: Declared, sight: Sight, faults: Faults) -> Mapping[str, str]:
    found = {}
    for name, reference in declared.secrets.items():
        if not faults.lets_through(declared.region, declared.region, "secretsmanager", "GetSecretValue"):
            raise CannotStart(f"ResourceInitializationError: Secrets Manager does not answer in {declared.region}")
        try:
            found[name] = sight.secret_value(declared.region, reference)
        except LookupError as error:
            raise CannotStart(f"ResourceInitializationError: {error}") from None
    return found
