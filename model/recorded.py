"""Resources as Pulumi records them, in an exported state and in a preview's steps: one form, `apitype.ResourceV3`."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from model.links import NAMES
from model.problems import InputError
from model.resource import Location, Resource
from model.values import UNKNOWN
from model.wire import UNKNOWNS, plain


def resource(raw: Any, where: str, *, told: bool = True) -> Resource:
    """One recorded resource. Raises InputError; `where` says of which file and place.

    `told`: whether the source tells property dependencies, so that none said means that there are none.
    """
    if not isinstance(raw, Mapping):
        raise InputError(f"{where} is no resource: an object is expected; write the file again with Pulumi")
    urn, type_ = _text(raw, "urn", where), _text(raw, "type", where)
    inputs, outputs = _object(raw, "inputs", where), _object(raw, "outputs", where)
    external = bool(raw.get("external"))
    given = plain(outputs if external and not inputs else inputs)
    depends = _depends(raw.get("propertyDependencies"), where) if told else None
    if depends is not None:
        for name, urns in given.depends.items():
            depends[name] = (*depends.get(name, ()), *urns)
    own_id = raw.get("id")
    provider, parent = raw.get("provider"), raw.get("parent")
    return Resource(
        urn,
        type_,
        urn.rsplit("::", 1)[-1],
        given.props,
        # Only what others may refer to it by: rules judge what was asked for.
        outputs=plain({name: outputs[name] for name in NAMES if name in outputs}).props,
        id=own_id if isinstance(own_id, str) and own_id and own_id not in UNKNOWNS else UNKNOWN,
        parent=parent if isinstance(parent, str) else "",
        provider=provider.rsplit("::", 1)[0] if isinstance(provider, str) else "",
        depends=depends,
        secrets=frozenset(given.secrets),
        protect=bool(raw.get("protect")),
        retain=bool(raw.get("retainOnDelete")),
        custom=bool(raw.get("custom", False)),
        external=external,
        location=_location(raw.get("sourcePosition")),
    )


def stack_of(urn: str) -> str:
    """`prod` of `urn:pulumi:prod::project::…`; empty where it has another form."""
    return urn.split("::", 1)[0].rsplit(":", 1)[-1] if urn.startswith("urn:pulumi:") else ""


def check_parents(resources: Iterable[Resource], file: str) -> None:
    """Raises InputError where a resource is its own ancestor."""
    parents = {item.urn: item.parent for item in resources}
    sound: set[str] = set()
    for start in parents:
        chain: list[str] = []
        seen: set[str] = set()
        at = start
        while at in parents and at not in sound:
            if at in seen:
                cycle = [urn.rsplit("::", 1)[-1] for urn in [*chain[chain.index(at) :], at]]
                raise InputError(
                    f"{file} cannot be judged: parents form a cycle ({' → '.join(cycle)}); write the file again"
                )
            seen.add(at)
            chain.append(at)
            at = parents[at]
        sound |= seen


def _location(position: Any) -> Location | None:
    """`project:///infra/site.py#12,5`: the engine notes it where the program's language tells."""
    if not isinstance(position, str):
        return None
    address, _, place = position.partition("#")
    line = place.partition(",")[0]
    file = unquote(urlsplit(address).path).lstrip("/")
    return Location(file, int(line)) if file and line.isdecimal() else None


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where} has no {key}: a text is expected; write the file again with Pulumi")
    return value


def _object(raw: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"{where} cannot be judged: {key} is no object; write the file again with Pulumi")
    return value


def _depends(raw: Any, where: str) -> dict[str, tuple[str, ...]]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or not all(isinstance(urns, list) or urns is None for urns in raw.values()):
        raise InputError(f"{where} cannot be judged: propertyDependencies is no object of lists; write the file again")
    return {name: tuple(urn for urn in urns or () if isinstance(urn, str)) for name, urns in raw.items()}
