"""What Application Auto Scaling scales: services and tables, by a text such as `service/cluster/web`."""

from collections.abc import Iterable

from model.resource import Resource
from model.values import UNKNOWN
from model.view import Links, View

TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"


def scalable_targets(view: View, resource: Resource) -> Links:
    """The targets of a service or table: its outputs went into their resourceId, or that ends with its name."""
    return _about(view.of(TARGET), resource.urn, _names(resource), resource.props.get("name") is UNKNOWN)


def scaling_policies(view: View, target: Resource) -> Links:
    """The policies of a target: they have its resourceId."""
    own = target.at("resourceId")
    return _about(view.of(POLICY), target.urn, {own} if isinstance(own, str) else set(), own is UNKNOWN)


def _names(resource: Resource) -> set[str]:
    found = [resource.output("name"), resource.id]
    return {text for text in found if isinstance(text, str) and text}


def _about(others: Iterable[Resource], urn: str, names: set[str], unsure: bool) -> Links:
    """`unsure`: the own name is not known, so that any text may be about it."""
    found, unclear = [], []
    for other in others:
        urns, text = (other.depends or {}).get("resourceId", ()), other.at("resourceId")
        if urn in urns or (isinstance(text, str) and any(text == name or text.endswith(f"/{name}") for name in names)):
            found.append(other)
        elif (text is UNKNOWN or unsure) and not urns:
            unclear.append(other)
    return Links(tuple(found), tuple(unclear))


def scaled(view: View, resource: Resource) -> bool | None:
    """Whether a target of it has a policy; None where that is not known."""
    targets = scalable_targets(view, resource)
    links = [scaling_policies(view, target) for target in targets.found]
    if any(link.found for link in links):
        return True
    return None if targets.unclear or any(link.unclear for link in links) else False
