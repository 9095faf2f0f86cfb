"""Which AWS resource types take tags, as the provider's SDK has them (`taggable.txt`)."""

from functools import cache
from pathlib import Path

from model.types import canonical


def taggable(kind: str) -> bool:
    """Whether a type takes tags."""
    return kind in _kinds()


@cache
def _kinds() -> frozenset[str]:
    text = Path(__file__).with_name("taggable.txt").read_text(encoding="utf-8")
    return frozenset(canonical(token) for token in text.split())
