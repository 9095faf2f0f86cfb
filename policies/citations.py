"""Who says that a rule belongs to HIPAA: controls and tools by rule, as data (`citations.json`)."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Citations:
    """Of one rule."""

    consensus: tuple[str, ...] = ()
    """Controls that the sources agree on."""
    others: tuple[str, ...] = ()
    """Controls that some name."""
    sources: tuple[str, ...] = ()
    """Checks in other tools that are about the same."""


NONE = Citations()


def of(rule: str) -> Citations:
    """Of a rule by its id; empty where no source maps it."""
    return _all().get(rule, NONE)


@cache
def _all() -> dict[str, Citations]:
    document = json.loads(Path(__file__).with_name("citations.json").read_text(encoding="utf-8"))
    return {
        rule: Citations(tuple(entry["consensus"]), tuple(entry["others"]), tuple(entry["sources"]))
        for rule, entry in document.items()
    }
