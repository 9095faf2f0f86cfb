"""Load: orders through the edge, each sent once, each counted by what came back.

An order is acknowledged when a 201 with its id in the body has arrived; only those can be lost later. Nothing is
retried: a second attempt would hide what a client saw.
"""

import http.client
import json
import os
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Acknowledgement:
    """`at`: seconds since the epoch, when the answer had arrived; `seconds`: how long it took."""

    at: float
    site: str
    seconds: float


@dataclass
class Result:
    """What came back.

    `refused`: the intake said that it wrote nothing, and why. `failed`: anything else, no answer included;
    whether such an order was written is not known.
    """

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    failed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Status, with the missing hop where the edge names one, or the kind of network error → how often."""
    acknowledgements: list[Acknowledgement] = field(default_factory=list)

    @property
    def latencies(self) -> list[float]:
        """Seconds of each acknowledged order, as they came."""
        return [acknowledgement.seconds for acknowledgement in self.acknowledgements]

    def percentile(self, share: float) -> float | None:
        """The latency, in seconds, that `share` (0 to 1) of the acknowledged orders stayed within; None without any."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    @property
    def by_site(self) -> dict[str, int]:
        return dict(Counter(acknowledgement.site for acknowledgement in self.acknowledgements))


class Load:
    """Orders on their way: `start`, then `stop` early or `wait` for all of them. `result` may be read meanwhile.

    `rate`: orders a second over all threads, None for as fast as they go; `count` None: until stopped. `acked`:
    the acknowledged ids, one a line, appended as they come, readable by its owner alone.
    """

    def __init__(
        self,
        edge_url: str,
        host: str,
        count: int | None,
        acked: Path,
        rate: float | None = None,
        threads: int = 4,
        path: str = "/orders",
        timeout: float = 10.0,
    ) -> None:
        split = urlsplit(edge_url)
        if split.scheme != "http" or not split.hostname:
            raise ValueError(f"load cannot be sent to {edge_url!r}: it is no http URL; give the sandbox's edge")
        self.result = Result()
        self._address = (split.hostname, split.port or 80)
        self._host = host
        self._count = count
        self._rate = rate
        self._path = path
        self._timeout = timeout
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._file = os.open(acked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(self._file, 0o600)
        self._threads = [threading.Thread(target=self._work, name=f"load-{n}", daemon=True) for n in range(threads)]
        self._began = 0.0

    def start(self) -> "Load":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> Result:
        """Send no more orders; waits for those under way."""
        self._stopped.set()
        return self.wait()

    def wait(self) -> Result:
        """Until all orders have been sent and answered."""
        for thread in self._threads:
            thread.join()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        return self.result

    def _work(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
        while self._turn():
            order_id = uuid.uuid4().hex
            began = time.monotonic()
            try:
                outcome, site = self._send(connection, order_id)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                outcome, site = type(error).__name__, None
            self._note(order_id, outcome, site, time.monotonic() - began)
        connection.close()

    def _turn(self) -> bool:
        """Wait for this thread's next order; False when there is none."""
        with self._lock:
            number = self.result.sent
            if self._stopped.is_set() or (self._count is not None and number >= self._count):
                return False
            self.result.sent += 1
        if self._rate is not None:
            due = self._began + number / self._rate
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                with self._lock:
                    self.result.sent -= 1
                return False
        return True

    def _send(self, connection: http.client.HTTPConnection, order_id: str) -> tuple[str, str | None]:
        """What came back, and the site where the order was acknowledged."""
        body = json.dumps({"order_id": order_id, "text": "acetaminophen 500 mg by mouth every 6 hours"})
        headers = {"Host": self._host, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        connection.request("POST", self._path, body, headers)
        response = connection.getresponse()
        answer = _document(response.read())
        if response.status == 201 and answer.get("order_id") == order_id:
            return "201", str(answer.get("site"))
        hop = response.headers.get("x-sandbox-missing")
        if response.status == 503 and hop is None and "reason" in answer and "written" not in answer:
            return "503 refused", None
        return f"{response.status} {hop}" if hop else str(response.status), None

    def _note(self, order_id: str, outcome: str, site: str | None, seconds: float) -> None:
        with self._lock:
            self.result.outcomes[outcome] += 1
            if site is not None:
                os.write(self._file, f"{order_id}\n".encode())
                self.result.acknowledged += 1
                self.result.acknowledgements.append(Acknowledgement(time.time(), site, seconds))
            elif outcome == "503 refused" or (outcome.startswith("4") and outcome.isdigit()):
                self.result.refused += 1
            else:
                self.result.failed += 1


def run(
    edge_url: str, host: str, count: int, rate: float | None, acked: Path, threads: int = 4, path: str = "/orders"
) -> Result:
    """Send `count` orders and wait for all answers; see Load."""
    return Load(edge_url, host, count, acked, rate, threads, path).start().wait()


def acknowledged_ids(acked: Path) -> list[str]:
    """The ids in a file that a load has written."""
    return acked.read_text().split()


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
