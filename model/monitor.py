"""The engine's place taken: what a program registers is kept, and answered with made-up outputs."""

from collections.abc import Callable
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from model import answers
from model.resource import Resource
from model.types import STACK

Make = Callable[[Any, str], tuple[Resource, dict[str, Any]]]


class _Cloud(mocks.Mocks):
    def __init__(self, region: str, account: str) -> None:
        self._region, self._account = region, account

    def call(self, args: mocks.MockCallArgs) -> Any:
        return answers.looked_up(args.token, args.args, self._region, self._account)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        raise AssertionError("registrations are answered by the monitor itself")


class Monitor(mocks.MockMonitor):
    """Keeps every registration with all that its request says; `found` is in the order of registration."""

    def __init__(self, make: Make, region: str, account: str) -> None:
        super().__init__(_Cloud(region, account))
        self._make = make
        self.found: list[Resource] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine makes it: with the types of all parents but the stack, where the SDK's own names the last."""
        around = parent.split("::")[2] if parent else ""
        type_ = type_ if around in ("", STACK) else f"{around}${type_}"
        return super().make_urn("", type_, name)

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        made, outputs = self._make(request, urn)
        self.found.append(made)
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.object)
        answer.update(outputs)
        own_id = made.id if made.custom else ""
        self.resources[urn] = mocks.MockMonitor.ResourceRegistration(urn, own_id, {})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=own_id, object=answer)

    def ReadResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        made, outputs = self._make(request, urn)
        self.found.append(made)
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.properties)
        answer.update(outputs)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=answer)
