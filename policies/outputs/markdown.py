"""A comment for a pull request: what is new and what is fixed, by severity, with the detail folded away."""

from collections import Counter
from html import escape

from policies.gate.result import SEVERITIES, Judged, Result

MARK = "<!-- lifeline-gate -->"
"""By which a workflow finds its own comment to write it again."""


def render(result: Result, *, show_passes: bool = False) -> str:
    counts = result.summary()
    open_ = [item for item in result.shown if item.status in ("error", "fail", "unknown")]
    stops = len(result.blocking) + len(result.faults) + len(result.errors)
    verdict = f"stopped: {stops} to mend" if stops else "nothing stops this change"
    lines = [MARK, f"### Policy gate: {verdict}", ""]
    new = "new" if result.base else "open"
    lines.append(
        f"{len(open_)} {new}, {len(result.fixed)} fixed, {counts['waived']} waived, {counts['pass']} passes of "
        f"{counts['rules']} rules over {', '.join(result.stacks)}. {result.coverage}."
    )
    if open_:
        lines += ["", *_table(open_), *(line for item in open_ for line in _detail(result, item))]
    if result.fixed:
        lines += ["", "**Fixed**", ""]
        lines += [f"- ~~`{item.finding.rule.id}`~~ {_text(item.finding.resource.name)}" for item in result.fixed]
    if result.faults:
        lines += ["", "**Waivers that do not hold**", ""]
        lines += [f"- {_text(str(fault))}" for fault in result.faults]
    waived = [item for item in result.shown if item.status == "waived"]
    if waived:
        lines += ["", f"<details><summary>{len(waived)} waived</summary>", ""]
        lines += [
            f"- `{item.finding.rule.id}` {_text(item.finding.resource.name)}: until {item.waiver.expires}, "
            f"{_text(item.waiver.owner)}, {_text(item.waiver.ticket)}"
            for item in waived
            if item.waiver
        ]
        lines += ["", "</details>"]
    if show_passes:
        lines += ["", f"<details><summary>{counts['pass']} passes</summary>", ""]
        lines += [f"- `{item.finding.rule.id}` {_text(item.finding.resource.name)}" for item in result.of("pass")]
        lines += ["", "</details>"]
    return "\n".join(lines)


def _table(items: list[Judged]) -> list[str]:
    counted = Counter((item.finding.rule.severity, item.status) for item in items)
    lines = ["| severity | fails | unknown | rule raised |", "|---|---:|---:|---:|"]
    for severity in SEVERITIES:
        row = [counted[severity, "fail"], counted[severity, "unknown"], counted[severity, "error"]]
        if any(row):
            lines.append(f"| {severity} | {row[0]} | {row[1]} | {row[2]} |")
    return lines


def _detail(result: Result, item: Judged) -> list[str]:
    rule, resource = item.finding.rule, item.finding.resource
    stops = "" if result.stops(item) or item.status == "error" else " (advice)"
    cited = f"Cited: {', '.join(rule.citations)}" if rule.citations else "Recommended; no source maps it to HIPAA"
    if rule.pack == "cost":
        cited = "Cost"
    return [
        "",
        f"<details><summary>{item.status}{stops}: <code>{rule.id}</code> "
        f"{_text(resource.name)} in {item.stack}</summary>",
        "",
        f"{_text(item.finding.message or rule.what)}",
        "",
        f"- **Why** {_text(rule.why)}",
        f"- **Fix** {_text(rule.fix.text)}",
        *([f"- **Where** `{item.where}`"] if item.where else []),
        f"- {cited}",
        "",
        "```python",
        rule.fix.python,
        "```",
        "",
        "</details>",
    ]


def _text(text: str) -> str:
    """A name or a message may hold anything: no markup of it reaches the page."""
    return escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
