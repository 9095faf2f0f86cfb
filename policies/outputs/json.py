"""For programs."""

import json

from policies.gate.result import Result


def render(result: Result, *, show_passes: bool = False) -> str:
    shown = [*result.shown, *(result.of("pass") if show_passes else [])]
    return json.dumps(
        {
            "summary": result.summary(),
            "findings": [item.document() for item in shown],
            "fixed": [item.document() for item in result.fixed],
        },
        indent=2,
    )
