"""Where reports are kept: beside the journals, `.lifeline/promotions/`, readable by their owner only."""

import json
from pathlib import Path

from pydantic import ValidationError

from operations.recovery import protected_file
from operations.recovery.orders import Orders
from operations.recovery.report import UNKNOWN, Report
from operations.recovery.report_text import markdown

FOLDER = Path(".lifeline") / "promotions"
_SUFFIX = ".report.json"


def keep(root: Path, report: Report, orders: Orders | None) -> Path:
    """Write the report as JSON and Markdown, and the lost ids, where there are any, into a file of their own.

    Returns the JSON file's path.
    """
    base = root / FOLDER / report.promotion
    path = base.with_name(base.name + _SUFFIX)
    protected_file.write(path, json.dumps(report.document(), indent=2) + "\n")
    protected_file.write(base.with_name(base.name + ".report.md"), markdown(report))
    if orders is not None and orders.lost_ids:
        protected_file.write(base.with_name(base.name + ".lost-orders.txt"), "\n".join(orders.lost_ids) + "\n")
    return path


def read(path: Path) -> Report:
    """Raises ValueError where it is no report."""
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.error_count()} fields are wrong"
        raise ValueError(f"{path} is no report of a promotion: {reason}; `lifeline report` lists those here") from None


def of(root: Path, promotion: str) -> Report | None:
    """The report of a promotion as it was written last; None where there is none here."""
    path = root / FOLDER / f"{promotion}{_SUFFIX}"
    return read(path) if path.is_file() else None


def kept(root: Path) -> list[Path]:
    """All reports here, the oldest first."""
    return sorted((root / FOLDER).glob(f"*{_SUFFIX}"), key=lambda path: (path.stat().st_mtime, path.name))


def complete(root: Path, site: str, rows: int) -> Path | None:
    """Put the number of rows that only `site` had into the newest report of a promotion away from it.

    None where there is none here, or its rows are known already.
    """
    for path in reversed(kept(root)):
        report = read(path)
        store = report.rpo.get("database")
        if report.origin != site or store is None:
            continue
        if store.rows != UNKNOWN:
            return None
        note = f"{store.note}; rows compared when {site} rejoined"
        rpo = {**report.rpo, "database": store.model_copy(update={"rows": rows, "note": note})}
        return keep(root, report.model_copy(update={"rpo": rpo}), None)
    return None
