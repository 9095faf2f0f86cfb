"""The record of every call that reached the sandbox: who asked which region for what, and what came of it.

Tests assert on it ("no call touched us-east-1"), and `lifeline sandbox calls` shows it. It keeps names only, never
arguments of AWS calls: those hold passwords.
"""

import json
import threading
from array import array
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class CallLog:
    """An append-only file of JSON objects, one a line, addressed by index.

    Each object: `at` (ISO 8601, milliseconds, UTC), `caller`, `region`, `service`, `operation`,
    `outcome` ("ok", "refused", "lost" (carried out, the answer dropped) or "error:<Code>"), `status` (HTTP; 0 when
    there was no answer), `resource` (its name as
    far as the request tells, or null) and, only for provider calls, `arguments`.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._offsets = array("Q")
        self._file = path.open("a+b")
        self._index_existing()

    def record(
        self,
        *,
        caller: str,
        region: str,
        service: str,
        operation: str,
        outcome: str,
        status: int,
        resource: str | None = None,
        arguments: dict[str, Any] | None = None,
    ) -> None:
        """Append one call. `arguments` are for what carries no secret (a provider's region, a request's path)."""
        entry: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "caller": caller,
            "region": region,
            "service": service,
            "operation": operation,
            "outcome": outcome,
            "status": status,
            "resource": resource,
        }
        if arguments is not None:
            entry["arguments"] = arguments
        line = json.dumps(entry, separators=(",", ":"), default=str).encode() + b"\n"
        with self._lock:
            if self._file.closed:
                return  # a last request may end after the sandbox closed its log
            self._offsets.append(self._end)
            self._file.write(line)
            self._file.flush()
            self._end += len(line)

    def read(self, since: int = 0) -> list[dict[str, Any]]:
        """The calls from index `since` on, oldest first."""
        with self._lock:
            if since >= len(self._offsets):
                return []
            start, end = self._offsets[max(since, 0)], self._end
        with self._path.open("rb") as file:
            file.seek(start)
            return [json.loads(line) for line in file.read(end - start).splitlines()]

    def mark(self) -> int:
        """The index that the next call will get: pass it to `read` to see only what came after."""
        with self._lock:
            return len(self._offsets)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _index_existing(self) -> None:
        """Index what an earlier supervisor wrote; a line torn by its end is cut off."""
        self._file.seek(0)
        self._end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            self._offsets.append(self._end)
            self._end += len(line)
        self._file.truncate(self._end)
        self._file.seek(self._end)
