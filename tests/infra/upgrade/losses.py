"""What an `up` of today's program would delete or replace in an estate that an earlier one made."""

from collections.abc import Mapping

from tests.infra.upgrade.seen import Seen


def losses(before: Seen, now: Seen, aliases: Mapping[str, str]) -> list[str]:
    """One line for each resource that is gone, and for each whose change replaces it; a new one is no loss."""
    found = []
    for urn, old in before.items():
        here = now.get(aliases.get(urn, urn))
        if here is None:
            found.append(f"deleted: {urn}: give the new one an alias, or keep the name")
            continue
        changed = sorted(name for name in old.keys() | here.keys() if old.get(name) != here.get(name))
        if changed:
            found.append(f"replaced: {urn}: {', '.join(changed)} cannot change in place")
    return sorted(found)
