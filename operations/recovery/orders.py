"""Acknowledged orders and what became of them, by id: asked by digest, so that no identifier leaves this machine."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BATCH = 4000
"""Digests in one request to a warden."""

Missing = Callable[[Sequence[str]], frozenset[str] | None]
"""Which of the digests no row has; None where nobody answers."""


@dataclass(frozen=True)
class Orders:
    """`acknowledged` ids were given; `lost` of them are not there, of `unknown` nobody could tell."""

    acknowledged: int
    lost: int
    unknown: int
    lost_ids: tuple[str, ...] = field(default=(), repr=False)
    """Identifiers: they go into a protected file and nowhere else."""

    @property
    def digest(self) -> str:
        """Of the lost ids, to tell two lists apart without showing either."""
        return hashlib.sha256("\n".join(sorted(self.lost_ids)).encode()).hexdigest()


def read_ids(path: Path) -> list[str]:
    """Ids of acknowledged orders, one a line, each once. Raises ValueError where the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"the orders in {path} cannot be counted: {reason}; give a file of ids, one a line") from None
    return list(dict.fromkeys(text.split()))


def account(ids: Sequence[str], missing: Missing) -> Orders:
    """Ask for all of them, in batches."""
    lost: list[str] = []
    unknown = 0
    for batch in _batches(ids):
        by_digest = {hashlib.sha256(order.encode()).hexdigest(): order for order in batch}
        gone = missing(list(by_digest))
        if gone is None:
            unknown += len(batch)
        else:
            lost += [order for digest, order in by_digest.items() if digest in gone]
    return Orders(len(ids), len(lost), unknown, tuple(lost))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
