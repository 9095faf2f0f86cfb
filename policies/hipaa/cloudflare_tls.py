"""Cloudflare: ciphers and certificates of the edge."""

import re

from model.values import UNKNOWN, UnknownMet, items
from policies.case import Case
from policies.edge import BALANCER, RECORD, ZONE, place, published
from policies.edge_rulesets import NOWHERE, host
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import any_of, one_of, true, when

SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
UNIVERSAL = "cloudflare:index/universalSslSetting:UniversalSslSetting"
PACK = "cloudflare:index/certificatePack:CertificatePack"
CUSTOM = "cloudflare:index/customSsl:CustomSsl"
TOTAL = "cloudflare:index/totalTls:TotalTls"

_AEAD = re.compile(r"gcm|chacha20|ccm", re.IGNORECASE)


def _aead(case: Case) -> Verdict:
    """Each suite is one that encrypts and authenticates in one step. An empty list is Cloudflare's default one."""
    value = case.at("value")
    if value is UNKNOWN:
        raise UnknownMet("value")
    suites = [part for item in items(value) for part in re.split(r"[\s,:;]+", _text(item)) if part]
    if not suites:
        return NOT_APPLICABLE
    weak = [suite for suite in suites if not _AEAD.search(suite)]
    return fail(f"value allows {', '.join(weak[:3])}, which is no AEAD suite", "value") if weak else PASS


def _text(item: object) -> str:
    if item is UNKNOWN:
        raise UnknownMet("value")
    return str(item)


_GOOD = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "AEAD-AES256-GCM-SHA384"]

CIPHERS = Rule(
    id="cf-ciphers",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(SETTING,),
    what="A list of ciphers for the edge holds AEAD suites only.",
    why="Suites that encrypt and authenticate apart (CBC with HMAC) have been broken again and again.",
    fix=Fix(
        "Let the setting ciphers name suites with GCM or CHACHA20 only.",
        python='setting_id="ciphers", value=["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]',
        yaml="settingId: ciphers\nvalue: [ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256]",
    ),
    check=when(one_of("settingId", "ciphers"), _aead),
    passing=(
        {"settingId": "ciphers", "value": _GOOD},
        {"settingId": "ciphers", "value": "ecdhe-rsa-aes256-gcm-sha384"},
        {"settingId": "ciphers", "value": []},
        {"settingId": "min_tls_version", "value": "1.2"},
    ),
    failing=(
        {"settingId": "ciphers", "value": [*_GOOD, "ECDHE-RSA-AES128-SHA"]},
        {"settingId": "ciphers", "value": ["AES256-SHA256"]},
        {"settingId": "ciphers", "value": "DES-CBC3-SHA"},
        {"settingId": "ciphers", "value": "ECDHE-RSA-AES128-GCM-SHA256,AES128-SHA"},
    ),
)


def _own_certificate(case: Case) -> Verdict:
    """A certificate of one's own is declared in the zone."""
    here, maybe = place(case.view, case.resource), False
    for one in case.view.of(PACK, CUSTOM):
        same = place(case.view, one).same(here)
        if same:
            return PASS
        maybe = maybe or same is None
    if maybe:
        return unknown("whether a certificate is declared in its zone is not known yet")
    return fail("no CertificatePack or CustomSsl is declared in its zone")


UNIVERSAL_SSL = Rule(
    id="cf-universal-ssl",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(UNIVERSAL,),
    what="The edge has a certificate: Cloudflare's universal one, or one that is declared.",
    why="Without a certificate the zone's hosts cannot be reached over TLS at all.",
    fix=Fix("Set enabled, or declare a CertificatePack for the zone.", python="enabled=True", yaml="enabled: true"),
    check=any_of(true("enabled"), _own_certificate),
    passing=(
        {"zoneId": "a-zone", "enabled": True},
        example(
            Given(UNIVERSAL, "universal", {"zoneId": "a-zone", "enabled": False}),
            Given(PACK, "pack", {"zoneId": "a-zone", "type": "advanced"}),
        ),
        example(
            Given(ZONE, "zone", {"name": "example.com"}),
            Given(UNIVERSAL, "universal", {"zoneId": ref("zone"), "enabled": False}),
            Given(CUSTOM, "own", {"zoneId": ref("zone"), "certificate": "PEM"}),
        ),
    ),
    failing=(
        {"zoneId": "a-zone", "enabled": False},
        {"zoneId": "a-zone"},
        example(
            Given(UNIVERSAL, "universal", {"zoneId": "a-zone", "enabled": False}),
            Given(PACK, "pack", {"zoneId": "another-zone", "type": "advanced"}),
        ),
    ),
)


