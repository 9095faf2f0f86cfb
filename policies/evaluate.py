"""Rules over a view: pure, and the same in every engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from model.resource import Change, Resource
from model.types import PROVIDER, STACK
from model.view import View
from policies.asking import ask
from policies.case import Case
from policies.rule import ANY, Rule


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the rules are meant for one stack; the same for every engine."""

    environment: str = "production"
    account: bool = False
    """Whether this stack declares what an account has once: turns on the rules of that scope."""
    recommended: bool = True
    """Whether rules of the level "recommended" are asked."""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rule → parameter → value; what is not there has its default."""

    def of(self, rule: Rule) -> Mapping[str, Any]:
        own = self.values.get(rule.id)
        return {**rule.defaults, **own} if own else rule.defaults


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one resource. There is none where the rule does not apply."""

    rule: Rule
    resource: Resource
    outcome: Literal["pass", "fail", "unknown", "error"]
    """"error": the rule itself raised; that is a fault of the gate and never a pass."""
    message: str = ""
    path: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it counts against a change, before severities and waivers are looked at."""
        return self.outcome in ("fail", "error") or (self.outcome == "unknown" and self.rule.unknown_blocks)


def evaluate(view: View, rules: Iterable[Rule], parameters: Parameters | None = None) -> list[Finding]:
    """Every verdict but "not applicable", in the order of rules and resources."""
    parameters = parameters or Parameters()
    found: list[Finding] = []
    for rule in rules:
        if not asked(rule, parameters) or (rule.scope == "plan" and view.changes is None):
            continue
        values = parameters.of(rule)
        for resource, change in subjects(rule, view):
            finding = one(rule, Case(resource, view, values, parameters.environment, change))
            if finding is not None:
                found.append(finding)
    return found


def asked(rule: Rule, parameters: Parameters) -> bool:
    """Whether the rule is switched on."""
    if rule.level == "recommended" and not parameters.recommended:
        return False
    return rule.scope != "account" or parameters.account


def subjects(rule: Rule, view: View) -> Iterator[tuple[Resource, Change | None]]:
    """What a rule is asked about; where it is of the scope "plan", with what the engine intends."""
    if rule.once:
        yield view.root or Resource(f"urn:pulumi:{view.stack}::", STACK, view.stack, {}, custom=False), None
    elif rule.scope == "plan":
        for change in view.changes or ():
            if change.resource.custom and (ANY in rule.types or change.resource.kind in rule.types):
                yield change.resource, change
    elif ANY in rule.types:
        for resource in view.resources:
            managed = resource.custom and not resource.external
            if managed and not resource.kind.startswith(PROVIDER) and resource.kind != STACK:
                yield resource, None
    else:
        for resource in view.of(*rule.types):
            if not resource.external:
                yield resource, None


def one(rule: Rule, case: Case) -> Finding | None:
    """What a rule says of one case; None where it does not apply."""
    try:
        verdict = ask(rule.check, case)
    except Exception as error:  # noqa: BLE001  # whatever a rule raises is the gate's error, with the rule's name
        said = f"the rule {rule.id} raised {type(error).__name__}: {error}"
        return Finding(rule, case.resource, "error", said)
    if verdict.outcome == "not_applicable":
        return None
    return Finding(rule, case.resource, verdict.outcome, verdict.message, verdict.path)
