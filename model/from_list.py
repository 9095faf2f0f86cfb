"""A view from a plain JSON list of resources, for what is neither a state nor a preview."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from model.files import document
from model.problems import InputError
from model.recorded import check_parents
from model.resource import Location, Resource
from model.values import UNKNOWN, kind
from model.view import View
from model.wire import UNKNOWNS, plain

HOW = (
    "it has to hold a JSON list of {type, name, props, urn?, parent?, property_dependencies?}, with Pulumi's own "
    "text for what is unknown"
)
_OPTIONAL: Mapping[str, tuple[type, str]] = {
    "urn": (str, "a text"),
    "id": (str, "a text"),
    "parent": (str, "a text"),
    "provider": (str, "a text"),
    "props": (dict, "an object"),
    "outputs": (dict, "an object"),
    "property_dependencies": (dict, "an object of lists of URNs"),
    "protect": (bool, "true or false"),
    "custom": (bool, "true or false"),
    "external": (bool, "true or false"),
    "location": (dict, "an object of file and line"),
}
_KEYS = frozenset({"type", "name", *_OPTIONAL})


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
    for key, (wanted, words) in _OPTIONAL.items():
        # Null is absent; but `props` of null would hide all that was asked for.
        if raw.get(key) is None and (key != "props" or "props" not in raw):
            continue
        if not isinstance(raw[key], wanted):
            raise InputError(f"{where} cannot be judged: {key} has to be {words}, found {kind(raw[key])}; {HOW}")
    given = plain(raw.get("props") or {})
    own_id, custom, place = raw.get("id"), raw.get("custom"), raw.get("location") or {}
    file, line = place.get("file"), place.get("line")
    return Resource(
        raw.get("urn") or f"urn:pulumi:list::list::{raw['type']}::{raw['name']}",
        raw["type"],
        raw["name"],
        given.props,
        outputs=plain(raw.get("outputs") or {}).props,
        id=own_id if own_id and own_id not in UNKNOWNS else UNKNOWN,
        parent=raw.get("parent") or "",
        # As a state writes it, `URN::id`, or the URN alone.
        provider="::".join((raw.get("provider") or "").split("::")[:4]),
        depends=_depends(raw.get("property_dependencies"), where),
        secrets=frozenset(given.secrets),
        protect=bool(raw.get("protect")),
        custom=_managed(raw["type"]) if custom is None else custom,
        external=bool(raw.get("external")),
        location=Location(file, line) if isinstance(file, str) and isinstance(line, int) else None,
    )


def _depends(raw: Any, where: str) -> dict[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if not all(isinstance(urns, list) and all(isinstance(urn, str) for urn in urns) for urns in raw.values()):
        raise InputError(
            f"{where} cannot be judged: property_dependencies has to be an object of lists of URNs, by property; {HOW}"
        )
    return {name: tuple(urns) for name, urns in raw.items()}


def _managed(type_: str) -> bool:
    """Components are the program's own types; providers' have a module with a path: `aws:s3/bucket:Bucket`."""
    return type_.startswith("pulumi:providers:") or "/" in type_
