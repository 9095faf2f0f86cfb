"""Values as Pulumi writes them into states, previews and requests, made plain.

Pulumi marks what is unknown by texts of its own, and secrets, assets, outputs and references by objects with a
signature. Sources: `sdk/go/common/resource/plugin/rpc.go` and `sdk/go/common/resource/sig` in pulumi/pulumi.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from model.values import UNKNOWN

TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""For an unknown text, and for what has no other."""
UNKNOWNS: Final = frozenset(
    {
        TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # truth value
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a mark, no password
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
HIDDEN: Final = "[secret]"
"""What `pulumi preview --json` shows instead of a secret."""


@dataclass(slots=True)
class Plain:
    """Properties made plain. What is encrypted or hidden is unknown, and known to be a secret."""

    props: dict[str, Any]
    secrets: set[str] = field(default_factory=set)
    depends: dict[str, list[str]] = field(default_factory=dict)
    """What output values themselves tell; sources that have `propertyDependencies` need it not."""


def plain(raw: Mapping[str, Any]) -> Plain:
    """Top-level properties made plain; what begins with "__" is the provider's own and left out."""
    found = Plain({})
    for name, value in raw.items():
        if name[:2] != "__":
            found.props[name] = _value(value, name, found)
    return found


def _value(value: Any, name: str, found: Plain) -> Any:
    kind = type(value)
    if kind is str:
        if value in UNKNOWNS:
            return UNKNOWN
        if value == HIDDEN:
            found.secrets.add(name)
            return UNKNOWN
        return value
    if kind is dict:
        if SIGNATURE in value:
            return _signed(value, name, found)
        return {key: _value(item, name, found) for key, item in value.items() if key[:2] != "__"}
    if kind is list:
        return [_value(item, name, found) for item in value]
    return value


def _signed(value: Mapping[str, Any], name: str, found: Plain) -> Any:
    signature = value[SIGNATURE]
    if signature == SECRET:
        found.secrets.add(name)
        if "value" in value:
            return _value(value["value"], name, found)
        if "plaintext" not in value:
            return UNKNOWN  # encrypted
        try:
            return _value(json.loads(value["plaintext"]), name, found)
        except (TypeError, ValueError, RecursionError):
            return UNKNOWN
    if signature == _OUTPUT:
        if value.get("secret"):
            found.secrets.add(name)
        urns = value.get("dependencies")
        found.depends.setdefault(name, []).extend(urn for urn in urns or () if isinstance(urn, str))
        return _value(value["value"], name, found) if "value" in value else UNKNOWN
    if signature == _REFERENCE:
        return _value(value.get("id") or value.get("urn"), name, found)
    # Assets and archives: rules look at their text at most.
    return {key: item for key, item in value.items() if key != SIGNATURE}
