"""One Cloudflare resource type as data."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.providers.rules import InPlace, Rules


@dataclass(frozen=True)
class CloudflareRow:
    """A collection of the API: POST to make, GET, PUT or PATCH, and DELETE one by id."""

    type: str
    noun: str
    """For error texts: "DNS record"."""
    path: str
    """The collection, with `{zoneId}` or `{accountId}`."""
    parent: str
    """The property in braces: moving to another parent replaces."""
    source: str
    """Who says that everything else changes in place."""
    changes: tuple[str, ...]
    replaces: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    update: str = "PUT"
    fixed: tuple[str, ...] = ()

    @property
    def rules(self) -> Rules:
        return Rules(
            in_place=(InPlace(self.changes, self.source),),
            ordered=self.ordered,
            computed=self.computed,
            folded=self.folded,
            defaults=self.defaults,
            fixed=self.fixed,
        )


@dataclass(frozen=True)
class SettingRow:
    """A value of a zone that is always there: set when it is made or changed, and mostly left so when it is deleted."""

    type: str
    noun: str
    path: str
    """With `{zoneId}` and, where several share it, `{settingId}`."""
    source: str
    verb: str = "PATCH"
    value: str = "value"
    """The property, which is also the member of the body."""
    named: tuple[str, ...] = ()
    """Further properties that say which setting it is."""
    removed: Any = None
    """What deleting sets it to, where the real provider does not leave it."""
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        return Rules(in_place=(InPlace((self.value,), self.source),), defaults=self.defaults, computed=("enabled",))
