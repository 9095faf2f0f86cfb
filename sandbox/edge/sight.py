"""What the edge sees of AWS. `sandbox.aws.view.View` is the real one; documents are its plain dictionaries."""

from collections.abc import Sequence
from typing import Any, Protocol

Target = tuple[str, int]
"""Address and port."""


class Sight(Protocol):
    """Read live at every request, so nothing of it may be slow or stale."""

    def load_balancers(self, region: str) -> Sequence[dict[str, Any]]:
        """`arn` and `dns_name` are used."""

    def listeners(self, load_balancer_arn: str) -> Sequence[dict[str, Any]]:
        """`arn` and `port` are used."""

    def rules(self, listener_arn: str) -> Sequence[dict[str, Any]]:
        """In the order of evaluation, the default last.

        `is_default`, `conditions` and `actions` are used, the latter two as the ELBv2 API has them.
        """

    def target_groups(self, region: str) -> Sequence[dict[str, Any]]:
        """`arn` and `protocol` are used."""

    def targets(self, target_group_arn: str) -> Sequence[Target]:
        """The registered targets; empty where there is no such group."""
