"""Both sites and the edge as a picture in the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.status import Seen, SiteSeen

WIDTH = 36


def draw(seen: "Seen") -> str:
    """Two boxes below the edge; plain text, so that it can be pasted into an incident channel."""
    record = (
        f"record: {seen.record.active}, epoch {seen.record.epoch}"
        if seen.record
        else "record: unknown (no replica answers)"
    )
    note = "" if seen.active == seen.intent else f"   (the checkout still names {seen.intent})"
    if seen.order:
        edge = f"edge: {' → '.join(seen.order.pools)}, fallback {seen.order.fallback}"
    else:
        edge = "edge: unknown (its API does not answer, or `global` is not applied)"
    boxes = [_box(seen, site) for site in seen.sites]
    height = max(len(box) for box in boxes)
    for box in boxes:
        box.extend([" " * WIDTH] * (height - len(box)))
    top = "┌" + "─" * WIDTH + "┐"
    bottom = "└" + "─" * WIDTH + "┘"
    rows = ["   ".join(f"│{box[index]}│" for box in boxes) for index in range(height)]
    gap = "   "
    return "\n".join(
        [
            f"{seen.application}, {seen.environment}",
            edge,
            record + note,
            gap.join([top] * len(boxes)),
            *rows,
            gap.join([bottom] * len(boxes)),
        ]
    )


def _box(seen: "Seen", site: "SiteSeen") -> list[str]:
    role = "ACTIVE" if site.site == seen.active else "standby"
    lines = [
        f"{site.site} ({site.region})  {role}",
        f"may write: {_word(site.lease_valid, 'yes, its lease is valid', 'no')}",
        f"database: {_word(site.writer, 'writer', 'reader')}{_lag(site)}",
        f"edge pool: {_word(site.pool_enabled, 'open', 'closed')}",
    ]
    if site.services is None:
        lines.append("services: unknown (no answer)")
    else:
        lines.extend(f"{item.name:<12} {item.running} of {item.desired} running" for item in site.services)
    return [f" {line}"[:WIDTH].ljust(WIDTH) for line in lines]


def _word(value: bool | None, yes: str, no: str) -> str:
    return "unknown" if value is None else yes if value else no


def _lag(site: "SiteSeen") -> str:
    return "" if site.lag_seconds is None else f", {site.lag_seconds:.1f} s behind"
