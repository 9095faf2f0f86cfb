"""The static check: no required call of a plan needs the lost region. It speaks of declared calls alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.recovery.residence import regions
from operations.steps.call import COMMAND, Call
from operations.steps.graph import Graph


@dataclass(frozen=True)
class Finding:
    """One declared call of one step, and whether the loss of the region leaves it standing."""

    step: str
    call: Call
    needs: tuple[str, ...]
    holds: bool


@dataclass(frozen=True)
class Proof:
    """What follows for a whole plan. `lost`: the region that is taken to be gone; None in a switchover."""

    lost: str | None
    findings: tuple[Finding, ...]
    silent: tuple[str, ...]
    """Steps of your own that declare no call: of them it says nothing."""

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.holds)

    def lines(self) -> Iterator[str]:
        """For a person: what was looked at, what follows, and of what it says nothing."""
        required = [finding for finding in self.findings if finding.call.required]
        if self.lost is None:
            yield f"A switchover needs both regions: {len(required)} required calls are declared, none was ruled out."
            return
        yield (
            f"With {self.lost} gone: {len(required)} required calls are declared, "
            f"{len(self.broken)} of them need {self.lost} or a control plane that lives there."
        )
        for finding in self.broken:
            yield f"  {finding.step}: {finding.call.key} needs {', '.join(finding.needs)}"
        spared = sum(self.lost in finding.needs for finding in self.findings if not finding.call.required)
        if spared:
            yield f"  {spared} more may go there, and the steps do their work without an answer."
        for step in self.silent:
            yield f"  {step} is your own and declares no call: nothing is said of it."


def prove(graph: Graph, lost: str | None) -> Proof:
    """Look at every declared call of every step."""
    findings = []
    silent = []
    for step in graph:
        foreign = [call for call in step.calls if call.service != COMMAND]
        if len(foreign) < len(step.calls) and not foreign:
            silent.append(step.id)
        for call in foreign:
            needs = regions(call)
            findings.append(Finding(step.id, call, needs, not call.required or lost is None or lost not in needs))
    return Proof(lost, tuple(findings), tuple(silent))
