"""Wiring of everything that watches both sites: dashboards, and canaries in the witness region with their alarms."""

import pulumi

from infra.alarm import Alarm
from infra.component import Component
from infra.components.alarms import Alarms
from infra.components.canaries import Canaries
from infra.components.dashboard import Dashboard
from infra.components.keys import Keys
from infra.components.object_store import ACCESS_LOGS
from infra.naming import Naming, tags
from infra.notices import notifications
from infra.settings import Settings
from infra.settings.observability import WITNESS
from infra.watch import canary
from infra.watch.boards import epic_board, epics, spanning_board


class SpanningWatch:
    """Declares it, below `parent`. Not a component itself."""

    dashboard_names: dict[str, pulumi.Output[str]]
    """`all`, and `epic-<n>` for each epic."""
    canary_names: dict[str, pulumi.Output[str]]
    """Name in the settings → name at Synthetics."""

    def __init__(self, parent: Component, name: str, settings: Settings) -> None:
        self._parent, self._name, self._settings = parent, name, settings
        self._naming = Naming.of(settings)
        self.dashboard_names = {"all": self._board("board", None)}
        for epic in epics(settings):
            self.dashboard_names[f"epic-{epic}"] = self._board(f"board-epic-{epic}", epic)
        self.canary_names = self._canaries() if settings.observability.canaries else {}

    def _board(self, suffix: str, epic: int | None) -> pulumi.Output[str]:
        settings = self._settings
        return Dashboard(
            f"{self._name}-{suffix}",
            {
                "region": settings.home_region,
                "name": self._naming.dashboard(settings.scope, epic),
                "body": spanning_board(settings) if epic is None else epic_board(settings, epic),
            },
            self._parent.child(),
        ).name

    def _canaries(self) -> dict[str, pulumi.Output[str]]:
        settings, naming, region = self._settings, self._naming, self._settings.witness_region
        keys = Keys(
            f"{self._name}-keys-{WITNESS}",
            {
                "region": region,
                "account_id": settings.account_id,
                "aliases": {use: naming.key_alias(WITNESS, use) for use in ("alerts", "canaries")},
                "protection": settings.protection == "on",
                "tags": tags(settings),
            },
            self._parent.child(),
        )
        made = Canaries(
            f"{self._name}-canaries",
            {
                "region": region,
                "account_id": settings.account_id,
                "url": f"https://{naming.edge_host}",
                "journeys": {
                    each.name: {
                        "name": naming.canary(each.name),
                        "minutes": each.minutes,
                        "steps": [step.model_dump(exclude_none=True) for step in each.steps],
                        "tags": {**tags(settings), "epic": str(each.epic) if each.epic else "shared"},
                    }
                    for each in settings.observability.canaries
                },
                "bucket": naming.bucket(WITNESS, "canaries"),
                "log_bucket": naming.bucket(WITNESS, ACCESS_LOGS),
                "log_days": settings.object_store.access_log_days,
                "runtime": settings.observability.canary_runtime,
                "role": naming.role(settings.scope, "canaries"),
                "key_arn": keys.arns["canaries"],
                "protection": settings.protection == "on",
                # Synthetic data only: what a canary sends and keeps is nobody's.
                "tags": {**tags(settings), "data-classification": "internal"},
            },
            self._parent.child(),
        )
        self._alarms(keys)
        return made.names

    def _alarms(self, keys: Keys) -> None:
        """In the witness region, with topics of their own: an alarm reaches only topics of its region."""
        settings, seen = self._settings, self._settings.observability
        topics = notifications(
            self._parent, f"{self._name}-{WITNESS}", settings, keys.arns["alerts"], (WITNESS, settings.witness_region)
        )
        found: dict[str, Alarm] = {}
        for each in seen.canaries:
            name = self._naming.canary(each.name)
            found |= canary.alarms(each.name, name, each.minutes, seen.objectives.latency_seconds, len(each.steps))
        Alarms(
            f"{self._name}-alarms-canaries",
            {
                "region": settings.witness_region,
                "alarms": found,
                "topic_arns": topics.topic_arns,
                "runbooks": seen.runbooks,
                "tags": tags(settings),
            },
            self._parent.child(),
        )
