"""What a journal says of a promotion that was done without the record. Pure."""

from operations.recovery.move import BreakGlass
from operations.steps.past import Past


def decision(story: Past) -> BreakGlass | None:
    """Who decided, and why; None for a promotion by the record."""
    given = story.header.get("unrecorded")
    people = given.get("by") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(people, list):
        return None
    first, second = (str(person) for person in people)
    return BreakGlass((first, second), str(given.get("reason")))


def told(story: Past) -> str:
    """One loud sentence for the report; empty for a promotion by the record."""
    decided = decision(story)
    if decided is None:
        return ""
    repaired = story.notes.get("repaired")
    epoch = repaired.get("epoch") if isinstance(repaired, dict) else None
    now = "THE RECORD IS NOT REPAIRED YET" if epoch is None else f"the record was repaired, at epoch {epoch}"
    return f"promoted without the control record, decided by {' and '.join(decided.people)}: {decided.reason}; {now}"


def epoch(story: Past) -> int | None:
    """The promotion's own; without the record the one that it was repaired to, or else of the lease that was taken."""
    for given in (story.header, story.notes.get("repaired"), story.notes.get("writable")):
        found = given.get("epoch") if isinstance(given, dict) else None
        if isinstance(found, int):
            return found
    return None
