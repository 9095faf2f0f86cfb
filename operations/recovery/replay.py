"""Sending reviewed orders again, through the edge like any client: each under its own idempotency key, never by itself.

What was sent is written down beside the file, by digest, so that a replay that was interrupted goes on; and the
intake answers a key that it has seen with the order that it has, so that twice is once.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.settings.orders import OrderSettings
from operations.outcomes import Refused, Stopped
from operations.recovery import protected_file, rescued
from operations.recovery.rescued import Order, Rescued
from operations.recovery.users import Answer

Send = Callable[[str, dict[str, str], dict[str, Any]], Answer]
"""Path, headers, body → what the edge answered to one POST."""
OUTCOMES = {201: "taken", 200: "there already", 409: "conflict"}


@dataclass(frozen=True)
class Replayed:
    """How many of each outcome, this time; `earlier`: done by an earlier replay."""

    outcomes: Counter[str] = field(default_factory=Counter)
    earlier: int = 0
    discarded: int = 0


def reviewed(path: Path) -> Rescued:
    """The file, once somebody has decided on every order of it. Raises Refused with what is still to do."""
    found = rescued.read(path)
    if undecided := found.count("undecided"):
        raise Refused(
            f"{undecided} of {len(found.orders)} orders are undecided: set `decision` of each to replay or discard in "
            f"{path}; an order that is sent twice is harm, so nothing is replayed before a person has looked"
        )
    if not found.reviewed_by.strip():
        raise Refused(f"nobody has signed the review: put a name into `reviewed_by` in {path}")
    return found


def replay(path: Path, found: Rescued, settings: OrderSettings, send: Send, by: str) -> Replayed:
    """Send what is to be replayed.

    Raises Refused before the first where one lacks its key, Stopped where an answer leaves open what became of one.
    """
    wanted = [order for order in found.orders if order.decision == "replay"]
    requests = [_request(order, settings, path) for order in wanted]
    log = path.with_name(f"{path.name}.replayed.jsonl")
    done = _done(log)
    outcomes: Counter[str] = Counter()
    for order, (headers, body) in zip(wanted, requests, strict=True):
        digest = found.digest(order)
        if digest in done:
            continue
        answer = send(settings.path, headers, body)
        outcome = OUTCOMES.get(answer.status, "unknown")
        entry = {"order": digest, "outcome": outcome, "status": answer.status, "at": datetime.now(UTC).isoformat()}
        protected_file.append(log, json.dumps({**entry, "by": by, "reviewed_by": found.reviewed_by}))
        if outcome == "unknown":
            raise Stopped(
                f"{sum(outcomes.values())} orders were sent; the next was answered {answer.status or 'by nobody'}, so "
                "what became of it is not known. Its key makes a repetition safe. When the service answers, go on "
                f"with: lifeline replay {path}"
            )
        outcomes[outcome] += 1
    return Replayed(outcomes, len(done), found.count("discard"))


def _request(order: Order, settings: OrderSettings, path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    lacking = [name for name in (settings.key_column, *settings.fields) if order.row.get(name) in (None, "")]
    if lacking:
        raise Refused(
            f"an order in {path} has no {', '.join(lacking)}: without its own key a replay could order twice; see "
            "`recovery.orders` in the settings"
        )
    headers = {"Idempotency-Key": str(order.row[settings.key_column])}
    return headers, {name: order.row[name] for name in settings.fields}


def _done(log: Path) -> set[str]:
    """Digests of orders whose end is known."""
    if not log.is_file():
        return set()
    entries = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue  # torn by a crash: its order is sent again, under the same key
    return {entry["order"] for entry in entries if entry["outcome"] in OUTCOMES.values()}