def _deep_hosts_proxied(case: Case) -> Verdict:
    """Some host two or more steps below the zone is proxied, and no certificate pack names it."""
    here, unclear = place(case.view, case.resource), False
    zones = [zone.at("name") for zone in case.view.of(ZONE) if place(case.view, zone).same(here)]
    for one, certain in published(case.view):
        same = place(case.view, one).same(here)
        if one.kind == ZONE or same is False:
            continue
        name = one.at("name")
        if same is None or name is UNKNOWN or any(zone is UNKNOWN for zone in zones):
            unclear = True
            continue
        found = host(case.view, one)
        if (
            found
            and found != NOWHERE
            and _deep(found, str(zones[0]).lower() if zones else "")
            and not _named(case, found)
        ):
            if certain:
                return PASS
            unclear = True
    return unknown("whether deep hosts are proxied is not known yet") if unclear else fail("no deep host is proxied")


def _deep(name: str, zone: str) -> bool:
    """`a.b.example.com` in `example.com`; without the zone's name `example.co.uk` is taken for one, too."""
    labels = name.split(".")
    own = (
        len(zone.split(".")) if zone else 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    )
    return len(labels) > own + 1


def _named(case: Case, name: str) -> bool:
    """A certificate pack is for the host, or for all of its level."""
    wanted = {name, f"*.{name.partition('.')[2]}"}
    listed = [text for pack in case.view.of(PACK) for text in items(pack.at("hosts"))]
    return any(isinstance(text, str) and text.strip().lower() in wanted for text in listed)


_DEEP = Given(RECORD, "lab", {"zoneId": "a-zone", "name": "lab.east.example.com", "proxied": True})
_SHALLOW = Given(BALANCER, "app", {"zoneId": "a-zone", "name": "app.example.com", "proxied": True})


def _total(enabled: object, zone: object = "a-zone") -> Given:
    return Given(TOTAL, "total", {"zoneId": zone, "enabled": enabled})


TOTAL_TLS = Rule(
    id="cf-total-tls",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(TOTAL,),
    what="Total TLS is on where hosts below the first level are proxied.",
    why="The universal certificate covers one level; a host below it answers with a certificate error.",
    fix=Fix("Set enabled, or name the hosts in a CertificatePack.", python="enabled=True", yaml="enabled: true"),
    check=when(_deep_hosts_proxied, true("enabled")),
    passing=(
        example(_DEEP, _total(True)),
        example(_SHALLOW, _total(False)),
        example(_DEEP, _total(False, "another-zone")),
        example(
            Given(RECORD, "app", {"zoneId": "a-zone", "name": "app.example.co.uk", "proxied": True}), _total(False)
        ),
        example(_DEEP, _total(False), Given(PACK, "pack", {"zoneId": "a-zone", "hosts": ["*.east.example.com"]})),
    ),
    failing=(
        example(_DEEP, _total(False)),
        example(_DEEP, _total(None)),
        example(Given(BALANCER, "app", {**_DEEP.props, "proxied": True}), _total(False)),
        example(
            Given(ZONE, "zone", {"name": "clinic.example.com"}),
            Given(RECORD, "lab", {"zoneId": ref("zone"), "name": "lab.east", "proxied": True}),
            _total(False, ref("zone")),
        ),
        example(_DEEP, _total(False), Given(PACK, "pack", {"zoneId": "a-zone", "hosts": ["*.example.com"]})),
    ),
)
