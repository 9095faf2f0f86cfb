"""A rule: one object with all that is to be known about it. `docs/adding-a-rule.md` says how to write one."""

from dataclasses import dataclass
from typing import Any, Literal

from policies import citations
from policies.case import Case, Check
from policies.examples import Sample, example
from policies.verdict import Verdict

Pack = Literal["hipaa", "cost"]
Level = Literal["required", "recommended"]
Severity = Literal["critical", "high", "medium", "low"]
Scope = Literal["resource", "stack", "account", "plan"]
Kind = Literal["boolean", "integer", "number", "string", "array"]

ANY = "*"
"""In `types`: every resource that a provider manages."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a user may set for a rule. The default holds in every engine."""

    name: str
    """snake_case."""
    default: Any
    what: str
    """One sentence: what it changes."""
    kind: Kind
    """JSON schema's word; an array is one of texts."""
    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """As JSON schema."""
        found: dict[str, Any] = {"type": self.kind, "description": self.what, "default": self.default}
        if self.kind == "array":
            found["items"] = {"type": "string"}
        if self.minimum is not None:
            found["minimum"] = self.minimum
        if self.maximum is not None:
            found["maximum"] = self.maximum
        if self.one_of:
            found["enum"] = list(self.one_of)
        return found


@dataclass(frozen=True, slots=True)
class Fix:
    """How to mend it: a sentence, and the argument as it is written in Python and in YAML."""

    text: str
    python: str
    yaml: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """One thing that must hold, of every resource of `types` (or once a stack)."""

    id: str
    """The catalogue's id; also the anchor of its documentation."""
    pack: Pack
    severity: Severity
    types: tuple[str, ...]
    """Canonical type tokens, or (ANY,). Documentation only where `once` is set."""
    what: str
    """One sentence: what must hold."""
    why: str
    """One or two sentences: what happens otherwise."""
    fix: Fix
    check: Check
    passing: tuple[Sample, ...]
    failing: tuple[Sample, ...]
    scope: Scope = "resource"
    level: Level = "required"
    """"recommended" where no source maps it to HIPAA, or where it is advice on cost; can be switched off as a whole."""
    once: bool = False
    """True: asked once a stack, about the stack itself, whether or not it has resources of `types`."""
    across: bool = False
    """Asked over all stacks of an environment at once where several are seen: what it is about spans them."""
    unknown_blocks: bool = True
    """Whether the verdict "unknown" stops a change as a failure does."""
    parameters: tuple[Parameter, ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """HIPAA controls that the sources agree on; nothing for a recommended rule."""
        return citations.of(self.id).consensus

    @property
    def also_cited(self) -> tuple[str, ...]:
        """Controls that only some sources name."""
        return citations.of(self.id).others

    @property
    def sources(self) -> tuple[str, ...]:
        """The tools and packs that check the same."""
        return citations.of(self.id).sources

    @property
    def defaults(self) -> dict[str, Any]:
        return {parameter.name: parameter.default for parameter in self.parameters}


__all__ = ["ANY", "Case", "Check", "Fix", "Parameter", "Rule", "Sample", "Verdict", "example"]
