"""Annotations of a GitHub workflow: one line a finding, shown at its line of the pull request."""

from policies.gate.result import Result


def render(result: Result, *, show_passes: bool = False) -> str:
    lines = []
    for item in result.shown:
        rule, resource = item.finding.rule, item.finding.resource
        level = "notice" if item.status == "waived" else "error" if result.stops(item) else "warning"
        if item.status == "error":
            level = "error"
        place = f"file={_property(resource.location.file)},line={resource.location.line}," if resource.location else ""
        message = f"{item.stack}: {resource.name}: {item.finding.message or rule.what} Fix: {rule.fix.text}"
        lines.append(f"::{level} {place}title={_property(f'{rule.id} ({rule.severity})')}::{_data(message)}")
    lines.extend(f"::error title=waiver::{_data(str(fault))}" for fault in result.faults)
    if show_passes:
        lines.extend(f"::debug::{_data(f'{item.finding.rule.id} {item.identity}')}" for item in result.of("pass"))
    lines.append(f"::notice title=coverage::{_data(str(result.coverage))}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
