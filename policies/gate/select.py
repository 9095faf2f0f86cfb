"""Which rules a run asks."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from model.problems import InputError
from policies.discovery import PACKS, rules
from policies.rule import Rule


def select(
    packs: Iterable[str] | None = None, ids: Iterable[str] | None = None, severities: Iterable[str] | None = None
) -> Sequence[Rule]:
    """Rules of these packs, ids and severities; None is no limit. Raises InputError for a pack or rule that is none."""
    packs, severities = list(packs or ()), list(severities or ())
    for pack in packs:
        if pack not in PACKS:
            raise InputError(f"{pack!r} is no policy pack: there are {', '.join(PACKS)}; name one of them")
    named = [one(name) for name in ids] if ids else list(rules())
    return [
        rule for rule in named if (not packs or rule.pack in packs) and (not severities or rule.severity in severities)
    ]


def one(name: str) -> Rule:
    """The rule of that id. Raises InputError."""
    known = {rule.id: rule for rule in rules()}
    if name not in known:
        close = get_close_matches(name, known, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "`lifeline gate rules` lists them"
        raise InputError(f"{name!r} is no rule: {hint}")
    return known[name]
