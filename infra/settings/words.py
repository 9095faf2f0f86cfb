"""A pydantic error in an operator's words: the key, what is wrong with it, what is allowed."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from infra.settings.model import Settings

PATTERNS = {
    "account_id": "twelve digits, in quotes",
    "canary_runtime": "a Python runtime of CloudWatch Synthetics such as syn-python-selenium-5.1",
    "at": "a time of day such as 05:00",
    "certificate_arn": "the ARN of a certificate in ACM",
    "client_ca": "one certificate in PEM",
    "cidr": "an IPv4 block such as 10.10.0.0/16",
    "command": "a list of words",
    "counted": "a managed rule as <group>/<rule>, such as CommonRuleSet/SizeRestrictions_BODY",
    "domain": "a host name such as clinic.example.com",
    "email": "an address such as oncall@example.com",
    "engine_version": "Aurora PostgreSQL 17 or later, such as 17.5",
    "health": "a path such as /health",
    "home_region": "a region such as us-west-2",
    "https": "an address such as https://pager.example.com/hook",
    "image": "an image with its digest, name@sha256:<64 hexadecimal digits>",
    "instance_class": "an instance class such as db.r7g.large",
    "lifeline_image": "an image with its digest, name@sha256:<64 hexadecimal digits>",
    "public": "path prefixes such as /fhir",
    "region": "a region such as us-east-1",
    "sms": "a number such as +15551234567",
    "time_zone": "an IANA name such as America/New_York",
    "isolated_subnet_ids": "ids of at least two subnets, such as subnet-0a1b2c3d",
    "private_route_table_ids": "ids of route tables, such as rtb-0a1b2c3d",
    "private_subnet_ids": "ids of at least two subnets, such as subnet-0a1b2c3d",
    "public_subnet_ids": "ids of at least two subnets, such as subnet-0a1b2c3d",
    "restore_test": "a day of the week: MON, TUE, WED, THU, FRI, SAT or SUN",
    "user": "numbers of a user and a group that are not root's, such as 10001:10001",
    "vault": "a vault's name",
    "vpc_id": "a VPC's id, such as vpc-0a1b2c3d",
    "node_type": "a node type such as cache.t4g.small",
    "up": "a time of day such as 07:00",
    "valkey_version": "Valkey 8 or later, such as 8.0",
    "down": "a time of day such as 19:00",
    "witness_region": "a region such as us-east-2",
}
NAME = "lower-case letters, digits and single dashes, at most 24"


def describe(error: ErrorDetails, root: type[BaseModel] = Settings) -> tuple[str, str, str]:
    """(dotted key, what is wrong, what is allowed) for an error in a model of the shape `root`."""
    location = tuple(part for part in error["loc"] if part != "[key]")
    key = _dotted(location)
    leaf = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return key, "is missing", _allowed(leaf, "it has no default")
    if kind == "extra_forbidden":
        return key, "is no setting", _neighbours(root, location, leaf)
    if kind == "literal_error":
        return key, f"is {given!r}", f"one of {context['expected']}"
    if kind == "string_pattern_mismatch":
        return key, f"is {given!r}", _allowed(leaf, NAME)
    if kind == "value_error":
        return key, f"is {given!r}", _allowed(leaf, str(context.get("error", error["msg"])))
    if kind.endswith(("_type", "_parsing")):
        wanted = (
            kind.split("_")[0].replace("model", "mapping").replace("dict", "mapping").replace("int", "whole number")
        )
        return key, f"is {_shown(given)}", _allowed(leaf, f"a {wanted.replace('tuple', 'list')}")
    return key, f"is {_shown(given)}", error["msg"].removeprefix("Input ").removeprefix("Value ")


def _dotted(location: tuple[Any, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "config"


def _allowed(leaf: str, otherwise: str) -> str:
    return PATTERNS.get(leaf, otherwise)


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"a {type(given).__name__}"


def _neighbours(root: type[BaseModel], location: tuple[Any, ...], leaf: str) -> str:
    """The settings that there are at the place of one that there is not."""
    model: Any = root
    for part in location[:-1]:
        model = _inside(model, part)
        if model is None:
            return "nothing at this place"
    names = sorted(name for name in model.model_fields if name != "project")
    close = get_close_matches(leaf, names, n=1)
    return f"did you mean {close[0]}?" if close else f"one of {', '.join(names)}"


def _inside(model: Any, part: Any) -> Any:
    """The model that a key, or an index, of a model leads to; through dict, tuple and optional."""
    annotation = model.model_fields[part].annotation if isinstance(part, str) and _has(model, part) else model
    return _first_model(annotation)


def _has(model: Any, part: str) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields


def _first_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _first_model(argument))), None)
