"""The break-glass: a lease extended while no replica of the control table answers.

Two people leave a grant in an SSM parameter of the site's own region. If the site is not merely without the table but
cut off from the world, another site may be promoted meanwhile: this is the one way to two writers. So a grant is short,
fresh, honoured once, written down, and not even read while any replica answers.

A grant that `promotes` is left by a promotion that could not write the record: it makes this site the holder, under the
next epoch, once its database is the writer and shows no other lease that is valid.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.warden.database import Connection

LONGEST_MINUTES = 240
FRESH = timedelta(minutes=15)
_AHEAD = timedelta(minutes=2)
"""How far the operator's clock may be ahead."""


class GrantRefused(Exception):
    """The grant is not honoured; says why."""


@dataclass(frozen=True)
class Grant:
    """What two people agreed to. `token` tells this grant from every other."""

    minutes: int
    by: tuple[str, ...]
    reason: str
    at: datetime
    token: str
    promotes: bool = False


def read_grant(text: str, now: datetime) -> Grant:
    """The grant in the parameter: JSON `{minutes, by: [two people], reason, at}`. Raises GrantRefused."""
    try:
        given = json.loads(text)
        minutes, people, reason = given["minutes"], given["by"], given["reason"]
        at, promotes = datetime.fromisoformat(given["at"]), given.get("promotes", False)
    except (ValueError, KeyError, TypeError) as error:
        raise GrantRefused(
            f"the grant cannot be read: {type(error).__name__}; write it with `lifeline lease extend`"
        ) from None
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= LONGEST_MINUTES:
        raise GrantRefused(f"it must be for 1 to {LONGEST_MINUTES} whole minutes")
    if not isinstance(people, list) or not all(isinstance(person, str) for person in people):
        raise GrantRefused("`by` must be a list of two people")
    if len({person.strip().casefold() for person in people} - {""}) < 2:
        raise GrantRefused("it takes two different people")
    if not isinstance(reason, str) or not reason.strip():
        raise GrantRefused("it takes a reason")
    if not isinstance(promotes, bool):
        raise GrantRefused("`promotes` must be true or false")
    if at.tzinfo is None:
        raise GrantRefused("its time has no time zone")
    if not now - FRESH <= at <= now + _AHEAD:
        raise GrantRefused(
            f"it was given at {given['at']}, and only one of the last {FRESH.seconds // 60} minutes is honoured"
        )
    return Grant(minutes, tuple(people), reason.strip(), at, hashlib.sha256(text.encode()).hexdigest(), promotes)


def extend(connection: Connection, site: str, grant: Grant) -> bool:
    """Extends the site's lease, or takes it where the grant promotes the site, and writes that into the audit table.

    Both or neither; False when it did so before. Raises GrantRefused where a lease has to be respected: this site is
    not the last that held it, it was revoked, or another site's is not over yet.
    """
    function = "take_unread" if grant.promotes else "extend_unread"
    row = connection.execute(
        f"select lifeline.{function}(%s, %s, %s, %s, %s, %s)".encode(),
        (site, grant.token, grant.minutes, list(grant.by), grant.reason, grant.at),
    ).fetchone()
    outcome = row[0] if row else "unknown"
    if outcome in ("not the holder", "revoked"):
        raise GrantRefused(f"this site's lease cannot be extended: {outcome}")
    if outcome == "held":
        raise GrantRefused("this database still shows another site's lease to be valid: it is waited for")
    return outcome in ("extended", "taken")


class Extensions:
    """Looks for a grant; asked only while the record cannot be read."""

    def __init__(self, parameter: str, region: str, client_factory: Callable[[str, str], Any]) -> None:
        self._parameter = parameter
        self._region = region
        self._client_factory = client_factory
        self._client: Any = None

    def look(self) -> Grant | None:
        """The grant that lies there, or None. Raises GrantRefused, and botocore's errors when SSM is silent."""
        from botocore.exceptions import ClientError

        if self._client is None:
            self._client = self._client_factory("ssm", self._region)
        try:
            answer = self._client.get_parameter(Name=self._parameter, WithDecryption=True)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ParameterNotFound":
                return None
            raise
        return read_grant(str(answer["Parameter"]["Value"]), datetime.now(UTC))
