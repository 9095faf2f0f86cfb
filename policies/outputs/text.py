"""For a terminal: what stops first, each with its place and its remedy."""

from policies.gate.result import Judged, Result

WORDS = {"error": "ERROR", "fail": "FAIL", "unknown": "UNKNOWN", "waived": "waived", "pass": "pass"}


def render(result: Result, *, show_passes: bool = False) -> str:
    passes = [f"pass     {item.finding.rule.id}  {_subject(item)}" for item in result.of("pass")] if show_passes else []
    return "\n".join([*findings(result), *passes, *_summary(result)])


def findings(result: Result) -> list[str]:
    """What is to be acted on, and nothing about what is not."""
    lines = [line for item in result.shown for line in _finding(result, item)]
    return [*lines, *(f"WAIVER   {fault}" for fault in result.faults)]


def _finding(result: Result, item: Judged) -> list[str]:
    rule = item.finding.rule
    word = WORDS[item.status] + ("" if result.stops(item) or item.status in ("waived", "error") else " (advice)")
    lines = [f"{word}  {rule.severity}  {rule.id}  {_subject(item)}"]
    if item.where:
        lines.append(f"    at   {item.where}")
    lines.append(f"    what {item.finding.message or rule.what}")
    if item.waiver:
        lines.append(f"    waived until {item.waiver.expires} by {item.waiver.owner}, {item.waiver.ticket}")
    elif item.status != "error":
        lines.append(f"    fix  {rule.fix.text}")
    return lines


def _subject(item: Judged) -> str:
    resource = item.finding.resource
    return f"{item.stack}: {resource.name} ({resource.type})"


def _summary(result: Result) -> list[str]:
    counts = result.summary()
    parts = [f"{counts[status]} {status}" for status in ("error", "fail", "unknown", "waived", "pass")]
    lines = [f"{', '.join(parts)}: {counts['rules']} rules over {', '.join(result.stacks)}"]
    lines.append(str(result.coverage))
    if result.base:
        new = sum(item.status in ("fail", "unknown") for item in result.shown)
        lines.append(
            f"against {result.base}: {new} new, {len(result.fixed)} fixed; only what is new is shown and stops"
        )
    stops = len(result.blocking) + len(result.faults)
    if result.errors:
        lines.append(f"{len(result.errors)} verdicts are missing, because a rule raised: this is a fault of the gate")
    elif stops:
        faults = f", and waivers: {len(result.faults)}" if result.faults else ""
        lines.append(f"stopped: findings to be mended: {len(result.blocking)}{faults}")
    else:
        lines.append("nothing stops this change")
    return lines
