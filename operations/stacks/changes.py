"""What an engine run does, or would do, to each resource; built from the engine's events."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from model import stateful

Kind = Literal["create", "update", "replace", "delete", "same"]

OPERATIONS: dict[str, Kind] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "same": "same",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import": "create",
    "import-replacement": "replace",
    "discard": "delete",
    "discard-replaced": "replace",
    "refresh": "same",
    "read": "same",
    "read-replacement": "replace",
}

STATEFUL = frozenset({*stateful.STATEFUL, "aws:rds/clusterInstance:ClusterInstance"})
"""Types whose loss loses data or keys, and the database's instances: without any, nobody reaches what it holds."""


@dataclass(frozen=True)
class Change:
    """One resource and what happens to it; `properties` are the top-level ones that differ."""

    urn: str
    type: str
    name: str
    kind: Kind
    properties: tuple[str, ...] = ()

    @property
    def stateful(self) -> bool:
        return self.type in STATEFUL

    @property
    def rank(self) -> tuple[int, str]:
        """Stateful replacements and deletes first, then by kind."""
        order = {"replace": 1, "delete": 2, "update": 3, "create": 4, "same": 5}
        first = 0 if self.stateful and self.kind in {"replace", "delete"} else order[self.kind]
        return first, self.urn


@dataclass
class Changes:
    """What one run did to one stack."""

    stack: str
    changes: dict[str, Change] = field(default_factory=dict)
    messages: list[tuple[str, str]] = field(default_factory=list)
    """(severity, text) of what the engine and the program said."""
    steps: list[Any] = field(default_factory=list)
    """The engine's own metadata of every step (`pulumi.automation.StepEventMetadata`): states before and after."""

    def see(self, event: Any) -> None:
        """Take in one engine event of the Automation API."""
        if event.resource_pre_event is not None:
            self.steps.append(event.resource_pre_event.metadata)
            self._resource(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self._refreshed(event.res_outputs_event.metadata)
        elif event.diagnostic_event is not None:
            diagnostic = event.diagnostic_event
            if diagnostic.severity in {"warning", "error", "info#err"} and not diagnostic.ephemeral:
                text = diagnostic.message.strip()
                if text and (diagnostic.severity, text) not in self.messages:
                    self.messages.append((diagnostic.severity, text))

    def _resource(self, metadata: Any) -> None:
        kind = OPERATIONS.get(str(getattr(metadata.op, "value", metadata.op)))
        known = self.changes.get(metadata.urn)
        if kind is None or (known and known.kind == "replace"):
            return
        properties = tuple(sorted(metadata.diffs or metadata.detailed_diff or ()))
        name = metadata.urn.rsplit("::", 1)[-1]
        self.changes[metadata.urn] = Change(metadata.urn, metadata.type, name, kind, properties)

    def _refreshed(self, metadata: Any) -> None:
        """A refresh says only afterwards what it found: changed, gone or the same."""
        known = self.changes.get(metadata.urn)
        kind = OPERATIONS.get(str(getattr(metadata.op, "value", metadata.op)))
        if known is not None and known.kind == "same" and kind in {"update", "delete"}:
            self._resource(metadata)

    @property
    def counts(self) -> dict[Kind, int]:
        counted = Counter(change.kind for change in self.changes.values())
        return {kind: counted[kind] for kind in ("create", "update", "replace", "delete", "same")}

    @property
    def empty(self) -> bool:
        return all(change.kind == "same" for change in self.changes.values())

    def listed(self) -> list[Change]:
        """All that is not the same, the gravest first."""
        return sorted((item for item in self.changes.values() if item.kind != "same"), key=lambda item: item.rank)

    def document(self) -> dict[str, Any]:
        """For `--output json`."""
        return {
            "stack": self.stack,
            "changes": self.counts,
            "resources": [
                {"urn": item.urn, "type": item.type, "name": item.name, "op": item.kind, "diff": list(item.properties)}
                for item in self.listed()
            ],
            "messages": [{"severity": severity, "text": text} for severity, text in self.messages],
        }
