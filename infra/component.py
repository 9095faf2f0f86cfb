"""What all components share: a type token, and children that inherit nothing but their parent."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import pulumi

TagsInput = pulumi.Input[Mapping[str, pulumi.Input[str]]]
Statement = Mapping[str, object]
"""One statement of an IAM policy; values may hold outputs."""


class Component(pulumi.ComponentResource):
    """A component of the program; `docs/components.md` has the contract that a subclass keeps."""

    token: ClassVar[str]
    """Pulumi's type token, part of every child's URN: it follows from the class's name."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.token = f"lifeline:components:{cls.__name__}"

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.token, name, None, opts)

    def child(
        self,
        *,
        protect: bool | None = None,
        ignore_changes: Sequence[str] | None = None,
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.ResourceOptions:
        """Options for a child. Made anew each time, so that nothing of the caller's options reaches it."""
        return pulumi.ResourceOptions(
            parent=self,
            protect=protect,
            ignore_changes=None if ignore_changes is None else list(ignore_changes),
            depends_on=None if depends_on is None else list(depends_on),
        )


def policy(*statements: Statement) -> pulumi.Output[str]:
    """An IAM or resource policy as JSON; the statements may hold outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def assumed_by(service: str, account_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """A trust policy for one AWS service, acting for this account only (no confused deputy)."""
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        }
    )
