"""The operator's side of the break-glass: let the active site write while no replica of the control table answers.

The warden's mailbox is in that table, so the request goes another way: a parameter in the site's own region, which
the warden reads only while it gets no answer from the table, and honours once.
"""

import json
from datetime import UTC, datetime

from operations import clients
from operations.outcomes import Refused
from operations.record.record import RecordUnreachable
from operations.record.store import RecordStore
from operations.topology import Topology


def refuse(topology: Topology, active: str, site: str, people: tuple[str, str]) -> None:
    """Raise Refused unless this is the active site, two people decided, and the table is out everywhere.

    `active` is the site that the checkout names: with the table out, it is all that is left to ask.
    """
    if site not in topology.sites:
        raise Refused(f"{site!r} is no site: one of {', '.join(topology.sites)}")
    if site != active:
        raise Refused(f"{site} stands by: the checkout names {active} as active, and only the active site may go on")
    first, second = (person.strip() for person in people)
    if not first or not second or first.lower() == second.lower():
        raise Refused("this takes two people: name the other one with --second-person")
    table = topology.one("control_table").id
    store = RecordStore(table, topology.application, topology.control_regions, topology.founder, clients.aws)
    try:
        record = store.read()
    except RecordUnreachable:
        return
    raise Refused(
        f"a replica of the control table answers ({record.active} is active, epoch {record.epoch}): "
        "the warden renews the lease by itself"
    )


def extend_lease(
    topology: Topology, active: str, site: str, minutes: int, reason: str, people: tuple[str, str]
) -> None:
    """Leave the extension for the site's warden. Raises Refused, and botocore's errors where the region is out."""
    refuse(topology, active, site, people)
    if not reason.strip():
        raise Refused("an extension needs a reason: it goes into the site's audit table")
    parameter = topology.one("lease_extension", site)
    extension = {
        "minutes": minutes,
        "by": list(people),
        "reason": reason,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    clients.aws("ssm", parameter.region).put_parameter(
        Name=parameter.id, Value=json.dumps(extension), Type="String", Overwrite=True
    )
