"""Cloudflare: records that keep others from sending mail in a zone's name."""

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.edge import BALANCER, RECORD, ZONE, in_zones_of
from policies.examples import Given, example, ref
from policies.mail_records import apex, below, senders, txt, unquoted, zones_with_mail_or_hosts
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail

_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": "example.com"})
_MX = Given(RECORD, "mx", {"zoneId": "a-zone", "type": "MX", "name": "example.com", "content": "mail.example.net"})


def _txt(name: str, content: str, zone: object = "a-zone") -> Given:
    return Given(RECORD, "txt", {"zoneId": zone, "type": "TXT", "name": name, "content": content})


def _yaml(name: str, content: str) -> str:
    return (
        "type: cloudflare:DnsRecord\nproperties:\n  zoneId: ${zone.id}\n"
        f"  name: {name}\n  type: TXT\n  ttl: 3600\n  content: '\"{content}\"'"
    )


def _python(name: str, content: str) -> str:
    text = f"'\"{content}\"'"
    return f'cloudflare.DnsRecord("mail", zone_id=zone_id, name="{name}", type="TXT", ttl=3600, content={text})'


def _refuses_others(text: str) -> str:
    last = text.lower().split()[-1]
    return "" if last == "-all" else f"content ends with {last[:40]}; it has to end with -all"


_NULL_SPF = "v=spf1 -all"

SPF = Rule(
    id="cf-spf",
    pack="hipaa",
    severity="low",
    scope="stack",
    level="recommended",
    once=True,
    types=(RECORD,),
    what="Every zone that publishes something says who may send mail in its name, and refuses the rest.",
    why="A clinic's name is what makes a patient open a forged message.",
    fix=Fix(
        "Declare a TXT record v=spf1 for the zone's apex that ends with -all; without senders where it sends no mail.",
        python=_python("example.com", _NULL_SPF),
        yaml=_yaml("example.com", _NULL_SPF),
    ),
    check=in_zones_of(
        zones_with_mail_or_hosts,
        RECORD,
        lambda _published: txt(apex, "v=spf1", _refuses_others),
        "TXT record v=spf1 … -all for its apex",
    ),
    passing=(
        example(_EDGE, _txt("example.com", _NULL_SPF)),
        example(_EDGE, _txt("@", '"v=spf1 include:_spf.example.net -all"')),
        example(_EDGE, _MX, _txt("example.com", '"v=spf1 ip4:192.0.2.0/24 " "-ALL"'), note="a text in two pieces"),
        example(Given(ZONE, "zone", {"name": "example.com"}), _txt("example.com", "v=spf1 mx -all", zone=ref("zone"))),
        example(Given(RECORD, "www", {"zoneId": "a-zone", "type": "A", "name": "www", "proxied": False})),
    ),
    failing=(
        example(_EDGE),
        example(_EDGE, _txt("example.com", "v=spf1 include:_spf.example.net ~all")),
        example(_EDGE, _txt("example.com", "v=spf1 +all")),
        example(_EDGE, _txt("example.com", "v=spf1")),
        example(_EDGE, _txt("_spf.example.com", _NULL_SPF), note="no name that mail comes from"),
        example(_EDGE, _txt("example.com", _NULL_SPF, zone="another-zone")),
        example(_MX),
        example(
            Given(ZONE, "zone", {"name": "example.com"}), _txt("lab.example.com", "v=spf1 mx -all", zone=ref("zone"))
        ),
    ),
)


def _dkim(case: Case) -> Verdict:
    """A key below `_domainkey`: a TXT with one, or a CNAME to where the mail service keeps it."""
    kind, name, content = case.at("type"), case.at("name"), case.at("content")
    if kind is UNKNOWN or name is UNKNOWN:
        raise UnknownMet("name")
    if "_domainkey" not in str(name).strip().lower().split("."):
        return NOT_APPLICABLE
    if str(kind).strip().upper() == "CNAME":
        return PASS
    if str(kind).strip().upper() != "TXT":
        return NOT_APPLICABLE
    if content is UNKNOWN:
        return PASS if case.fed("content") else _unknown()
    tags = [part.strip() for part in unquoted(str(content)).split(";")]
    keys = [tag.partition("=")[2].strip() for tag in tags if tag.lower().startswith("p=")]
    return PASS if any(keys) else fail("content has no key: p= is empty or missing", "content")


