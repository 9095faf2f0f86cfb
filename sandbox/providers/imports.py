"""Arguments derived from what the cloud has: at a refresh, and at an import."""

from typing import Any

from model.signatures import Map, Object, Sequence, Signature, Type
from sandbox.providers.check import INTERNAL
from sandbox.providers.diff import same
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


def inputs_refreshed(inputs: Properties, found: Properties, signature: Signature, rules: Rules) -> Properties:
    """The old arguments with what drifted put in: an argument that the program never gave stays absent."""
    fresh = dict(inputs)
    for name, before in inputs.items():
        if name.startswith(INTERNAL) or name not in found or name in rules.write_only:
            continue
        after = _within(before, found[name], signature.inputs[name].type) if name in signature.inputs else found[name]
        if not same(before, after, name, rules):
            fresh[name] = after
    if "tags" in signature.inputs and "tags" not in inputs and found.get("tags"):
        fresh["tags"] = found["tags"]
    return fresh


def _within(before: Any, after: Any, declared: Type) -> Any:
    """What is there now, seen through what was asked for: members that nobody gave are the cloud's own."""
    if isinstance(declared, Map):
        return after
    if isinstance(declared, Object) and isinstance(before, dict) and isinstance(after, dict):
        types = declared.properties
        return {
            name: _within(value, after[name], types[name].type) if name in after and name in types else value
            for name, value in before.items()
        }
    lists = isinstance(before, list) and isinstance(after, list)
    if lists and isinstance(declared, Sequence) and isinstance(declared.of, Object):
        return _elements(before, after, declared.of)
    return after


def _elements(before: list[Any], after: list[Any], declared: Object) -> list[Any]:
    """Pairs each old element with the one that says the same now, in any order; what is left over drifted."""
    left = list(after)
    kept = []
    for element in before:
        match = next((item for item in left if _within(element, item, declared) == element), None)
        if match is not None:
            left.remove(match)
            kept.append(element)
    if len(kept) == len(before) and not left:
        return before
    if len(before) == len(after):
        return [_within(old, new, declared) for old, new in zip(before, after, strict=True)]
    return kept + left


def inputs_found(found: Properties, signature: Signature, rules: Rules) -> Properties:
    """The arguments that would make an imported resource: what is required, what Check would set, what is not empty."""
    asked = {
        name: value
        for name, value in found.items()
        if name in signature.inputs
        and name != "region"
        and value is not None
        and name not in rules.computed
        and (signature.inputs[name].required or name in rules.defaults or value not in (False, "", [], {}))
    }
    return {**rules.defaults, **asked}
