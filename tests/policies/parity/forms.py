"""One stack in every form that is judged, read by what reads it in production; what a form does not tell is gone."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as protocol

from model import from_list, from_preview, from_state, to_list
from model.resource import Resource
from model.types import PROVIDER, STACK
from model.values import UNKNOWN
from model.view import View
from model.wire import HIDDEN, SECRET, SIGNATURE
from policies.crossguard.server import Analyzer
from policies.discovery import PACKS
from policies.evaluate import Parameters, evaluate
from policies.rule import Rule
from tests.policies.parity.verdicts import Verdicts, of_diagnostics, of_findings

Judge = Callable[[View, Sequence[Rule], Parameters, Path], tuple[View, Verdicts]]
"""Gives the view that the form's reader made, and what the rules say of it."""


def listed(seen: View, rules: Sequence[Rule], parameters: Parameters, folder: Path) -> tuple[View, Verdicts]:
    """`--resources`"""
    return _judged(from_list.read(_written(folder, to_list.dump(seen))), rules, parameters)


def state(seen: View, rules: Sequence[Rule], parameters: Parameters, folder: Path) -> tuple[View, Verdicts]:
    """`--state`: secrets are encrypted."""
    hidden = {SIGNATURE: SECRET, "ciphertext": "v1:kept"}
    document = {"version": 3, "deployment": {"manifest": {}, "resources": _recorded(seen, hidden)}}
    return _judged(from_state.read(_written(folder, document)), rules, parameters)


def document(seen: View, rules: Sequence[Rule], parameters: Parameters, folder: Path) -> tuple[View, Verdicts]:
    """`--preview` of the one document: secrets are left out."""
    steps = [{"op": "create", "newState": resource} for resource in _recorded(seen, HIDDEN)]
    written = _written(folder, {"steps": steps, "changeSummary": {"create": len(steps)}})
    return _judged(from_preview.read(written), rules, parameters)


def events(seen: View, rules: Sequence[Rule], parameters: Parameters, folder: Path) -> tuple[View, Verdicts]:
    """`--preview` of events, which tell no property dependencies."""
    lines: list[Any] = [
        {"resourcePreEvent": {"metadata": {"op": "create", "new": _without(resource, "propertyDependencies")}}}
        for resource in _recorded(seen, HIDDEN)
    ]
    path = folder / "events.json"
    path.write_text("\n".join(json.dumps(line) for line in [*lines, {"summaryEvent": {}}]))
    return _judged(from_preview.read(path), rules, parameters)


def engine(seen: View, rules: Sequence[Rule], parameters: Parameters, folder: Path) -> tuple[View, Verdicts]:
    """Both packs over the engine's protocol: each resource while it is planned, then the whole."""
    said: Verdicts = {}
    for pack in PACKS:
        asked = [rule for rule in rules if rule.pack == pack and rule.scope != "plan"]
        if not asked:
            continue
        it = Analyzer(pack, asked)
        config = {"policies:environment": parameters.environment, "policies:account": str(parameters.account).lower()}
        it.ConfigureStack(protocol.AnalyzerStackConfigureRequest(stack=seen.stack, dry_run=True, config=config), None)
        configuration = protocol.ConfigureAnalyzerRequest()
        for rule, values in parameters.values.items():
            configuration.policyConfig[rule].enforcementLevel = protocol.MANDATORY
            configuration.policyConfig[rule].properties.CopyFrom(_struct(values))
        it.Configure(configuration, None)
        managed = [item for item in seen.resources if not item.external and item.kind != STACK]
        for item in managed:
            said.update(of_diagnostics(it.Analyze(_planned(item, seen), None).diagnostics))
        request = protocol.AnalyzeStackRequest(resources=[_whole(item, seen) for item in seen.resources])
        said.update(of_diagnostics(it.AnalyzeStack(request, None).diagnostics))
    return seen, said


FORMS: Mapping[str, Judge] = {
    "resources": listed,
    "state": state,
    "preview": document,
    "events": events,
    "engine": engine,
}


def _judged(view: View, rules: Sequence[Rule], parameters: Parameters) -> tuple[View, Verdicts]:
    return view, of_findings(evaluate(view, rules, parameters))


def _recorded(seen: View, hidden: Any) -> list[dict[str, Any]]:
    """As Pulumi records resources; `hidden` stands where a secret is."""
    found = []
    for entry, item in zip(to_list.dump(seen), seen.resources, strict=True):
        props = {name: hidden if item.secret(name) else value for name, value in entry["props"].items()}
        recorded = {
            "urn": item.urn,
            "type": item.type,
            "custom": item.custom,
            "inputs": {} if item.external else props,
            "outputs": {**props, **entry.get("outputs", {})},
            "id": entry.get("id", ""),
            "parent": item.parent,
            "provider": f"{item.provider}::{item.provider.rsplit('::', 1)[-1]}-id" if item.provider else "",
            "propertyDependencies": entry.get("property_dependencies") or {},
            "protect": item.protect,
            "external": item.external,
        }
        found.append(recorded)
    return found


def _without(recorded: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in recorded.items() if name != key}


def _written(folder: Path, document: Any) -> Path:
    path = folder / f"{folder.name}.json"
    path.write_text(json.dumps(document))
    return path


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def _planned(item: Resource, seen: View) -> Any:
    return _sent(protocol.AnalyzeRequest, item, seen, _props(item))


def _whole(item: Resource, seen: View) -> Any:
    depends = {
        name: protocol.AnalyzerPropertyDependencies(urns=urns) for name, urns in (item.depends or {}).items() if urns
    }
    outputs = to_list.dump(View(seen.stack, seen.source, [item]))[0].get("outputs", {})
    own_id = {} if item.id is UNKNOWN or not item.custom else {"id": item.id}
    properties = {**_props(item), **outputs, **own_id}
    return _sent(protocol.AnalyzerResource, item, seen, properties, parent=item.parent, propertyDependencies=depends)


def _props(item: Resource) -> dict[str, Any]:
    props: dict[str, Any] = to_list.dump(View("", "list", [item]))[0]["props"]
    return props


def _sent(make: Any, item: Resource, seen: View, properties: Mapping[str, Any], **more: Any) -> Any:
    options = protocol.AnalyzerResourceOptions(protect=item.protect, parent=item.parent)
    request = make(type=item.type, urn=item.urn, name=item.name, options=options, **more)
    request.properties.CopyFrom(_struct(properties))
    if item.custom and not item.kind.startswith(PROVIDER) and item.kind != STACK:
        provider = seen.provider(item)
        request.provider.type = provider.type if provider else f"{PROVIDER}{item.type.split(':', 1)[0]}"
        request.provider.urn = provider.urn if provider else ""
        request.provider.name = provider.name if provider else "default"
        request.provider.properties.CopyFrom(_struct(_props(provider) if provider else {}))
    return request
