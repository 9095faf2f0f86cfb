"""What a move lost in each store, in seconds and rows: measured where it can be, "unknown" where it cannot. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from operations.record.heartbeats import Heartbeat

Mode = Literal["failover", "switchover"]


@dataclass(frozen=True)
class StoreLoss:
    """`seconds` that the store fell back by, `rows` that went with them; None: not known, and `why` says so.

    `at_most_seconds`: a bound that holds whatever the old site did unseen; None where there is none.
    """

    seconds: float | None = None
    rows: int | None = None
    at_most_seconds: float | None = None
    why: str = ""


def of_database(written: Heartbeat | None, arrived: datetime | None, mode: Mode, hold_seconds: float) -> StoreLoss:
    """The last heartbeat that the old site published against the newest of it that the new one has.

    Both are times of one clock, that of the old site's database. `hold_seconds`: the lease and the bound on one
    transaction together, for which the old site may have gone on after its last sign.
    """
    if written is None:
        return StoreLoss(why="the old site never published a heartbeat")
    if arrived is None:
        return StoreLoss(why="the new site's database has no heartbeat of the old one, or does not tell")
    gap = max(0.0, (written.beat_at - arrived).total_seconds())
    if mode == "switchover":
        rows = 0 if gap == 0 else None
        return StoreLoss(round(gap, 3), rows, round(gap, 3), "switched over: everything was sent before it")
    return StoreLoss(
        round(gap, 3),
        None,
        round(gap + written.every + hold_seconds, 3),
        "rows are known once the old volume was compared: `lifeline rejoin`; heartbeats are "
        f"{written.every:g} s apart, and the old site may have written until its lease was over",
    )
