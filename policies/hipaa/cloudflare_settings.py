"""Cloudflare: settings of a zone."""

from typing import Any

from policies.case import Check
from policies.edge import BALANCER, RECORD, in_every_zone
from policies.examples import Example, Given, example
from policies.rule import Fix, Parameter, Rule, Severity
from policies.vocabulary import (
    all_of,
    at_least,
    none_of,
    one_of,
    param,
    true,
    when,
)

SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True})


def _zone(setting: str, value: Any, zone: str = "a-zone") -> Example:
    return example(_EDGE, Given(SETTING, "setting", {"zoneId": zone, "settingId": setting, "value": value}))


def _each_zone(
    id: str,
    severity: Severity,
    setting: str,
    check: Check,
    texts: tuple[str, str],
    right: tuple[Any, ...],
    wrong: tuple[Any, ...],
    parameters: tuple[Parameter, ...] = (),
) -> Rule:
    """A rule that every zone has the setting; `right` and `wrong` are values of it, the first one is the fix."""
    return Rule(
        id=id,
        pack="hipaa",
        severity=severity,
        scope="stack",
        level="recommended",
        once=True,
        types=(SETTING,),
        what=texts[0],
        why=texts[1],
        fix=Fix(
            f"Declare a ZoneSetting {setting} in the stack that publishes in the zone.",
            python=f'cloudflare.ZoneSetting("{setting}", zone_id=zone_id, setting_id="{setting}", value={right[0]!r})',
            yaml=f"type: cloudflare:ZoneSetting\nproperties:\n  zoneId: ${{zone.id}}\n  settingId: {setting}\n"
            f"  value: {str(right[0]) if isinstance(right[0], dict) else repr(right[0])}",
        ),
        parameters=parameters,
        check=in_every_zone(
            SETTING, when(one_of("settingId", setting), check), f"setting {setting} with a value that is asked for"
        ),
        passing=(*(_zone(setting, value) for value in right), example(Given(RECORD, "mail", {"type": "MX"}))),
        failing=(
            example(_EDGE),
            *(_zone(setting, value) for value in wrong),
            _zone(setting, right[0], "another-zone"),
            example(Given(RECORD, "www", {"zoneId": "a-zone", "proxied": True})),
        ),
    )


MIN_TLS = _each_zone(
    "cf-min-tls-12",
    "high",
    "min_tls_version",
    one_of("value", "1.2", "1.3"),
    (
        "The edge speaks TLS 1.2 or later only.",
        "Unless the zone says otherwise, Cloudflare still answers clients with TLS 1.0.",
    ),
    ("1.2", "1.3"),
    ("1.0", "1.1"),
)
TLS_13 = _each_zone(
    "cf-tls-13",
    "low",
    "tls_1_3",
    one_of("value", "on", "zrt"),
    ("The edge offers TLS 1.3.", "Its handshake shows an observer less, and leaves no weak choice to be made."),
    ("on", "zrt"),
    ("off",),
)
SSL_STRICT = _each_zone(
    "cf-ssl-strict",
    "critical",
    "ssl",
    one_of("value", "strict", "origin_pull"),
    (
        "The edge talks to the origin over TLS, and verifies its certificate.",
        "In the modes flexible and full the way from the edge to the origin is in clear text, or ends at anybody.",
    ),
    ("strict", "origin_pull"),
    ("flexible", "full", "off"),
)
ALWAYS_HTTPS = _each_zone(
    "cf-always-https",
    "high",
    "always_use_https",
    one_of("value", "on"),
    ("The edge redirects plain HTTP to HTTPS.", "A request in clear text can be read and changed on its way."),
    ("on",),
    ("off",),
)


def _hsts(**other: object) -> dict[str, object]:
    return {"strict_transport_security": {"enabled": True, "max_age": 31536000, "include_subdomains": True, **other}}


_STS = "value.strict_transport_security"

HSTS = _each_zone(
    "cf-hsts",
    "high",
    "security_header",
    all_of(
        true(f"{_STS}.enabled"), at_least(f"{_STS}.max_age", param("min_seconds")), true(f"{_STS}.include_subdomains")
    ),
    (
        "Browsers are told to use HTTPS only, for a year and for every host of the zone.",
        "Otherwise the first request of each visit may be led astray before the redirect to HTTPS.",
    ),
    (_hsts(), _hsts(max_age=63072000)),
    (_hsts(enabled=False), _hsts(max_age=31535999), _hsts(include_subdomains=False)),
    (
        Parameter(
            "min_seconds", 31536000, "For how many seconds a browser remembers it at least.", "integer", minimum=0
        ),
    ),
)
HTTPS_REWRITES = _each_zone(
    "cf-https-rewrites",
    "low",
    "automatic_https_rewrites",
    one_of("value", "on"),
    (
        "The edge turns links to plain HTTP into HTTPS.",
        "A page that loads one part in clear text gives that part away.",
    ),
    ("on",),
    ("off",),
)
BROWSER_CHECK = _each_zone(
    "cf-browser-check",
    "low",
    "browser_check",
    one_of("value", "on"),
    ("The edge turns away requests with headers that only bots send.", "It is a cheap filter before all others."),
    ("on",),
    ("off",),
)


def _own(
    id: str, severity: Severity, setting: str, check: Check, texts: tuple[str, str], right: str, wrong: tuple[str, ...]
) -> Rule:
    """A rule about one value of a setting, where the default is right."""
    return Rule(
        id=id,
        pack="hipaa",
        severity=severity,
        level="recommended",
        types=(SETTING,),
        what=texts[0],
        why=texts[1],
        fix=Fix(
            f"Set the value of {setting} to {right}, or leave the setting out.",
            python=f'setting_id="{setting}", value="{right}"',
            yaml=f'settingId: {setting}\nvalue: "{right}"',
        ),
        check=when(one_of("settingId", setting), check),
        passing=({"settingId": setting, "value": right}, {"settingId": "ipv6", "value": "on"}),
        failing=tuple({"settingId": setting, "value": value} for value in wrong),
    )


DEVELOPMENT_MODE = _own(
    "cf-dev-mode-off",
    "low",
    "development_mode",
    none_of("value", "on"),
    ("A zone is not in development mode.", "It is meant for minutes: the edge's cache is passed by for everybody."),
    "off",
    ("on",),
)
ALWAYS_ONLINE = _own(
    "cf-always-online-off",
    "high",
    "always_online",
    none_of("value", "on"),
    (
        "Pages are not served from a public archive while the origin is away.",
        "With it, copies of pages go to the Internet Archive, where PHI would stay for good.",
    ),
    "off",
    ("on",),
)
SECURITY_LEVEL = _own(
    "cf-security-level",
    "low",
    "security_level",
    none_of("value", "off", "essentially_off", "under_attack"),
    (
        "The zone's security level is neither off nor that of an attack.",
        "Off lets every known attacker through; under_attack, left on, stops programs that use the API.",
    ),
    "medium",
    ("off", "essentially_off", "under_attack"),
)
