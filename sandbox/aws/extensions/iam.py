"""IAM: AWS's own managed policies, made as they are attached. moto loads all thousand of them, or none."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_OWN = "arn:aws:iam::aws:policy"


class Iam:
    """A name that AWS does not have stays unknown."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def rows(self) -> Rows:
        return {("iam", "AttachRolePolicy"): self._attach}

    def reset(self) -> None:
        """moto forgets what was made in it."""

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """IAM is one namespace for all regions."""

    def _attach(self, call: Call, passthrough: Passthrough) -> Result:
        from moto.iam.models import AWSManagedPolicy, iam_backends

        arn = str(call.parameters["PolicyArn"])
        account = self._emulation.backend.account_id
        policies = iam_backends[account]["aws"].managed_policies
        if arn.startswith(_OWN) and arn not in policies:
            name = arn.rsplit("/", 1)[1]
            found = _catalogue().get(name)
            if found is not None and arn == f"{_OWN}{found.get('Path', '/')}{name}":
                policies[arn] = AWSManagedPolicy.from_data(name, account, call.region, found)
        return passthrough.raw()


@cache
def _catalogue() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return dict(json.loads(aws_managed_policies_data))
