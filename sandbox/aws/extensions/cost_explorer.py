"""Cost Explorer's anomaly monitors and subscriptions, which moto lacks. They are kept; no anomaly is ever found."""

import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


@dataclass(frozen=True)
class Kind:
    """Monitor or subscription: what their operations have in common."""

    word: str
    name: str
    """The member that holds its name."""

    @property
    def arn(self) -> str:
        return f"{self.word}Arn"


MONITOR, SUBSCRIPTION = Kind("Monitor", "MonitorName"), Kind("Subscription", "SubscriptionName")


class CostExplorer:
    """Monitors and subscriptions by ARN."""

    def __init__(self, emulation: "Emulation") -> None:
        self._account_id = emulation.backend.account_id
        self._kept: dict[str, dict[str, Any]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def rows(self) -> Rows:
        found: Rows = {
            ("ce", "TagResource"): self._tag,
            ("ce", "UntagResource"): self._untag,
            ("ce", "ListTagsForResource"): self._list_tags,
            ("ce", "ListCostCategoryDefinitions"): self._categories,
        }
        for kind in (MONITOR, SUBSCRIPTION):
            found["ce", f"CreateAnomaly{kind.word}"] = partial(self._create, kind)
            found["ce", f"GetAnomaly{kind.word}s"] = partial(self._get, kind)
            found["ce", f"UpdateAnomaly{kind.word}"] = partial(self._update, kind)
            found["ce", f"DeleteAnomaly{kind.word}"] = partial(self._delete, kind)
        return found

    def reset(self) -> None:
        self._kept.clear()
        self._tags.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Cost Explorer lives in us-east-1 for the whole account."""

    def _categories(self, call: Call, passthrough: Passthrough) -> Result:
        """moto makes and keeps them, and cannot list them."""
        from moto.ce.models import ce_backends

        kept = ce_backends[self._account_id]["aws"].cost_categories.values()
        return {"CostCategoryReferences": [{"CostCategoryArn": each.arn, "Name": each.name} for each in kept]}

    def _create(self, kind: Kind, call: Call, passthrough: Passthrough) -> Result:
        given = dict(call.parameters[f"Anomaly{kind.word}"])
        for other in self._kept.values():
            if other.get(kind.name) == given[kind.name]:
                raise ApiError("ValidationException", f"{kind.word} {given[kind.name]} exists already", 400)
        arn = f"arn:aws:ce::{self._account_id}:anomaly{kind.word.lower()}/{uuid.uuid4()}"
        self._kept[arn] = {**given, kind.arn: arn}
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in call.parameters.get("ResourceTags") or []}
        return {kind.arn: arn}

    def _get(self, kind: Kind, call: Call, passthrough: Passthrough) -> Result:
        wanted = call.parameters.get(f"{kind.word}ArnList") or [
            arn for arn, kept in self._kept.items() if kind.arn in kept
        ]
        return {f"Anomaly{kind.word}s": [self._one(kind, arn) for arn in wanted]}

    def _update(self, kind: Kind, call: Call, passthrough: Passthrough) -> Result:
        given = dict(call.parameters)
        arn = given.pop(kind.arn)
        self._kept[arn] = {**self._one(kind, arn), **given}
        return {kind.arn: arn}

    def _delete(self, kind: Kind, call: Call, passthrough: Passthrough) -> Result:
        arn = call.parameters[kind.arn]
        self._one(kind, arn)
        del self._kept[arn]
        self._tags.pop(arn, None)
        return {}

    def _one(self, kind: Kind, arn: str) -> dict[str, Any]:
        if arn not in self._kept or kind.arn not in self._kept[arn]:
            raise ApiError(f"Unknown{kind.word}Exception", f"{kind.word} {arn} does not exist", 400)
        return self._kept[arn]

    def _tag(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.get(call.parameters["ResourceArn"])
        if tags is None:
            return passthrough.raw()
        tags.update({tag["Key"]: tag["Value"] for tag in call.parameters["ResourceTags"]})
        return {}

    def _untag(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.get(call.parameters["ResourceArn"])
        if tags is None:
            return passthrough.raw()
        for key in call.parameters["ResourceTagKeys"]:
            tags.pop(key, None)
        return {}

    def _list_tags(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.get(call.parameters["ResourceArn"])
        if tags is None:
            return passthrough.raw()
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}
