"""DNS records about mail: what a zone publishes at a name, and whether it sends mail at all."""

import re
from collections.abc import Callable

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet
from model.view import View
from policies.case import Case, Check
from policies.edge import RECORD, ZONE, place, published
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail


def txt(name: Callable[[str, str], bool], begins: str, check: Callable[[str], str]) -> Check:
    """Of a record: it is a TXT at the name, begins so, and `check` of its content has nothing to say against it.

    `name` is asked with the record's name and the zone's, which is "" where it is not known.
    """

    def holds(case: Case) -> Verdict:
        kind, at, content = case.at("type"), case.at("name"), case.at("content")
        if kind is UNKNOWN or at is UNKNOWN or content is UNKNOWN:
            raise UnknownMet("content")
        zone = _zone(case.view, case.resource)
        if str(kind).strip().upper() != "TXT" or not name(str(at).strip().lower().rstrip("."), zone):
            return NOT_APPLICABLE
        text = unquoted(str(content))
        if not text.lower().startswith(begins):
            return NOT_APPLICABLE
        wrong = check(text)
        return fail(wrong, "content") if wrong else PASS

    return holds


def unquoted(content: str) -> str:
    """A TXT's text: quotes away, and its pieces joined."""
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', content)
    return ("".join(pieces) if pieces else content).strip()


def _zone(view: View, record: Resource) -> str:
    here = place(view, record)
    names = [zone.at("name") for zone in view.of(ZONE) if place(view, zone).same(here)]
    if any(name is UNKNOWN for name in names):
        raise UnknownMet("name")
    return next((name.strip().lower() for name in names if isinstance(name, str)), "")


def apex(name: str, zone: str) -> bool:
    """The zone itself; where its name is not known, whatever begins with no underscore may be it."""
    return name in ("@", zone) if zone else not name.startswith("_")


def below(label: str) -> Callable[[str, str], bool]:
    """A name with the label in it, such as `_dmarc` or `_domainkey`."""
    return lambda name, _zone: label in name.split(".")


def senders(view: View) -> list[tuple[Resource, bool]]:
    """Records by which a zone sends or takes mail, and whether that is certain."""
    found = [(record, _sends(record)) for record in view.of(RECORD)]
    return [(record, answer is True) for record, answer in found if answer is not False]


def zones_with_mail_or_hosts(view: View) -> list[tuple[Resource, bool]]:
    """What is published in a zone, and its mail: a host that sends no mail is forged as readily."""
    return [*published(view), *senders(view)]


def _sends(record: Resource) -> bool | None:
    """An MX that leads somewhere, or an SPF that lets somebody send."""
    kind, content = record.at("type"), record.at("content")
    if kind is UNKNOWN:
        return None
    named = str(kind).strip().upper()
    if named not in ("MX", "TXT"):
        return False
    if content is UNKNOWN:
        return True if named == "MX" else None
    text = unquoted(str(content)).lower()
    if named == "MX":
        return text not in (".", "")  # a dot is the null MX: no mail here
    return text.startswith("v=spf1") and len(text.split()) > 2
