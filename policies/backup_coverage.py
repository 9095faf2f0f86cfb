"""Whether AWS Backup takes a resource into a plan: by its ARN, a pattern of ARNs, or its tags.

How a selection chooses: `resources` and `selectionTags` each add (either is enough); `conditions` all have to hold, and
`notResources` takes out. A plan sees the resources of its own region only. Keys and values of tags are case-sensitive.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from model import symbols
from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, items, lookup
from model.view import View
from policies.case import Case, Check
from policies.documents import match
from policies.verdict import PASS, Verdict, fail, unknown

SELECTION = "aws:backup/selection:Selection"
_TAG_KEY = "aws:ResourceTag/"
_NOBODY = "no-such-name"


def in_backup_plan() -> Check:
    """Some backup selection of the stack takes the resource."""

    def check(case: Case) -> Verdict:
        unclear = ""
        for selection in case.view.of(SELECTION):
            try:
                if _takes(case.view, selection, case.resource):
                    return PASS
            except UnknownMet:
                unclear = unclear or selection.name
        if unclear:
            return unknown(f"whether the backup selection {unclear} takes it is not known yet")
        return fail("no backup selection of this stack takes it, neither by its ARN nor by a tag")

    return check


def _takes(view: View, selection: Resource, resource: Resource) -> bool:
    """Raises UnknownMet, Malformed."""
    here, there = view.region(resource), view.region(selection)
    if isinstance(here, str) and isinstance(there, str) and here != there:
        return False
    near = None if here is UNKNOWN or there is UNKNOWN else True
    conditions = _conditions(view, selection, resource)
    if conditions is False:
        return False
    chosen = _named(view, selection, "resources", resource)
    if chosen is not True:
        tagged = _tagged(view, selection, resource)
        chosen = True if tagged is True else None if None in (chosen, tagged) else False
    if chosen is False:
        return False
    taken_out = _named(view, selection, "notResources", resource)
    if taken_out is True:
        return False
    if None in (near, conditions, chosen, taken_out):
        raise UnknownMet
    return True


def _named(view: View, selection: Resource, property: str, resource: Resource) -> bool | None:
    """Whether the ARNs and patterns of a property name it; None where that is not known."""
    links = view.linked(resource, SELECTION, property)
    if any(found is selection for found in links.found):
        return True
    patterns = selection.at(property)
    if patterns is UNKNOWN:
        return None if any(found is selection for found in links.unclear) else False
    unclear = any(found is selection for found in links.unclear)
    for pattern in items(patterns):
        if isinstance(pattern, str) and any(match(pattern, arn) for arn in _arns(view, resource, pattern)):
            return True
    return None if unclear else False


def _arns(view: View, resource: Resource, pattern: str) -> Iterator[str]:
    """The ARN that it has, or those that it will have as far as a pattern can tell: account and region are its own."""
    known = resource.output("arn")
    if isinstance(known, str):
        yield known
    parts = pattern.split(":", 5)
    region = view.region(resource)
    name = next((resource.props[key] for key in _NAMES if isinstance(resource.props.get(key), str)), _NOBODY)
    arn = symbols.arn(resource.kind, name, region if isinstance(region, str) else "")
    if len(parts) == 6:
        own = arn.split(":", 5)
        account = own[4] if "*" in parts[4] else parts[4]
        place = own[3] if isinstance(region, str) or "*" in parts[3] else parts[3]
        arn = ":".join((*own[:3], place, account, own[5]))
    yield arn


_NAMES = ("clusterIdentifier", "identifier", "name")


def _tagged(view: View, selection: Resource, resource: Resource) -> bool | None:
    """Whether one of `selectionTags` is on it; None where that is not known."""
    found: list[bool | None] = []
    for wanted in _objects(selection.at("selectionTags")):
        if wanted is UNKNOWN:
            found.append(None)
            continue
        found.append(_holds(view, resource, wanted, lambda value, asked: value == asked))
    return True if True in found else None if None in found else False


def _conditions(view: View, selection: Resource, resource: Resource) -> bool | None:
    """Whether every condition holds; None where that is not known."""
    found: list[bool | None] = []
    for name, compare in _COMPARISONS.items():
        wanted = _objects(selection.at(f"conditions[*].{name}"))
        found.extend(None if one is UNKNOWN else _holds(view, resource, one, compare) for one in wanted)
    return False if False in found else None if None in found else True


_COMPARISONS: Mapping[str, Callable[[Any, str], bool]] = {
    "stringEquals": lambda value, asked: value == asked,
    "stringLikes": lambda value, asked: isinstance(value, str) and match(asked, value),
    "stringNotEquals": lambda value, asked: value != asked,
    "stringNotLikes": lambda value, asked: not (isinstance(value, str) and match(asked, value)),
}


def _objects(value: Any) -> list[Any]:
    """Objects in a list, or in lists in a list; what is of another kind says nothing."""
    if value is UNKNOWN:
        return [UNKNOWN]
    found: list[Any] = []
    for item in items(value):
        if isinstance(item, list):
            found.extend(_objects(item))
        elif item is UNKNOWN or isinstance(item, Mapping):
            found.append(item)
    return found


def _holds(view: View, resource: Resource, wanted: Any, compare: Callable[[Any, str], bool]) -> bool | None:
    key, asked = wanted.get("key"), wanted.get("value")
    if key is UNKNOWN or asked is UNKNOWN:
        return None
    value = _tag(view, resource, str(key).removeprefix(_TAG_KEY))
    return None if value is UNKNOWN else compare(value, str(asked))


def _tag(view: View, resource: Resource, key: str) -> Any:
    """A tag by its exact key: its own, else its provider's default; absent, or unknown."""
    own, provider = resource.at("tags"), view.provider(resource)
    default = None if provider is None else lookup(provider.props, "defaultTags.tags")
    unclear = False
    for tags in (own, default):
        if tags is UNKNOWN:
            unclear = True
        elif isinstance(tags, Mapping) and key in tags:
            return tags[key]
    return UNKNOWN if unclear else None
