"""The three stacks as the shipped settings declare them, and one whose settings use every option; run once."""

from functools import cache
from typing import Any

from infra.settings import ScaleOn, Schedule
from tests.infra.declared import Declared, run, shipped

SCOPES = ("global", "east", "west")


_runs: dict[str, Declared] = {}


def declared(scope: str, active: str = "east", **changes: Any) -> Declared:
    """What a stack declares while a site is active; equal settings are run once."""
    settings = shipped(scope, active={"production": active}, **changes)
    key = settings.model_dump_json()
    if key not in _runs:
        _runs[key] = run(settings)
    return _runs[key]


@cache
def everything() -> tuple[Declared, ...]:
    """Every stack, and a site in which a service also has a schedule and scales on requests."""
    settings = shipped("east")
    web = settings.services[0]
    night = Schedule(time_zone="America/New_York", down="22:00", up="06:30", floor=1)
    alone = {"calls": (), "sends_to": ()}
    busy = web.model_copy(update={**alone, "schedule": night, "scale_on": ScaleOn(cpu=60, requests=500)})
    special = run(settings.model_copy(update={"services": (busy,)}))
    return (*(declared(scope) for scope in SCOPES), special)
