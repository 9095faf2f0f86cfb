"""The record, the lock, the checkout, and a second writer."""

from operations.recovery.preconditions.finding import Finding
from operations.recovery.preconditions.look import Look, Unknown

SLACK_SECONDS = 5.0


def record(look: Look) -> Finding:
    """It can be read, and the target is not active already."""
    found = look.record
    if found.active == look.move.target:
        text = f"{found.active} is the active site already (epoch {found.epoch})"
        return Finding("record", "fail", text, "absolute")
    if (found.active, found.epoch) != (look.move.before.active, look.move.before.epoch):
        return Finding("record", "fail", "it has moved since the plan was made: plan anew", "absolute")
    return Finding("record", "pass", f"{found.active} is active, epoch {found.epoch}", "absolute")


def lock(look: Look) -> Finding:
    """No other promotion is under way."""
    held = look.record.lock
    if held is None or held.promotion == look.move.promotion:
        return Finding("lock", "pass", "no other promotion is under way", "absolute")
    if held.promotion == look.taken_over:
        return Finding("lock", "pass", f"{held.holder}'s, of {held.promotion}, will be taken over", "absolute")
    text = (
        f"{held.holder} holds it since {held.since} for promotion {held.promotion}; go on with that one by --resume, "
        "or take over what was abandoned by --take-over-lock --reason TEXT"
    )
    return Finding("lock", "fail", text, "absolute")


def intent(look: Look) -> Finding:
    """The checkout agrees with the record about who is active: a stale one has stale capacities too."""
    if look.intent is None:
        return Finding("intent", "pass", "a topology file has no intent")
    active = look.record.active
    if look.intent == active:
        return Finding("intent", "pass", f"checkout and record name {active}")
    text = (
        f"the checkout names {look.intent}, the record {active}: pull, or flip `lifeline:active` (lifeline reconcile)"
    )
    return Finding("intent", "fail", text)


def single_writer(look: Look) -> Finding:
    """No lease but the active site's, and that of ordinary length: an extension by break-glass outlives a fence."""
    move = look.move
    text, certain = [], True
    for site in (move.target, move.origin):
        try:
            seen = look.probe(site)
        except Unknown:
            # A site that is gone is what the fence waits for; the target's silence is another rule's.
            certain = False
            continue
        remaining, holder = seen.get("remaining"), seen.get("holder")
        left = remaining if isinstance(remaining, (int, float)) else 0.0
        if site == move.target and holder == move.target and left > 0 and seen.get("writer") is True:
            text.append(f"{site} holds a valid lease while the record names {look.record.active}")
        if left > move.topology.lease_seconds + SLACK_SECONDS:
            text.append(f"the lease of {holder} was extended without the record: {left:.0f} s are left")
    if text:
        return Finding("single-writer", "fail", f"{'; '.join(dict.fromkeys(text))}; wait until it is over", "absolute")
    seen_all = "no second lease, no extension" if certain else "none seen; a site that does not answer is waited out"
    return Finding("single-writer", "pass", seen_all, "absolute")
