"""A view from a plain JSON list of resources, for what is neither a state nor a preview."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from model.files import document
from model.problems import InputError
from model.recorded import check_parents
from model.resource import Resource
from model.values import UNKNOWN, kind
from model.view import View
from model.wire import UNKNOWNS, plain

HOW = (
    "it has to hold a JSON list of {type, name, props, urn?, parent?, property_dependencies?}, with Pulumi's own "
    "text for what is unknown"
)
_KEYS = frozenset(
    {"type", "name", "props", "urn", "id", "parent", "property_dependencies", "provider", "protect", "outputs"}
)


def read(path: Path) -> View:
    """The resources of a list. Raises InputError."""
    listed = document(path, HOW)
    if not isinstance(listed, list):
        raise InputError(f"{path} is no list of resources: found {kind(listed)}; {HOW}")
    resources = [_resource(raw, f"{path}: resource {number}") for number, raw in enumerate(listed, 1)]
    seen: set[str] = set()
    for item in resources:
        if item.urn in seen:
            raise InputError(f"{path} cannot be judged: {item.urn} is in it twice; give each resource a URN of its own")
        seen.add(item.urn)
    check_parents(resources, str(path))
    return View(path.stem, "list", resources)


def _resource(raw: Any, where: str) -> Resource:
    if not isinstance(raw, Mapping):
        raise InputError(f"{where} is no resource: found {kind(raw)}; {HOW}")
    for key in raw:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(_KEYS))}"
            raise InputError(f"{where} cannot be judged: it has {key!r}, which means nothing here; {hint}")
    for key in ("type", "name"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            raise InputError(f"{where} has no {key}: a text is expected; {HOW}")
    props, outputs = raw.get("props", {}), raw.get("outputs") or {}
    if not isinstance(props, Mapping) or not isinstance(outputs, Mapping):
        raise InputError(f"{where} cannot be judged: props has to be an object, found {kind(props)}; {HOW}")
    for key in ("urn", "parent", "provider", "id"):
        if not isinstance(raw.get(key), str | None):
            raise InputError(f"{where} cannot be judged: {key} has to be a text, found {kind(raw[key])}; {HOW}")
    given = plain(props)
    own_id = raw.get("id")
    return Resource(
        raw.get("urn") or f"urn:pulumi:list::list::{raw['type']}::{raw['name']}",
        raw["type"],
        raw["name"],
        given.props,
        outputs=plain(outputs).props,
        id=own_id if own_id and own_id not in UNKNOWNS else UNKNOWN,
        parent=raw.get("parent") or "",
        provider=(raw.get("provider") or "").partition("::id")[0],
        depends=_depends(raw.get("property_dependencies"), where),
        secrets=frozenset(given.secrets),
        protect=raw.get("protect") is True,
        custom=_managed(raw["type"]),
    )


def _depends(raw: Any, where: str) -> dict[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not all(
        isinstance(urns, list) and all(isinstance(urn, str) for urn in urns) for urns in raw.values()
    ):
        raise InputError(
            f"{where} cannot be judged: property_dependencies has to be an object of lists of URNs, by property; {HOW}"
        )
    return {name: tuple(urns) for name, urns in raw.items()}


def _managed(type_: str) -> bool:
    """Components are the program's own types; providers' have a module with a path: `aws:s3/bucket:Bucket`."""
    return type_.startswith("pulumi:providers:") or "/" in type_
