"""A user's journey through the service, request by request: what a CloudWatch Synthetics canary runs.

Told by its environment: CANARY_NAME, CANARY_URL (the edge), CANARY_STEPS (JSON: method, path, body, status, contains).
`{run}` in a path, body or `contains` is a name of this run, so that what one step submits another reads back. What is
submitted is marked twice, by the header X-Lifeline-Canary and by its name; `docs/workload.md` says what a service does
with it.
Fails with the first step that does not give what it should. It logs paths and statuses, never a body.
"""

import json
import os
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

STEP_SECONDS = 10


class JourneyFailed(Exception):
    """A step did not give what it should."""


def handler(event: object, context: object) -> str:  # noqa: ARG001 - Lambda's own signature
    """Synthetics calls this; an exception is a failed run."""
    name, url = os.environ["CANARY_NAME"], os.environ["CANARY_URL"]
    run = f"canary-{name}-{uuid.uuid4()}"
    for number, step in enumerate(json.loads(os.environ["CANARY_STEPS"]), start=1):
        seconds = take(url, name, _of_run(step, run), number)
        print(json.dumps({"canary": name, "step": number, "path": step["path"], "seconds": round(seconds, 3)}))
    return "passed"


def _of_run(step: dict[str, Any], run: str) -> dict[str, Any]:
    return {key: value.replace("{run}", run) if isinstance(value, str) else value for key, value in step.items()}


def take(url: str, name: str, step: dict[str, Any], number: int) -> float:
    """One step. Returns how long it took, in seconds. Raises JourneyFailed."""
    what = f"step {number}, {step['method']} {step['path']}"
    body = step.get("body")
    request = urllib.request.Request(  # noqa: S310 - the address is the stack's own
        url.rstrip("/") + step["path"],
        method=step["method"],
        data=None if body is None else body.encode(),
        headers={
            "User-Agent": "lifeline-canary",
            # Whoever counts orders can tell these from a patient's.
            "X-Lifeline-Canary": name,
            "Content-Type": "application/json",
            "Idempotency-Key": f"canary-{uuid.uuid4()}",
            # For a rehearsal, where the edge answers at an address of this machine.
            **({"Host": os.environ["CANARY_HOST"]} if os.environ.get("CANARY_HOST") else {}),
        },
    )
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=STEP_SECONDS) as answer:  # noqa: S310 - as above
            status, text = answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode(errors="replace")
    except OSError as error:
        raise JourneyFailed(f"{what}: no answer ({type(error).__name__})") from None
    if status != step["status"]:
        raise JourneyFailed(f"{what}: answered {status} instead of {step['status']}")
    wanted = step.get("contains")
    if wanted and wanted not in text:
        raise JourneyFailed(f"{what}: the answer lacks {wanted!r}")
    return time.monotonic() - began
