"""Types that are only recorded, but with ids as AWS forms them, and changes in place where AWS makes them so."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.providers.diff import Difference
from sandbox.providers.handlers import Subject
from sandbox.providers.recorded import Recorded
from sandbox.providers.rules import AutoName, InPlace, Rules
from sandbox.providers.values import Properties


@dataclass(frozen=True)
class Plain:
    """One such type. Templates take `{region}`, `{account}`, any input, and
    `{made}` (random) in the id, `{id}` in the outputs."""

    type: str
    id: str = "{made}"
    """Template of the id."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Output → template."""
    in_place: tuple[InPlace, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    auto_name: AutoName | None = None
    fixed: tuple[str, ...] = ()
    delete_first: bool = False
    tagged: bool = False
    """Whether it takes tags, which change in place."""

    @property
    def rules(self) -> Rules:
        tags = (InPlace(("tags", "tagsAll"), "aws api: TagResource, UntagResource"),) if self.tagged else ()
        return Rules(
            in_place=(*self.in_place, *tags),
            defaults=self.defaults,
            documents=self.documents,
            computed=self.computed,
            auto_name=self.auto_name,
            fixed=self.fixed,
            delete_first=self.delete_first,
        )


class PlainHandler(Recorded):
    """The handler of one such type."""

    def __init__(self, plain: Plain) -> None:
        super().__init__()
        self._plain = plain
        self.rules = plain.rules

    def create(self, subject: Subject) -> tuple[str, Properties]:
        values = {**_values(subject), "made": secrets.token_hex(8)}
        return self._keep(subject, self._plain.id.format_map(values), {})

    def update(self, subject: Subject, difference: Difference) -> Properties:
        return self._keep(subject, subject.id, subject.outputs)[1]

    def _keep(self, subject: Subject, resource_id: str, before: Properties) -> tuple[str, Properties]:
        values = {**_values(subject), "id": resource_id}
        made = {name: template.format_map(values) for name, template in self._plain.outputs.items()}
        outputs = {**before, **self._outputs(subject, resource_id), **made}
        with self._lock:
            self._kept[subject.region, resource_id] = outputs
        return resource_id, outputs


def _values(subject: Subject) -> dict[str, Any]:
    return {**subject.inputs, "region": subject.region, "account": subject.setup.account_id}
