"""Reading the JSON files that sources come in."""

import json
from pathlib import Path
from typing import Any

from model.problems import InputError

MEGABYTE = 1_000_000


def check_size(path: Path, most: int) -> int:
    """The megabytes of a file; 0 of what has no size, a pipe say. Raises InputError above `most` megabytes."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0  # whoever reads it says why it cannot be read
    if size > most * MEGABYTE:
        raise InputError(
            f"{path} cannot be judged: it has {size / MEGABYTE:,.1f} MB, more than the {most} MB that are read; "
            "allow more with --max-megabytes (judging takes some five times as much memory), or judge it in parts"
        )
    return size // MEGABYTE


def text_of(path: Path, how: str) -> str:
    """A file's text. `how` says how it is written again. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path} cannot be read: there is no such file; {how}") from None
    except IsADirectoryError:
        raise InputError(f"{path} cannot be read: it is a folder; {how}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read: it is no text in UTF-8; {how}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; {how}") from None
    if not text.strip():
        raise InputError(f"{path} cannot be judged: it is empty; {how}")
    return text


def document(path: Path, how: str) -> Any:
    """A file's JSON. Raises InputError."""
    return parsed(text_of(path, how), str(path), how)


def parsed(text: str, where: str, how: str) -> Any:
    """JSON in a text. Raises InputError."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} cannot be judged: it is no JSON (line {error.lineno}, column {error.colno}: {error.msg}); {how}"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(
            f"{where} cannot be judged: its JSON is nested too deeply or has numbers too long; {how}"
        ) from None
