"""The provider protocol without the engine: what the engine sends, in plain Python, for tests that need no stack."""

from dataclasses import dataclass
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.providers.values import read, write

SEED = b"always the same"


class Refusal(Exception):
    """The error that the engine would show; `kept` is the resource that exists all the same, if one does."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.kept = None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self.kept = _kept(value)


def _kept(details: bytes) -> Any:
    from pulumi.runtime.proto import status_pb2

    status = status_pb2.Status.FromString(details)
    failed = provider_pb2.ErrorResourceInitFailed()
    status.details[0].Unpack(failed)
    return failed


@dataclass
class Made:
    """A resource as the engine would keep it."""

    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    @property
    def urn(self) -> str:
        return f"urn:pulumi:trial::trial::{self.type}::{self.name}"


class Wire:
    """One configured provider instance: a connection of its own."""

    def __init__(self, port: int, **configuration: Any) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)])
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._call("Configure", provider_pb2.ConfigureRequest(args=write(configuration), acceptSecrets=True))

    def close(self) -> None:
        self._channel.close()

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request)
        except grpc.RpcError as error:
            raise Refusal(error) from None

    def check(self, kind: str, name: str, inputs: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
        """(checked inputs, {path: reason})."""
        urn = Made(kind, name, "", {}, {}).urn
        answer = self._call(
            "Check",
            provider_pb2.CheckRequest(urn=urn, type=kind, news=write(inputs), olds=write(olds or {}), randomSeed=SEED),
        )
        return read(answer.inputs), {failure.property: failure.reason for failure in answer.failures}

    def create(self, kind: str, name: str, preview: bool = False, /, **inputs: Any) -> Made:
        checked, failures = self.check(kind, name, inputs)
        assert not failures, failures
        made = Made(kind, name, "", checked, {})
        answer = self._call(
            "Create",
            provider_pb2.CreateRequest(urn=made.urn, type=kind, properties=write(checked), preview=preview),
        )
        made.id, made.outputs = answer.id, read(answer.properties)
        return made

    def diff(self, made: Made, /, **inputs: Any) -> Any:
        checked, failures = self.check(made.type, made.name, inputs, made.inputs)
        assert not failures, failures
        return self._call(
            "Diff",
            provider_pb2.DiffRequest(
                id=made.id,
                urn=made.urn,
                type=made.type,
                olds=write(made.outputs),
                old_inputs=write(made.inputs),
                news=write(checked),
            ),
        )

    def update(self, made: Made, /, **inputs: Any) -> Made:
        checked, failures = self.check(made.type, made.name, inputs, made.inputs)
        assert not failures, failures
        answer = self._call(
            "Update",
            provider_pb2.UpdateRequest(
                id=made.id,
                urn=made.urn,
                type=made.type,
                olds=write(made.outputs),
                old_inputs=write(made.inputs),
                news=write(checked),
            ),
        )
        return Made(made.type, made.name, made.id, checked, read(answer.properties))

    def read(self, made: Made) -> Made | None:
        """As a refresh reads it; None when it is gone."""
        answer = self._call(
            "Read",
            provider_pb2.ReadRequest(
                id=made.id,
                urn=made.urn,
                type=made.type,
                properties=write(made.outputs),
                inputs=write(made.inputs),
            ),
        )
        if not answer.id:
            return None
        return Made(made.type, made.name, answer.id, read(answer.inputs), read(answer.properties))

    def imported(self, kind: str, name: str, resource_id: str) -> Made | None:
        return self.read(Made(kind, name, resource_id, {}, {}))

    def delete(self, made: Made) -> None:
        self._call(
            "Delete",
            provider_pb2.DeleteRequest(
                id=made.id,
                urn=made.urn,
                type=made.type,
                properties=write(made.outputs),
                old_inputs=write(made.inputs),
            ),
        )

    def invoke(self, token: str, **arguments: Any) -> dict[str, Any]:
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=write(arguments)))
        assert not answer.failures, answer.failures
        return read(getattr(answer, "return"))
