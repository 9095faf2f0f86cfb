"""Orders that only a lost site had, as a file that a person reviews before anything is sent again."""

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from operations.recovery import protected_file

Decision = Literal["undecided", "replay", "discard"]
SYNTHETIC = "canary-"
"""How identifiers of synthetic orders begin: docs/workload.md."""
FOLDER = Path(".lifeline") / "rescued"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Order(_Part):
    """One row of the application's table, whole. The reviewer sets `decision`."""

    decision: Decision = "undecided"
    row: dict[str, Any]

    @classmethod
    def found(cls, row: dict[str, Any], column: str) -> "Order":
        """What was found by its identifier in `column`; a canary's is nobody's, and nothing to decide."""
        synthetic = str(row.get(column, "")).startswith(SYNTHETIC)
        return cls(decision="discard" if synthetic else "undecided", row=row)


class Rescued(_Part):
    """The file. It holds PHI: it is readable by its owner only and belongs into no repository."""

    format: Literal["lifeline/rescued-orders/1"] = "lifeline/rescued-orders/1"
    application: str
    site: str
    snapshot: str
    table: str
    column: str
    found_at: str
    """ISO 8601, UTC."""
    compared: int
    """Rows of the old volume that were compared with the site that serves."""
    reviewed_by: str = ""
    """The reviewer puts a name here: without it nothing is replayed."""
    orders: list[Order]

    def digest(self, order: Order) -> str:
        """Of its identifier: what reports and logs may show."""
        return hashlib.sha256(str(order.row[self.column]).encode()).hexdigest()

    def count(self, decision: Decision) -> int:
        return sum(order.decision == decision for order in self.orders)


def path_for(root: Path, snapshot: str) -> Path:
    """Where the orders of a snapshot are kept."""
    return root / FOLDER / f"{snapshot.rpartition(':')[2]}.json"


def write(path: Path, rescued: Rescued) -> None:
    """For its owner only."""
    protected_file.write(path, rescued.model_dump_json(indent=2) + "\n")


def read(path: Path) -> Rescued:
    """Raises ValueError, without quoting anything of it, where it is no such file."""
    try:
        found = Rescued.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        places = ", ".join(sorted({".".join(map(str, item["loc"])) or "the file" for item in error.errors()})[:5])
        raise ValueError(f"{path} is no file of rescued orders: {places}; decisions are replay or discard") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"{path} cannot be read: {reason}; give the file that `lifeline rejoin` wrote") from None
    if any(found.column not in order.row for order in found.orders):
        raise ValueError(f"{path} has orders without {found.column}: take the file that `lifeline rejoin` wrote")
    return found
