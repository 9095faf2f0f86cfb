"""Resources as the engine sends them to an analyzer."""

from typing import Any

from model.links import NAMES
from model.resource import Resource
from model.struct import fields
from model.types import PROVIDER, STACK
from model.values import UNKNOWN
from model.wire import plain


def planned(request: Any) -> Resource:
    """Of `Analyze`: the inputs, as the provider checked them."""
    given = plain(fields(request.properties))
    return Resource(
        request.urn,
        request.type,
        request.name,
        given.props,
        parent=request.options.parent,
        provider=request.provider.urn if request.HasField("provider") else "",
        depends=None,  # told only once the stack is whole
        secrets=frozenset(given.secrets),
        protect=request.options.protect,
        custom=_custom(request),
    )


def provider(request: Any) -> Resource | None:
    """The provider that comes with a resource."""
    if not request.HasField("provider"):
        return None
    sent = request.provider
    return Resource(sent.urn, sent.type, sent.name, plain(fields(sent.properties)).props)


def whole(sent: Any, before: Resource | None) -> Resource:
    """Of `AnalyzeStack`, which shows outputs: with the inputs that `Analyze` showed. Without those it was only read."""
    outputs = plain(fields(sent.properties))
    given = before.props if before is not None else outputs.props
    own_id = outputs.props.get("id")
    return Resource(
        sent.urn,
        sent.type,
        sent.name,
        given,
        outputs={name: outputs.props[name] for name in NAMES if name in outputs.props},
        id=own_id if isinstance(own_id, str) and own_id else UNKNOWN,
        parent=sent.parent,
        provider=sent.provider.urn if sent.HasField("provider") else "",
        depends={name: tuple(item.urns) for name, item in sent.propertyDependencies.items()},
        secrets=before.secrets if before is not None else frozenset(outputs.secrets),
        protect=sent.options.protect,
        custom=_custom(sent),
        external=before is None and not sent.type.startswith(PROVIDER) and sent.type != STACK,
    )


def _custom(sent: Any) -> bool:
    """Components have no provider."""
    return bool(sent.HasField("provider")) or str(sent.type).startswith(PROVIDER)
