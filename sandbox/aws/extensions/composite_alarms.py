"""CloudWatch's composite alarms, which moto lacks: kept by region, and in the state that their rule gives them.

Source: Amazon CloudWatch API, PutCompositeAlarm: AlarmRule holds ALARM(…), OK(…), INSUFFICIENT_DATA(…), TRUE and FALSE,
combined with AND, OR, NOT and parentheses.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.errors import ApiError

_TOKEN = re.compile(r'\s*(?:(AND|OR|NOT|TRUE|FALSE)\b|(ALARM|OK|INSUFFICIENT_DATA)\("?([^")]+)"?\)|([()]))')
States = Callable[[str], str]
"""Name of an alarm → its state; raises ApiError where there is none."""


class Composites:
    """The composite alarms of all regions."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._kept: dict[tuple[str, str], dict[str, Any]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def clear(self) -> None:
        self._kept.clear()
        self._tags.clear()

    def put(self, region: str, given: dict[str, Any], states: States) -> None:
        """Make or replace one. Raises ApiError for a rule that cannot be read or names an alarm that is not there."""
        evaluate(given["AlarmRule"], states)
        name = given["AlarmName"]
        arn = f"arn:aws:cloudwatch:{region}:{self._account_id}:alarm:{name}"
        new = (region, name) not in self._kept
        kept = {key: value for key, value in given.items() if key != "Tags"}
        now = datetime.now(UTC)
        self._kept[region, name] = {
            "ActionsEnabled": True,
            **kept,
            "AlarmArn": arn,
            "AlarmConfigurationUpdatedTimestamp": now,
        }
        if new:
            self._tags[arn] = {tag["Key"]: tag["Value"] for tag in given.get("Tags", [])}

    def describe(self, region: str, names: list[str], states: States) -> list[dict[str, Any]]:
        """Those with these names, or all, each in the state of this moment."""
        found = [item for (where, name), item in self._kept.items() if where == region and (not names or name in names)]
        return [
            {**item, "StateValue": "ALARM" if evaluate(item["AlarmRule"], states) else "OK"}
            for item in sorted(found, key=lambda item: str(item["AlarmName"]))
        ]

    def delete(self, region: str, names: list[str]) -> list[str]:
        """Delete those that are composite; returns the other names. Raises ApiError where one is part of another."""
        for name in names:
            for (where, user), item in self._kept.items():
                if where == region and user not in names and name in _named(item["AlarmRule"]):
                    raise ApiError("ValidationError", f"Cannot delete {name} as {user} depends on it", 400)
        mine = [name for name in names if (region, name) in self._kept]
        for name in mine:
            self._tags.pop(self._kept.pop((region, name))["AlarmArn"], None)
        return [name for name in names if name not in mine]

    def tags(self, arn: str) -> dict[str, str] | None:
        """Those of a composite alarm, to be changed in place; None for any other resource."""
        return self._tags.get(arn)


def evaluate(rule: str, states: States) -> bool:
    """Whether the rule holds. Raises ApiError."""
    tokens = _tokens(rule)
    value = _either(tokens, states)
    if tokens:
        raise _unreadable(rule)
    return value


def _tokens(rule: str) -> list[tuple[str, str]]:
    """(word, alarm's name), the next one last."""
    found, at = [], 0
    while at < len(rule.rstrip()):
        match = _TOKEN.match(rule, at)
        if match is None:
            raise _unreadable(rule)
        found.append((match[1] or match[2] or match[4], match[3] or ""))
        at = match.end()
    return found[::-1]


def _either(tokens: list[tuple[str, str]], states: States) -> bool:
    value = _both(tokens, states)
    while tokens and tokens[-1][0] == "OR":
        tokens.pop()
        other = _both(tokens, states)
        value = value or other
    return value


def _both(tokens: list[tuple[str, str]], states: States) -> bool:
    value = _one(tokens, states)
    while tokens and tokens[-1][0] == "AND":
        tokens.pop()
        other = _one(tokens, states)
        value = value and other
    return value


def _one(tokens: list[tuple[str, str]], states: States) -> bool:
    if not tokens:
        raise _unreadable("")
    word, name = tokens.pop()
    if word == "NOT":
        return not _one(tokens, states)
    if word in ("TRUE", "FALSE"):
        return word == "TRUE"
    if word == "(":
        value = _either(tokens, states)
        if not tokens or tokens.pop()[0] != ")":
            raise _unreadable("")
        return value
    if name:
        return states(name) == word
    raise _unreadable(word)


def _named(rule: str) -> set[str]:
    return {name for _, name in _tokens(rule) if name}


def _unreadable(rule: str) -> ApiError:
    return ApiError("ValidationError", f"AlarmRule cannot be read: {rule}", 400)
