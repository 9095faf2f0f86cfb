"""How a resource type's properties behave when they change: the part of a row that needs no cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AutoName:
    """A property that gets a name with a random end where the program gives none."""

    property: str
    limit: int = 255
    prefix: str = ""
    """Goes before the made name, for example "alias/"."""
    rival: str | None = None
    """The property that asks for another way of naming (`namePrefix`); given, nothing is made here."""


@dataclass(frozen=True)
class InPlace:
    """Properties that one API operation changes without a new resource, and who says so."""

    properties: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Rules:
    """What a changed property means. A property that no `in_place` names replaces the resource."""

    in_place: tuple[InPlace, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Set by Check where the program is silent, as the real provider's schema does."""
    ordered: tuple[str, ...] = ()
    """Lists whose order counts. Every other list is a set: another order is no change."""
    documents: tuple[str, ...] = ()
    """Texts that hold JSON: compared by meaning."""
    policies: tuple[str, ...] = ()
    """Texts that hold an IAM policy: a text and a list of it are the same, and lists of texts have no order."""
    computed: tuple[str, ...] = ()
    """Inputs that the cloud fills in where the program is silent: taking one out is no change."""
    folded: tuple[str, ...] = ()
    """Texts whose letter case does not count."""
    write_only: tuple[str, ...] = ()
    """Sent, never stored in outputs. A change of one alone is no change: its version property says when to send it."""
    auto_name: AutoName | None = None
    fixed: tuple[str, ...] = ()
    """Further properties that must be unique: unchanged over a replacement, the old resource has to go first."""
    delete_first: bool = False
    """The cloud holds one of these at a time: a replacement always deletes first."""

    def changes_in_place(self, name: str) -> bool:
        return any(name in entry.properties for entry in self.in_place)
