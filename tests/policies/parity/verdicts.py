"""What each form's judge said, held side by side."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.resource import Resource
from model.values import has_unknown
from model.view import View
from policies.evaluate import Finding
from policies.gate.judge import looks_at
from policies.rule import Rule

Verdicts = dict[tuple[str, str], str]
"""(rule, URN) → pass, fail, unknown or error. What is not there is silence: a pass in the engine, or not applicable."""
SILENCE = "-"


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that says unknown of one resource in one form, and something certain in another."""

    form: str
    rule: str
    kind: str
    urn: str
    elsewhere: frozenset[str]

    @property
    def line(self) -> str:
        """What a line of the reviewed list is about."""
        return f"{self.form} {self.rule} {self.kind}"


def of_findings(found: Iterable[Finding]) -> Verdicts:
    return {(item.rule.id, item.resource.urn): item.outcome for item in found}


def of_diagnostics(said: Iterable[Any]) -> Verdicts:
    """Of the engine's protocol, in which only what is not right is said."""
    return {(item.policyName, item.urn): of_message(item.message) for item in said}


def of_message(text: str) -> str:
    if re.search(r"\bthe rule [\w-]+ raised\b", text):
        return "error"
    return "unknown" if "cannot be told yet:" in text else "fail"


def contradictions(said: Mapping[str, Verdicts]) -> list[str]:
    """Where one form says that it fails and another that it does not; and every error."""
    found = []
    for key in _keys(said):
        by_form = {form: verdicts.get(key, SILENCE) for form, verdicts in said.items()}
        outcomes = set(by_form.values())
        if "error" in outcomes or ("fail" in outcomes and outcomes & {"pass", SILENCE}):
            found.append(f"{' '.join(key)}: {by_form}")
    return found


def differences(said: Mapping[str, Verdicts]) -> Iterator[Difference]:
    """Where a form cannot tell what another one can."""
    for key in _keys(said):
        by_form = {form: verdicts.get(key, SILENCE) for form, verdicts in said.items()}
        certain = frozenset(by_form.values()) - {"unknown"}
        for form, outcome in by_form.items():
            if outcome == "unknown" and certain:
                yield Difference(form, key[0], key[1].rsplit("::", 2)[-2].rsplit("$", 1)[-1], key[1], certain)


def has_reason(rule: Rule, urn: str, view: View) -> bool:
    """Whether something is unknown in what the rule looks at: the form's own input, not the way that it was read."""
    return any(has_unknown(item.props) for item in _looked_at(rule, urn, view))


def _looked_at(rule: Rule, urn: str, view: View) -> Iterator[Resource]:
    own, kinds = view.get(urn), looks_at(rule)
    if own is not None:
        yield own
        provider = view.provider(own)
        if provider is not None:
            yield provider
    for item in view.resources:
        if item.kind in kinds:
            yield item


def _keys(said: Mapping[str, Verdicts]) -> list[tuple[str, str]]:
    return sorted({key for verdicts in said.values() for key in verdicts})
