"""The one container of a task, as a task definition spells it: nothing of it may be written to, and nobody is root."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

SCRATCH = "/tmp"  # noqa: S108  a path inside the container, and its only writable one


class Contained(TypedDict):
    """What the container needs of a service's arguments."""

    region: pulumi.Input[str]
    service: str
    image: pulumi.Input[str]
    command: Sequence[str]
    port: NotRequired[int]
    user: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]


def container(args: Contained, log_group: pulumi.Input[str]) -> dict[str, object]:
    """The definition; values may hold outputs."""
    made: dict[str, object] = {
        "name": args["service"],
        "image": args["image"],
        "essential": True,
        "user": args["user"],
        "readonlyRootFilesystem": True,
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH, "readOnly": False}],
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        # Sorted, so that the order in which settings are read never makes a new task definition.
        "environment": [{"name": key, "value": value} for key, value in sorted(args["environment"].items())],
        "secrets": [{"name": key, "valueFrom": arn} for key, arn in sorted(args["secrets"].items())],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": args["region"],
                "awslogs-stream-prefix": "task",
            },
        },
    }
    if args["command"]:
        made["command"] = list(args["command"])
    if "port" in args:
        made["portMappings"] = [{"name": args["service"], "containerPort": args["port"], "protocol": "tcp"}]
    return made
