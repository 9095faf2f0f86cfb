"""All rules, looked at side by side; what fails to answer is unknown."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from operations.edge_api import EdgeError
from operations.recovery.preconditions import compute, database, decision, surroundings
from operations.recovery.preconditions.finding import Finding, Weight
from operations.recovery.preconditions.look import Look, Unknown
from operations.steps.retry import code, unanswered

Rule = Callable[[Look], Finding]

RULES: dict[str, tuple[Weight, Rule]] = {
    "record": ("absolute", decision.record),
    "lock": ("absolute", decision.lock),
    "intent": ("blocks", decision.intent),
    "single-writer": ("absolute", decision.single_writer),
    "target-database": ("blocks", database.target),
    "versions": ("blocks", database.versions),
    "replica-idle": ("blocks", database.idle),
    "replication": ("blocks", database.replication),
    "lag": ("blocks", database.lag),
    "primary": ("absolute", database.primary),
    "services": ("blocks", compute.services),
    "deployment": ("blocks", compute.deployment),
    "images": ("blocks", compute.images),
    "quota": ("advises", compute.quota),
    "credentials": ("blocks", surroundings.credentials),
    "clock": ("blocks", surroundings.clock),
    "certificate": ("blocks", surroundings.certificate),
    "edge": ("advises", surroundings.edge),
    "backup": ("advises", surroundings.backup),
}
"""Rule → what its verdict weighs where it could not be looked at, and the function that looks."""

SWITCHOVER_ONLY = frozenset({"primary"})
OF_THE_RECORD = frozenset({"record", "lock", "intent", "single-writer"})
"""What a promotion without the record cannot ask, and decides by two people and by isolating the old site."""


def overridable() -> list[str]:
    """Rules that a person may override, with a reason."""
    return sorted(name for name, (weight, _) in RULES.items() if weight == "blocks")


def judge(look: Look) -> tuple[Finding, ...]:
    """Every rule's finding, in the table's order. Raises nothing: what breaks is unknown."""
    left_out = (frozenset() if look.move.mode == "switchover" else SWITCHOVER_ONLY) | (
        OF_THE_RECORD if look.move.glass else frozenset()
    )
    chosen = {name: rule for name, rule in RULES.items() if name not in left_out}
    slow = _asked_first(look)
    with ThreadPoolExecutor(max_workers=len(chosen) + len(slow), thread_name_prefix="rule") as pool:
        for question in slow:
            pool.submit(question)
        asked = {name: pool.submit(_ask, name, weight, rule, look) for name, (weight, rule) in chosen.items()}
        return tuple(future.result() for future in asked.values())


def _asked_first(look: Look) -> list[Callable[[], object]]:
    """What takes longest, or what several rules need: on its way before the first rule comes to it."""
    return [
        lambda: look.probe(look.move.origin),
        lambda: look.probe(look.move.target),
        lambda: look.global_cluster,
        lambda: look.services,
    ]


def _ask(name: str, weight: Weight, rule: Rule, look: Look, last: bool = False) -> Finding:
    """Asked once more where nobody answered: one call that is lost must not stand in the way of a promotion."""
    try:
        return rule(look)
    except Unknown as unknown:
        return Finding(name, "unknown", str(unknown), weight)
    except Exception as error:  # noqa: BLE001  # whatever broke, the rule was not looked at
        if not last and unanswered(error):
            return _ask(name, weight, rule, look, last=True)
        said = str(error) if isinstance(error, EdgeError) else code(error) or type(error).__name__
        return Finding(name, "unknown", f"it could not be looked at: {said}", weight)
