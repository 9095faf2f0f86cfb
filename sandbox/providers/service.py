"""Pulumi's provider protocol over gRPC, in front of a plain-Python provider.

CRUD and Invoke carry no provider identity and `Configure` runs once per provider instance on the same server, so one
shared configuration would send one region's resources to another. Each instance has its own connection: the
configuration is kept by the connection's peer.
"""

import json
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from model.signatures import UnknownType
from sandbox.providers.check import INTERNAL, check
from sandbox.providers.diff import Difference, diff
from sandbox.providers.handlers import Handler, Provider, Refused, Setup, Subject, Unfinished
from sandbox.providers.imports import inputs_found, inputs_refreshed
from sandbox.providers.values import (
    UNKNOWN,
    Properties,
    holds_unknown,
    opened,
    read,
    sealed,
    secret_names,
    without_secrets,
    write,
)

Record = Callable[[str, dict[str, Any], str], None]
"""(operation, arguments, outcome): the call log, for Configure and Invoke."""

_KINDS = {"add": "ADD", "delete": "DELETE", "update": "UPDATE"}


class Service(provider_pb2_grpc.ResourceProviderServicer):
    """One package's server."""

    def __init__(self, provider: Provider, record: Record) -> None:
        self._provider = provider
        self._record = record
        self._setups: dict[str, Setup] = {}
        self._lock = threading.Lock()

    # The provider itself

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._provider.sdk.version)

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetMappingsResponse()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        news = read(request.news)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason)
            for name, reason in self._provider.unconfigured(_unnested(opened(news)))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        olds, news = read(request.old_inputs or request.olds), read(request.news)
        changed = sorted(name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name))
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes, diffs=changed)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        variables = _unnested(read(request.args))
        if not variables:
            variables = {key.split(":", 2)[-1]: value for key, value in request.variables.items()}
            variables = _unnested(variables)
        shown = without_secrets(variables)
        if not holds_unknown(list(variables.values())):
            try:
                setup = self._provider.configure(opened(variables))
            except Refused as refused:
                self._record("Configure", shown, "refused")
                _abort(context, refused)
            with self._lock:
                self._setups[context.peer()] = setup
        self._record("Configure", shown, "ok")
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        arguments = opened(read(request.args))
        operation = f"Invoke {request.tok}"
        try:
            known = self._provider.sdk.function(request.tok)
            failures = [
                provider_pb2.CheckFailure(property=name, reason="the SDK has no such argument")
                for name in arguments
                if name not in known and not name.startswith(INTERNAL)
            ]
            if failures:
                return provider_pb2.InvokeResponse(failures=failures)
            result = self._provider.invoke(self._setup(context), request.tok, arguments)
        except (Refused, UnknownType) as error:
            self._record(operation, arguments, "refused")
            _abort(context, Refused(f"invoking {request.tok}: {error}"))
        self._record(operation, arguments, "ok")
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(write(result))  # a keyword in Python
        return answer

    # Resources

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        news, olds = read(request.news), read(request.olds)
        subject = self._subject(request, context, inputs=news, old_inputs=olds)
        added = self._handler(subject, context).prepare(subject, request.randomSeed)
        news.update(sealed(added, secret_names(news)))
        failures = [
            provider_pb2.CheckFailure(property=failure.path, reason=failure.reason)
            for failure in check(news, subject.signature.inputs)
        ]
        return provider_pb2.CheckResponse(inputs=write(news), failures=failures)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        olds, news = read(request.old_inputs or request.olds), read(request.news)
        subject = self._subject(request, context, inputs=news, outputs=read(request.olds), old_inputs=olds)
        difference = self._difference(subject, olds, news, context)
        detailed = {
            change.path: provider_pb2.PropertyDiff(
                kind=provider_pb2.PropertyDiff.Kind.Value(
                    _KINDS[change.kind] + ("_REPLACE" if change.replaces else "")
                ),
                inputDiff=True,
            )
            for change in difference.changes
        }
        replaces = list(difference.replaces)
        if not self._provider.stays(subject):
            replaces.append("region")
            detailed["region"] = provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.UPDATE_REPLACE)
        some = provider_pb2.DiffResponse.DIFF_SOME if detailed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some,
            replaces=replaces,
            diffs=sorted(difference.names),
            deleteBeforeReplace=difference.delete_first,
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        inputs = read(request.properties)
        subject = self._subject(request, context, inputs=inputs)
        handler = self._handler(subject, context)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=self._outputs(subject, inputs, self._expected(subject, inputs))
            )
        try:
            resource_id, outputs = handler.create(subject)
        except Unfinished as unfinished:
            _abort(context, unfinished, request.properties, self._outputs(subject, inputs, unfinished.outputs))
        except Refused as refused:
            _abort(context, refused)
        return provider_pb2.CreateResponse(id=resource_id, properties=self._outputs(subject, inputs, outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        inputs, outputs = read(request.inputs), read(request.properties)
        subject = self._subject(request, context, inputs=inputs, outputs=outputs)
        handler = self._handler(subject, context)
        try:
            # Without outputs it is an import, as for the real providers.
            subject = subject if outputs else handler.imported(subject)
            found = handler.read(subject)
        except Refused as refused:
            _abort(context, refused)
        if found is None:
            return provider_pb2.ReadResponse()
        rules = self._provider.handler(subject.token).rules
        if inputs or outputs:
            fresh = inputs_refreshed(opened(inputs), found, subject.signature, rules)
        else:
            fresh = inputs_found(found, subject.signature, rules)
        secrets = secret_names({**outputs, **inputs})
        return provider_pb2.ReadResponse(
            id=subject.id,
            properties=write(sealed(found, secrets | subject.signature.secret_outputs)),
            inputs=write(sealed(fresh, secrets)),
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        olds, news, outputs = read(request.old_inputs or request.olds), read(request.news), read(request.olds)
        subject = self._subject(request, context, inputs=news, outputs=outputs, old_inputs=olds)
        difference = self._difference(subject, olds, news, context)
        if request.preview:
            after = {**subject.outputs, **{k: v for k, v in news.items() if k not in self._hidden(subject)}}
            if "tagsAll" in subject.signature.properties and "tags" in difference.names:
                after["tagsAll"] = news.get("tags", {})
            return provider_pb2.UpdateResponse(properties=self._outputs(subject, news, after))
        try:
            after = self._handler(subject, context).update(subject, difference)
        except Unfinished as unfinished:
            _abort(context, unfinished, request.news, self._outputs(subject, news, unfinished.outputs))
        except Refused as refused:
            _abort(context, refused)
        return provider_pb2.UpdateResponse(properties=self._outputs(subject, news, after))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        inputs, outputs = read(request.old_inputs), read(request.properties)
        subject = self._subject(request, context, inputs=inputs or outputs, outputs=outputs)
        try:
            self._handler(subject, context).delete(subject)
        except Refused as refused:
            _abort(context, refused)
        return empty_pb2.Empty()

    # What the methods share

    def _setup(self, context: grpc.ServicerContext) -> Setup:
        with self._lock:
            setup = self._setups.get(context.peer())
        if setup is None:
            raise Refused(
                "this provider instance has no configuration yet: a value of it is not known before the update"
            )
        return setup

    def _subject(self, request: Any, context: grpc.ServicerContext, **properties: Properties) -> Subject:
        token = request.type or request.urn.split("::")[2].rsplit("$", 1)[-1]
        with self._lock:
            setup = self._setups.get(context.peer(), Setup())
        try:
            signature = self._provider.sdk.resource(token)
        except UnknownType as unknown:
            _abort(context, Refused(str(unknown)))
        plain = {name: opened(value) for name, value in properties.items()}
        return Subject(setup, request.urn, token, signature, id=getattr(request, "id", ""), **plain)

    def _handler(self, subject: Subject, context: grpc.ServicerContext) -> Handler:
        return self._provider.handler(subject.token)

    def _difference(
        self, subject: Subject, olds: Properties, news: Properties, context: grpc.ServicerContext
    ) -> Difference:
        rules = self._handler(subject, context).rules
        return diff(olds, news, rules, subject.signature.inputs, subject.outputs)

    def _hidden(self, subject: Subject) -> tuple[str, ...]:
        return (*self._provider.handler(subject.token).rules.write_only, f"{INTERNAL}defaults")

    def _expected(self, subject: Subject, inputs: Properties) -> Properties:
        """A preview's outputs: what is given, and an unknown for what only the cloud tells."""
        rules = self._provider.handler(subject.token).rules
        later = subject.signature.computed | {name for name in rules.computed if name not in inputs}
        outputs: Properties = dict.fromkeys(later, UNKNOWN)
        if "tagsAll" in later:
            outputs["tagsAll"] = inputs.get("tags", {})
        if "region" in subject.signature.properties:
            outputs["region"] = subject.region or UNKNOWN
        return {**outputs, **inputs}

    def _outputs(self, subject: Subject, inputs: Properties, outputs: Properties) -> Any:
        """On the wire: nothing write-only, and what came in as a secret goes out as one."""
        shown = {name: value for name, value in outputs.items() if name not in self._hidden(subject)}
        return write(sealed(shown, secret_names(inputs) | subject.signature.secret_outputs))


def _unnested(variables: Properties) -> Properties:
    """Configuration arrives flat: lists and objects as JSON texts, "true" for true."""
    return {name: _parsed(value) for name, value in variables.items()}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and (value.startswith(("[", "{")) or value in ("true", "false")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _abort(context: grpc.ServicerContext, error: Refused, inputs: Any = None, outputs: Any = None) -> NoReturn:
    """End the call with the error; where a resource exists all the same, tell the engine to keep it."""
    if isinstance(error, Unfinished):
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id, properties=outputs, inputs=inputs, reasons=[str(error)]
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
    raise AssertionError("abort raises")
