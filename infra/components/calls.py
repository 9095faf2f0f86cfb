"""What one service may call inside its site: a way to each, and no other is open."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput


class Callee(TypedDict):
    """A service that is called."""

    security_group_id: pulumi.Input[str]
    """Its tasks' security group."""
    port: pulumi.Input[int]
    """What it listens on."""


class CallsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the rules."""
    service: pulumi.Input[str]
    """The service that calls."""
    security_group_id: pulumi.Input[str]
    """Its tasks' security group."""
    callees: Mapping[str, Callee]
    """Plain mapping, since it decides what exists: service → how to reach it."""
    tags: TagsInput
    """The calling service's own tags."""


class Calls(Component):
    """For each callee a rule out of the caller's group and one into the callee's.

    Apart from the services themselves, since two may call each other.
    """

    def __init__(self, name: str, args: CallsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        caller = args["security_group_id"]
        for callee, where in args["callees"].items():
            called = where["security_group_id"]
            calling = pulumi.Output.format("From the service {0}", args["service"])
            ends = {
                "out": (aws.vpc.SecurityGroupEgressRule, caller, called, f"To the service {callee}"),
                "in": (aws.vpc.SecurityGroupIngressRule, called, caller, calling),
            }
            for end, (kind, group, other, description) in ends.items():
                kind(
                    f"{name}-{callee}-{end}",
                    region=args["region"],
                    security_group_id=group,
                    referenced_security_group_id=other,
                    description=description,
                    ip_protocol="tcp",
                    from_port=where["port"],
                    to_port=where["port"],
                    tags=args["tags"],
                    opts=self.child(),
                )
        self.register_outputs({})
