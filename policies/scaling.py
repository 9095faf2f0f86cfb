"""What Application Auto Scaling scales: services and tables, by a text such as `service/cluster/web`."""

from collections import defaultdict
from collections.abc import Sequence

from model.resource import Resource
from model.values import UNKNOWN
from model.view import Links, View

TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"


def scalable_targets(view: View, resource: Resource) -> Links:
    """The targets of a service or table: its outputs went into their resourceId, or that ends with its name."""
    return _said(view, TARGET).about(resource.urn, _names(resource), resource.props.get("name") is UNKNOWN)


def scaling_policies(view: View, target: Resource) -> Links:
    """The policies of a target: they have its resourceId."""
    own = target.at("resourceId")
    return _said(view, POLICY).about(target.urn, {own} if isinstance(own, str) else set(), own is UNKNOWN)


def _names(resource: Resource) -> set[str]:
    found = [resource.output("name"), resource.id]
    return {text for text in found if isinstance(text, str) and text}


def _said(view: View, type: str) -> "_Said":
    return view.once((_said, type), lambda: _Said(view.of(type)))


class _Said:
    """Targets or policies, by what their resourceId says."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources
        self._by_urn: dict[str, list[int]] = defaultdict(list)
        self._by_text: dict[str, list[int]] = defaultdict(list)
        self._untold: list[int] = []
        """Those of which the source does not tell what went into it."""
        for place, resource in enumerate(resources):
            urns, text = (resource.depends or {}).get("resourceId", ()), resource.at("resourceId")
            for urn in urns:
                self._by_urn[urn].append(place)
            if not urns:
                self._untold.append(place)
            if isinstance(text, str):
                # `service/cluster/web` is about `web`, about `cluster/web`, and about what is called all of it.
                words = text.split("/")
                for start in range(len(words)):
                    self._by_text["/".join(words[start:])].append(place)

    def about(self, urn: str, names: set[str], unsure: bool) -> Links:
        """`unsure`: the own name is not known, so that any text may be about it."""
        places = {*self._by_urn.get(urn, ()), *(place for name in names for place in self._by_text.get(name, ()))}
        found = [self._resources[place] for place in sorted(places)]
        unclear = [
            self._resources[place]
            for place in self._untold
            if place not in places and (unsure or self._resources[place].at("resourceId") is UNKNOWN)
        ]
        return Links(tuple(found), tuple(unclear))


def scaled(view: View, resource: Resource) -> bool | None:
    """Whether a target of it has a policy; None where that is not known."""
    targets = scalable_targets(view, resource)
    links = [scaling_policies(view, target) for target in targets.found]
    if any(link.found for link in links):
        return True
    return None if targets.unclear or any(link.unclear for link in links) else False
