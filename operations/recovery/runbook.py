"""This promotion's runbook: what each step is for, and the commands by which a person does the same."""

from collections.abc import Iterator, Sequence

from operations.recovery.plan import Plan
from operations.recovery.preconditions.finding import Finding
from operations.recovery.steps.edge_commands import preamble
from operations.steps.step import Step


def markdown(plan: Plan, findings: Sequence[Finding]) -> str:
    """The whole page."""
    return "\n".join(_lines(plan, findings)) + "\n"


def _lines(plan: Plan, findings: Sequence[Finding]) -> Iterator[str]:
    move = plan.move
    topology = move.topology
    seconds, way = plan.graph.critical()
    what = f"{topology.application} ({topology.environment})"
    yield f"# {move.mode.capitalize()} of {what}: {move.origin} → {move.target}"
    yield ""
    yield f"Plan `{plan.hash}`, starting from epoch {move.before.epoch} with {move.before.active} active."
    yield f"Expected: {seconds:.0f} s along {' → '.join(way)}."
    yield ""
    if move.mode == "failover":
        yield "**What has not replicated is lost.** Nothing here is sent again by itself."
    else:
        yield "A switchover gives nothing up; it needs both sites."
    yield ""
    yield from _preconditions(findings)
    yield "## What the static check says"
    yield ""
    yield from plan.proof.lines()
    yield ""
    yield "## Doing it by hand"
    yield ""
    yield (
        "Each step can be done by its commands, in this order; the tool then agrees: "
        f"`lifeline promote --to {move.target} --resume`. They need `aws`, `curl`, `jq` and the same credentials."
    )
    yield ""
    yield "```sh"
    yield preamble(move)
    yield "```"
    for number, step in enumerate(plan.graph, start=1):
        yield from _step(number, step)


def _preconditions(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## Before the first change"
    yield ""
    yield "| rule | verdict | seen |"
    yield "|---|---|---|"
    for item in findings:
        weight = (
            "" if item.weight == "blocks" else f" ({'only advises' if item.weight == 'advises' else 'no override'})"
        )
        yield f"| {item.rule}{weight} | {item.verdict} | {item.text.replace('|', '/')} |"
    yield ""


def _step(number: int, step: Step) -> Iterator[str]:
    yield ""
    yield f"### {number}. {step.id}: {step.title}"
    yield ""
    yield step.runbook
    yield ""
    after = ", ".join(step.after) or "nothing"
    kind = [
        word
        for word, holds in (
            ("the rest goes on without it", step.optional),
            ("may be skipped", step.skippable),
            ("less may be accepted", step.degradable),
        )
        if holds
    ]
    yield (
        f"After: {after}. Usually {step.expected:.0f} s, at most {step.timeout:.0f} s. {'; '.join(kind)}".rstrip() + "."
    )
    commands = step.commands()
    if commands:
        yield ""
        yield "```sh"
        for command in commands:
            if command.why:
                yield f"# {command.why}"
            yield command.text
        yield "```"
    calls = ", ".join(f"`{call.key}`" + ("" if call.required else " (not required)") for call in step.calls)
    yield ""
    yield f"Calls: {calls or 'none'}"
