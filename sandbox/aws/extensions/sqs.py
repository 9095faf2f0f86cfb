"""SQS: who may use a queue for what it gave up on, which moto drops, and a policy that outlives other changes."""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_ALLOW = "RedriveAllowPolicy"


class Sqs:
    """Allowances by region and queue name; messages and all else are moto's."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._allowed: dict[tuple[str, str], str] = {}

    def rows(self) -> Rows:
        return {
            ("sqs", "CreateQueue"): self._create,
            ("sqs", "SetQueueAttributes"): self._set,
            ("sqs", "GetQueueAttributes"): self._get,
            ("sqs", "DeleteQueue"): self._delete,
            ("sqs", "GetQueueUrl"): self._addressed,
            ("sqs", "ListQueues"): self._addressed,
        }

    def reset(self) -> None:
        self._allowed.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """A queue is in one region only."""

    def _create(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        self._keep(call.region, call.parameters["QueueName"], call.parameters.get("Attributes", {}))
        return output

    def _addressed(self, _: Call, passthrough: Passthrough) -> Result:
        """In the process moto says a queue's address as the region has it; asked over HTTP, as its own server has."""
        return passthrough()

    def _set(self, call: Call, passthrough: Passthrough) -> Result:
        given = dict(call.parameters["Attributes"])
        self._keep(call.region, _name(call), given)
        given.pop(_ALLOW, None)
        if not given:
            return {}
        if "Policy" not in given:
            # moto takes a change that names no policy for one that takes the policy away.
            url = {"QueueUrl": call.parameters["QueueUrl"], "AttributeNames": ["Policy"]}
            kept = self._emulation.backend.invoke("sqs", "GetQueueAttributes", call.region, url)
            given |= kept.get("Attributes", {})
        return passthrough(parameters={**call.parameters, "Attributes": given})

    def _get(self, call: Call, passthrough: Passthrough) -> Result:
        asked = list(call.parameters.get("AttributeNames", []))
        others = [name for name in asked if name != _ALLOW]
        output: dict[str, Any] = passthrough(parameters={**call.parameters, "AttributeNames": others})
        kept = self._allowed.get((call.region, _name(call)))
        if kept and ({"All", _ALLOW} & set(asked)):
            output.setdefault("Attributes", {})[_ALLOW] = kept
        return output

    def _delete(self, call: Call, passthrough: Passthrough) -> Result:
        self._allowed.pop((call.region, _name(call)), None)
        return passthrough.raw()

    def _keep(self, region: str, name: str, given: dict[str, str]) -> None:
        if given.get(_ALLOW):
            self._allowed[region, name] = given[_ALLOW]
        elif _ALLOW in given:
            self._allowed.pop((region, name), None)


def _name(call: Call) -> str:
    return str(call.parameters["QueueUrl"]).rpartition("/")[2]
