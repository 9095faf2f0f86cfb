"""Rows on their way through a message: JSON, compressed."""

import json
import zlib
from collections.abc import Sequence
from typing import Any


def packed(rows: Sequence[str]) -> bytes:
    """Rows, each a JSON object as text, for `unpacked`."""
    return zlib.compress(f"[{','.join(rows)}]".encode())


def unpacked(content: bytes) -> list[dict[str, Any]]:
    """The rows again. Raises ValueError where the content is something else."""
    try:
        found = json.loads(zlib.decompress(content))
    except zlib.error:
        raise ValueError("these are no packed rows: ask again") from None
    if not isinstance(found, list):
        raise ValueError("these are no packed rows: ask again")  # noqa: TRY004 - it is the content that is wrong
    return found
