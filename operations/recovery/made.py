"""Taking into the state what a promotion made and Pulumi has not heard of: a pilot standby's database instances."""

from collections.abc import Callable
from typing import Any

from operations.adoption.settle import Find, settle
from operations.stacks.changes import Changes
from operations.stacks.engine import Engine

MADE = "aws:rds/clusterInstance:ClusterInstance"
KEPT = ("urn", "type", "custom", "parent", "protect", "inputs", "provider")
"""What a plan says of a resource and its state keeps."""


def adopt(engine: Engine, planned: Changes, say: Callable[[str], None], find: Find | None = None) -> bool:
    """Whether the state was changed: instances that the plan would create are there, and are looked at from now on.

    Found by their names. No resource is touched. Raises EngineError, Refused.
    """
    begun = [_begun(step) for step in planned.steps if (_operation(step), step.type) == ("create", MADE)]
    if not begun:
        return False
    stack = planned.stack
    before = engine.deployment(stack)
    if before.get("pending_operations"):
        return False  # a run was killed: the next `up` settles that, and the instances with it
    settled = settle({**before, "pending_operations": begun}, stack, find=find)
    if not settled.adopted:
        return False
    engine.replace(stack, settled.deployment)
    engine.refresh(stack, only=settled.to_refresh)
    for urn, own in settled.adopted.items():
        say(f"{stack}: the promotion made {own}; it is in the state now: {urn}")
    return True


def _operation(step: Any) -> str:
    return str(getattr(step.op, "value", step.op))


def _begun(step: Any) -> dict[str, Any]:
    told = {name: getattr(step.new, name, None) for name in KEPT}
    return {"type": "creating", "resource": {name: value for name, value in told.items() if value is not None}}
