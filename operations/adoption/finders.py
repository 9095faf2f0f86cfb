"""How one resource, of which only the arguments are known, is found again in the cloud.

Every type that the program declares has a finder (tested). The three kinds differ in what a second create would do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Begun:
    """A resource whose creation was begun: its arguments as the engine had them, names that it made up included."""

    urn: str
    type: str
    inputs: Mapping[str, Any]
    region: str
    account: str

    @property
    def values(self) -> dict[str, Any]:
        """What a template may use."""
        return {**self.inputs, "region": self.region, "account": self.account}


@dataclass(frozen=True)
class Named:
    """The id follows from the arguments. Whether it exists, the provider says when it is read."""

    template: str
    """The id as an import takes it: `{bucket}`, or with `{region}` and `{account}`."""


@dataclass(frozen=True)
class Again:
    """Creating it twice is creating it once: it sets what is always there, or overwrites what has the same name."""

    because: str
    """The API operation, or what else makes it so."""


@dataclass(frozen=True)
class Listed:
    """The id is the cloud's own: the operation lists what there is, and what is like the arguments is it."""

    service: str
    operation: str
    items: str
    """JMESPath from the answer to the list."""
    id: str = "@"
    """JMESPath from an item to its id."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The request; its texts are templates."""
    like: Mapping[str, str] = field(default_factory=dict)
    """JMESPath into an item → template that it must equal; "" for an argument that was not given."""
    tags: str | None = None
    """JMESPath to the item's tags, which must include the arguments'."""
    import_as: str = "{id}"
    """Template of what an import takes, where that is not the id alone."""


@dataclass(frozen=True)
class AtTheEdge:
    """As Listed, at Cloudflare's API."""

    path: str
    like: Mapping[str, str]
    import_as: str = "{id}"


@dataclass(frozen=True)
class Asked:
    """As Listed, where it takes more than one call: yields ids."""

    ask: Callable[[Begun], list[str]]


Finder = Named | Again | Listed | AtTheEdge | Asked


class Absent(Exception):
    """A template names an argument that was not given."""


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template, or structure of templates, with its values in place. Raises Absent."""
    if isinstance(template, str):
        try:
            return template.format_map(values)
        except KeyError as error:
            raise Absent(str(error)) from None
    if isinstance(template, Mapping):
        return {name: filled(value, values) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(value, values) for value in template]
    return template
