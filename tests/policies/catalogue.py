"""The factual catalogue that the rules answer for: 341 checks of other tools, and proposals beside them."""

import json
from pathlib import Path
from typing import Any

ENTRIES: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads(Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8"))
}


def level(entry: dict[str, Any]) -> str:
    """ "recommended": what no source maps to HIPAA, and what is advice on cost."""
    own = entry["hipaa_basis"] == "own-proposal"
    return "recommended" if own or entry["condition"].startswith("advisory") else "required"
