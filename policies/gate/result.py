"""What a run of the gate found, as a value that every output renders. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from policies.enforcement import Enforcement
from policies.evaluate import Finding
from policies.gate.waivers import Fault, Waiver
from policies.rule import Severity

Status = Literal["fail", "unknown", "waived", "pass", "error"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Judged:
    """One finding in its stack, after waivers and enforcement."""

    finding: Finding
    stack: str
    status: Status
    enforcement: Enforcement
    waiver: Waiver | None = None
    new: bool = True
    """False: it was there at the ref that the run is compared with."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same finding in another run."""
        return self.stack, self.finding.rule.id, self.finding.resource.urn

    @property
    def order(self) -> tuple[int, int, str, str, str]:
        """The gravest first."""
        status = ("error", "fail", "unknown", "waived", "pass").index(self.status)
        severity = SEVERITIES.index(self.finding.rule.severity)
        return status, severity, self.finding.rule.id, self.stack, self.finding.resource.urn

    @property
    def where(self) -> str:
        location = self.finding.resource.location
        return f"{location.file}:{location.line}" if location else ""

    def document(self) -> dict[str, Any]:
        """For `--output json`."""
        rule, resource = self.finding.rule, self.finding.resource
        location = resource.location
        return {
            "rule": rule.id,
            "pack": rule.pack,
            "severity": rule.severity,
            "level": rule.level,
            "enforcement": self.enforcement,
            "verdict": self.status,
            "stack": self.stack,
            "resource": {"urn": resource.urn, "type": resource.type, "name": resource.name},
            "message": self.finding.message,
            "property": self.finding.path,
            "fix": rule.fix.text,
            "citations": list(rule.citations),
            "also_cited": list(rule.also_cited),
            "location": {"file": location.file, "line": location.line} if location else None,
            "waiver": self.waiver.model_dump(mode="json") if self.waiver else None,
        }


@dataclass(frozen=True)
class Coverage:
    """How much of the program the rules look at."""

    resources: int
    unknown_types: Mapping[str, int] = field(default_factory=dict)
    """Types that no rule knows → how many resources."""

    def __str__(self) -> str:
        count = sum(self.unknown_types.values())
        if not count:
            return f"all {self.resources} resources are of types that some rule knows"
        resources = "1 resource" if count == 1 else f"{count} resources"
        types = "1 type has" if len(self.unknown_types) == 1 else f"{len(self.unknown_types)} types have"
        return f"{resources} of {types} no rule"


@dataclass(frozen=True)
class Result:
    """A whole run."""

    judged: tuple[Judged, ...]
    """All of them, passes too, the gravest first."""
    faults: tuple[Fault, ...]
    coverage: Coverage
    rules: int
    stacks: tuple[str, ...]
    fail_on: Severity | None = None
    """A severity that the caller gave: this and graver ones stop, whatever their enforcement."""
    base: str | None = None
    fixed: tuple[Judged, ...] = ()
    """With `base`: findings that were there and are gone."""

    def of(self, *statuses: Status) -> list[Judged]:
        return [item for item in self.judged if item.status in statuses]

    @property
    def shown(self) -> list[Judged]:
        """What is to be acted on, or to be seen: no passes, and with `base` only what is new."""
        return [item for item in self.judged if item.status != "pass" and (self.base is None or item.new)]

    def stops(self, item: Judged) -> bool:
        """Whether this one stops the change."""
        if item.status in ("pass", "waived") or (self.base is not None and not item.new):
            return False
        if item.status == "unknown" and not item.finding.rule.unknown_blocks:
            return False
        if self.fail_on is not None:
            return SEVERITIES.index(item.finding.rule.severity) <= SEVERITIES.index(self.fail_on)
        return item.enforcement == "mandatory"

    @property
    def errors(self) -> list[Judged]:
        return self.of("error")

    @property
    def blocking(self) -> list[Judged]:
        return [item for item in self.judged if item.status != "error" and self.stops(item)]

    @property
    def code(self) -> int:
        """0 clean, 5 violations, 255 a rule raised: that is no verdict."""
        if self.errors:
            return 255
        return 5 if self.blocking or self.faults else 0

    def summary(self) -> dict[str, Any]:
        counts = Counter(item.status for item in self.judged)
        return {
            "stacks": list(self.stacks),
            "rules": self.rules,
            "resources": self.coverage.resources,
            "fail": counts["fail"],
            "unknown": counts["unknown"],
            "waived": counts["waived"],
            "pass": counts["pass"],
            "error": counts["error"],
            "blocking": len(self.blocking),
            "faulty_waivers": [str(fault) for fault in self.faults],
            "without_rule": dict(self.coverage.unknown_types),
            "base": self.base,
            "fixed": len(self.fixed),
        }
