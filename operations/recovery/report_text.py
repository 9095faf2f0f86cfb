"""A report for people, in Markdown. Pure."""

from collections.abc import Iterator, Mapping

from operations.recovery.report import UNKNOWN, Availability, Reason, Report, Step

SLOW = 1.5
"""A step that took this many times its expectation is pointed out."""


def markdown(report: Report) -> str:
    """The whole report."""
    return "\n".join([*_head(report), *_losses(report), *_fence(report), *_steps(report), *_consents(report), ""])


def _head(report: Report) -> Iterator[str]:
    yield f"# Promotion {report.promotion}: {report.outcome}"
    yield ""
    yield f"{report.mode}, from {report.origin} to {report.target}, epoch {report.epoch}, by {report.by}."
    since = "declared" if report.incident_declared else "not declared: counted from the command"
    yield f"Incident since {report.incident_start} ({since}); command begun {report.began}."
    if report.break_glass:
        yield from ("", f"# BREAK-GLASS: {report.break_glass}")
    if report.problem:
        yield from ("", f"**Problem:** {report.problem}")
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| RTO, to the first healthy verification | {_seconds(report.rto_seconds)} |"
    note = f" ({report.downtime_note})" if report.downtime_note else ""
    yield f"| downtime as users saw it at the edge | {_seconds(report.downtime_seconds)}{note} |"
    for objective in report.availability:
        yield f"| {_objective(objective)} |"


def _objective(objective: Availability) -> str:
    label = f"of {objective.objective_percent:g} % ({objective.minutes_a_year:g} minutes a year)"
    if isinstance(objective.minutes_used, str) or isinstance(objective.share_used, str):
        return f"{label} | {UNKNOWN}"
    return f"{label} | {objective.minutes_used:g} minutes used, {objective.share_used:.1%} of the year's"


def _losses(report: Report) -> Iterator[str]:
    yield from ("", "## What was lost", "", "| store | seconds | at most | rows | |", "|---|---|---|---|---|")
    for name, store in report.rpo.items():
        bound = _seconds(store.at_most_seconds)
        yield f"| {name} | {_seconds(store.seconds)} | {bound} | {store.rows} | {store.note} |"
    if not report.rpo:
        yield f"| every | {UNKNOWN} | {UNKNOWN} | {UNKNOWN} | nothing was measured |"
    orders = report.orders
    yield ""
    if orders.acknowledged == UNKNOWN:
        yield "Orders: unknown, no ids of acknowledged ones were given (`--orders FILE`)."
    else:
        yield f"Orders: {orders.acknowledged} acknowledged, {orders.lost} of them lost, {orders.unknown} unknown."
    if orders.lost_digest and orders.lost:
        yield f"Digest of the lost ids: `{orders.lost_digest}`; the list is in a protected file beside this report."


def _fence(report: Report) -> Iterator[str]:
    yield from ("", "## Fence", "", f"The old site was fenced: {report.fence.how}, {_seconds(report.fence.seconds)}.")
    for site, events in report.fence.sites.items():
        yield f"- {site}: {_events(events)}"


def _events(events: object) -> str:
    if not isinstance(events, Mapping):
        return "unknown, its warden gave no answer"
    leases = events.get("leases") or ()
    revoked = [f"epoch {lease['epoch']} at {lease['revoked_at']}" for lease in leases if lease.get("revoked_at")]
    extended = [
        f"**{item['minutes']} minutes without the record** by {' and '.join(item['granted_by'])}: {item['reason']}"
        for item in events.get("extensions") or ()
    ]
    told = [
        f"{events.get('refused_writes', UNKNOWN)} writes refused since it was installed",
        f"revoked: {', '.join(revoked) or 'none'}",
        *(f"extended: {item}" for item in extended),
    ]
    return "; ".join(told)


def _steps(report: Report) -> Iterator[str]:
    yield from ("", "## Steps", "", "| step | state | took | expected | |", "|---|---|---|---|---|")
    for step in report.steps:
        times = f"{step.seconds:.1f} s | {step.expected_seconds:.1f} s"
        yield f"| {step.title} | {step.state} | {times} | {_remark(step)} |"


def _remark(step: Step) -> str:
    remarks = [step.note] if step.note else []
    if step.attempts > 1:
        remarks.append(f"begun {step.attempts} times")
    if step.state == "done" and step.seconds > step.expected_seconds * SLOW and step.seconds > 1:
        remarks.append("slower than expected")
    return "; ".join(remarks)


def _consents(report: Report) -> Iterator[str]:
    yield from _listed("Overridden rules", report.overrides)
    yield from _listed("Steps left out", report.skips)


def _listed(title: str, reasons: tuple[Reason, ...]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    for item in reasons:
        yield f"- {item.what}: {item.reason} ({item.by})"
    if not reasons:
        yield "None."


def _seconds(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f} s"
