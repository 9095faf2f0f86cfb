"""Cloudflare Access: who gets to administrative hosts."""

import re
from collections.abc import Iterator
from typing import Any

from model.values import UNKNOWN, UnknownMet, items, number, truth
from policies.case import Case
from policies.conditions import world
from policies.edge import RECORD
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.sizes import listed
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import all_of, by_type, one_of, present, when

APPLICATION = "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication"
POLICY = "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy"
GROUP = "cloudflare:index/zeroTrustAccessGroup:ZeroTrustAccessGroup"

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def seconds(duration: str) -> float | None:
    """`2h45m` as seconds; None where it is no duration."""
    text = duration.strip().lower()
    parts = _DURATION.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        return None
    return sum(float(amount) * _UNITS[unit] for amount, unit in parts)


def _short_session(case: Case) -> Verdict:
    value, most = case.at("sessionDuration"), number(case.value("max_hours")) or 0.0
    if value is UNKNOWN:
        raise UnknownMet("sessionDuration")
    lasts = seconds("24h" if value is None else str(value))
    if lasts is None:
        return fail("sessionDuration is no duration such as 8h", "sessionDuration")
    if lasts > most * 3600:
        said = "is not set, which means 24h" if value is None else f'is "{value}"'
        return fail(f"sessionDuration {said}; at most {most:g}h is asked for", "sessionDuration")
    return PASS


def _behind_access(case: Case) -> Verdict:
    """Of a record: an administrative host that is proxied has an application."""
    kind, name = case.at("type"), case.at("name")
    if name is UNKNOWN or kind is UNKNOWN:
        raise UnknownMet("name")
    wanted = str(name or "").strip().lower().rstrip(".")
    if str(kind).upper() not in ("A", "AAAA", "CNAME") or not truth(case.at("proxied")):
        return NOT_APPLICABLE
    if not listed(wanted, case.value("admin_hosts")):
        return NOT_APPLICABLE
    unclear = False
    for application in case.view.of(APPLICATION):
        for path in ("domain", "selfHostedDomains[*]", "destinations[*].uri"):
            value = application.at(path)
            found = [UNKNOWN] if value is UNKNOWN else items(value)
            unclear = unclear or any(item is UNKNOWN for item in found)
            if any(item is not UNKNOWN and item is not None and _names(str(item), wanted) for item in found):
                return PASS
    if unclear:
        raise UnknownMet("domain")
    return fail("no ZeroTrustAccessApplication is in front of this administrative host", "name")


def _names(domain: str, host: str) -> bool:
    """`admin.example.com/path` names the host, also where the record has the short name."""
    found = domain.strip().lower().removeprefix("https://").partition("/")[0]
    return listed(host, [found]) or ("." not in host and found.startswith(f"{host}."))


_RIGHT = {
    "type": "self_hosted",
    "domain": "admin.example.com",
    "sessionDuration": "8h",
    "policies": [{"id": "a-policy"}],
}
_ADMIN = Given(
    RECORD, "admin", {"zoneId": "a-zone", "type": "CNAME", "name": "admin.example.com", "content": "x", "proxied": True}
)

ACCESS_APPLICATION = Rule(
    id="cf-access-app",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(APPLICATION, RECORD),
    what="An administrative host is behind Access, with a policy and a session that ends within the working day.",
    why="Whoever sits down at an unlocked computer has the session that was left open there.",
    fix=Fix(
        "Declare a ZeroTrustAccessApplication for the host, with session_duration and policies.",
        python='session_duration="8h", policies=[{"id": policy.id, "precedence": 1}]',
        yaml="sessionDuration: 8h\npolicies:\n  - id: ${policy.id}\n    precedence: 1",
    ),
    parameters=(
        Parameter("max_hours", 8, "For how many hours a session lasts at most.", "number", minimum=0),
        Parameter(
            "admin_hosts",
            ["admin.*", "admin", "admin-*", "grafana.*", "kibana.*", "*-admin.*"],
            "Names of hosts that are administrative; * stands for anything.",
            "array",
        ),
    ),
    check=by_type(
        {
            # Bookmarks, the launcher and the like open nothing by themselves.
            APPLICATION: when(
                one_of("type", "self_hosted", "ssh", "vnc", "rdp", or_absent=True),
                all_of(_short_session, present("policies")),
            ),
            RECORD: _behind_access,
        }
    ),
    passing=(
        _RIGHT,
        {**_RIGHT, "sessionDuration": "7h59m60s"},
        {"type": "bookmark"},
        example(Given(APPLICATION, "app", {**_RIGHT, "sessionDuration": "12h"}), parameters={"max_hours": 12}),
        example(_ADMIN, Given(APPLICATION, "app", {**_RIGHT, "domain": "admin.example.com/console"})),
        example(
            Given(RECORD, "admin", {**_ADMIN.props, "name": "admin"}),
            Given(APPLICATION, "app", {**_RIGHT, "domain": None, "destinations": [{"uri": "admin.example.com"}]}),
        ),
        example(Given(RECORD, "www", {**_ADMIN.props, "name": "www.example.com"})),
    ),
    failing=(
        {key: value for key, value in _RIGHT.items() if key != "sessionDuration"},
        {**_RIGHT, "sessionDuration": "24h"},
        {**_RIGHT, "sessionDuration": "8h1s"},
        {**_RIGHT, "sessionDuration": "a day"},
        {**_RIGHT, "policies": []},
        {"domain": "admin.example.com", "sessionDuration": "1h"},
        example(_ADMIN),
        example(_ADMIN, Given(APPLICATION, "app", {**_RIGHT, "domain": "other.example.com"})),
    ),
)