def _unknown() -> Verdict:
    raise UnknownMet("content")


_KEY = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
_DKIM_NAME = "s1._domainkey.example.com"

DKIM = Rule(
    id="cf-dkim",
    pack="hipaa",
    severity="low",
    scope="stack",
    level="recommended",
    once=True,
    types=(RECORD,),
    what="A zone that sends mail publishes the key that its messages are signed with.",
    why="A message without a signature cannot be told from a forged one, and DMARC has nothing to go by.",
    fix=Fix(
        "Declare the record below _domainkey that the mail service names.",
        python=_python(_DKIM_NAME, "v=DKIM1; k=rsa; p=MIIB"),
        yaml=_yaml(_DKIM_NAME, "v=DKIM1; k=rsa; p=MIIB"),
    ),
    check=in_zones_of(senders, RECORD, lambda _published: _dkim, "record with a key below _domainkey"),
    passing=(
        example(_MX, _txt(_DKIM_NAME, _KEY)),
        example(_MX, _txt("s1._domainkey", '"v=DKIM1; k=rsa; p=MIIB" "IjAN"')),
        example(
            _MX,
            Given(
                RECORD,
                "ses",
                {"zoneId": "a-zone", "type": "CNAME", "name": _DKIM_NAME, "content": "x.dkim.amazonses.com"},
            ),
        ),
        example(_EDGE, note="no mail is sent"),
        example(Given(RECORD, "mx", {**_MX.props, "content": "."}), note="the null MX"),
    ),
    failing=(
        example(_MX),
        example(_txt("example.com", "v=spf1 include:_spf.example.net -all")),
        example(_MX, _txt(_DKIM_NAME, "v=DKIM1; p="), note="a key that is taken back"),
        example(_MX, _txt("example.com", _KEY)),
        example(_MX, _txt(_DKIM_NAME, _KEY, zone="another-zone")),
    ),
)


def _enforces(text: str) -> str:
    tags = dict(part.strip().lower().split("=", 1) for part in text.split(";") if "=" in part)
    policy = tags.get("p", "").strip()
    if policy not in ("quarantine", "reject"):
        return f"content has p={policy[:20] or 'nothing'}; it has to be quarantine or reject"
    return "content has pct=0, so it applies to no message" if tags.get("pct", "").strip() == "0" else ""


_REJECT = "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"

DMARC = Rule(
    id="cf-dmarc",
    pack="hipaa",
    severity="low",
    scope="stack",
    level="recommended",
    once=True,
    types=(RECORD,),
    what="Every zone that publishes something has mail refused that only claims to come from it.",
    why="SPF and DKIM say who may send; only DMARC tells the receiver what to do with the rest.",
    fix=Fix(
        "Declare a TXT record _dmarc with p=reject or p=quarantine.",
        python=_python("_dmarc.example.com", _REJECT),
        yaml=_yaml("_dmarc.example.com", _REJECT),
    ),
    check=in_zones_of(
        zones_with_mail_or_hosts,
        RECORD,
        lambda _published: txt(below("_dmarc"), "v=dmarc1", _enforces),
        "TXT record _dmarc with p=quarantine or p=reject",
    ),
    passing=(
        example(_EDGE, _txt("_dmarc.example.com", _REJECT)),
        example(_EDGE, _txt("_dmarc", '"v=DMARC1;p=Quarantine;pct=100"')),
        example(_MX, _txt("_dmarc.example.com", "v=DMARC1; p=quarantine; sp=none")),
        example(Given(RECORD, "www", {"zoneId": "a-zone", "type": "A", "name": "www", "proxied": False})),
    ),
    failing=(
        example(_EDGE),
        example(_EDGE, _txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:dmarc@example.com")),
        example(_EDGE, _txt("_dmarc.example.com", "v=DMARC1; sp=reject")),
        example(_EDGE, _txt("_dmarc.example.com", "v=DMARC1; p=reject; pct=0")),
        example(_EDGE, _txt("example.com", _REJECT), note="not at _dmarc"),
        example(_EDGE, _txt("_dmarc.example.com", _REJECT, zone="another-zone")),
    ),
)