def _open(rule: Any, path: str, groups: Any) -> bool:
    """Whether some include of a bypass lets anybody in, and nothing that is required narrows it. Raises UnknownMet."""
    required = [item for item in _listed(rule.get("requires"), f"{path}requires") if not _anyone(item)]
    if required:
        return False
    included = _listed(rule.get("includes"), f"{path}includes")
    if any(_anyone(item) for item in included):
        return True
    if not any(item.get("group") for item in included if hasattr(item, "get")):
        return False
    return any(_anyone(item) for group in groups for item in _listed(group.at("includes"), "includes"))


def _listed(value: Any, path: str) -> list[Any]:
    if value is UNKNOWN:
        raise UnknownMet(path)
    return items(value)


def _anyone(item: Any) -> bool:
    """`everyone`, or networks that are the whole internet."""
    if item is UNKNOWN:
        raise UnknownMet("includes")
    if not hasattr(item, "get"):
        return False
    if item.get("everyone") is not None:
        return True
    network = item.get("ip")
    text = network.get("ip") if hasattr(network, "get") else None
    return isinstance(text, str) and "/" in text and world(text)


def _policies(case: Case) -> Iterator[tuple[str, Any]]:
    """(path, policy): the resource itself, or those that an application holds."""
    if case.resource.kind == POLICY:
        yield "", case.resource.props
        return
    for index, item in enumerate(_listed(case.at("policies"), "policies")):
        if item is UNKNOWN:
            raise UnknownMet(f"policies[{index}]")
        if hasattr(item, "get"):
            yield f"policies[{index}].", item


def _no_bypass(case: Case) -> Verdict:
    asked = False
    for path, policy in _policies(case):
        decision = policy.get("decision")
        if decision is UNKNOWN:
            raise UnknownMet(f"{path}decision")
        if decision is None:
            continue  # an application that refers to a policy by its id
        asked = True
        if str(decision).strip().lower() != "bypass":
            continue
        groups = case.view.targets(case.resource, f"{'policies[*].' if path else ''}includes[*].group.id", GROUP).found
        if _open(policy, path, groups):
            return fail(
                f"{path}decision is bypass, and includes everyone: nobody is asked who they are", f"{path}decision"
            )
    return PASS if asked else NOT_APPLICABLE


_STAFF = {"emailDomain": {"domain": "clinic.example.com"}}
_EVERYONE: dict[str, Any] = {"everyone": {}}

NO_BYPASS = Rule(
    id="cf-access-no-bypass",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(POLICY, APPLICATION),
    what="No policy of Access lets everybody past.",
    why="A bypass for everyone switches Access off, while the application still looks as if it were behind it.",
    fix=Fix(
        'Set decision to "allow" and include who may come in, or narrow the bypass to networks of your own.',
        python='decision="allow", includes=[{"email_domain": {"domain": "clinic.example.com"}}]',
        yaml="decision: allow\nincludes:\n  - emailDomain: {domain: clinic.example.com}",
    ),
    check=_no_bypass,
    passing=(
        {"decision": "allow", "includes": [_EVERYONE]},
        {"decision": "bypass", "includes": [{"ip": {"ip": "192.0.2.0/24"}}]},
        {"decision": "bypass", "includes": [_EVERYONE], "requires": [{"ip": {"ip": "192.0.2.0/24"}}]},
        {"decision": "allow", "includes": [_STAFF]},
        Given(APPLICATION, "app", {"policies": [{"id": "a-policy"}]}),
    ),
    failing=(
        {"decision": "bypass", "includes": [_EVERYONE]},
        {"decision": "Bypass", "includes": [_STAFF, {"everyone": True}]},
        {"decision": "bypass", "includes": [{"ip": {"ip": "0.0.0.0/0"}}]},
        {"decision": "bypass", "includes": [_EVERYONE], "excludes": [{"geo": {"countryCode": "KP"}}]},
        {"decision": "bypass", "includes": [_EVERYONE], "requires": [_EVERYONE]},
        Given(APPLICATION, "app", {"policies": [{"decision": "bypass", "includes": [_EVERYONE]}]}),
        example(
            Given(GROUP, "all", {"name": "all", "includes": [_EVERYONE]}),
            Given(POLICY, "open", {"decision": "bypass", "includes": [{"group": {"id": ref("all")}}]}),
        ),
    ),
)
