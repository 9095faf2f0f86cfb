"""What each component declares, written down in `snapshots/<component>.json` to be read and compared.

The stacks run under mocks with the shipped settings. Tags are left out (the contract looks at them), JSON inside a
property is opened up, secrets are masked. A site's peer is written down only as far as swapping the sites' names and
regions does not explain it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.component import Component
from tests.infra.declared import Declared, Registered
from tests.infra.stacks import SCOPES, declared

FOLDER = Path(__file__).parent / "snapshots"
UPDATE = "UPDATE_SNAPSHOTS"
"""Set in the environment: write the files instead of comparing (`make snapshots`)."""
SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"
FIRST, SECOND = "east", "west"
SWAPPED = {"east": "west", "west": "east", "us-east-1": "us-west-2", "us-west-2": "us-east-1"}
NAMES = re.compile(r"us-east-1|us-west-2|(?<![a-z])(?:east|west)(?![a-z])")

Picture = dict[str, Any]


def file_of(component: type[Component]) -> Path:
    """The snapshot of a component: named like its module."""
    return FOLDER / f"{component.__module__.rsplit('.', 1)[1]}.json"


def text_of(component: type[Component]) -> str:
    """The snapshot as it should be now."""
    return json.dumps(picture(component), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def picture(component: type[Component]) -> Picture:
    """Stack → resource name → what was asked for it."""
    found = {scope: dict(_children(component, declared(scope))) for scope in SCOPES}
    found[SECOND] = dict(_unexplained(found[FIRST], found[SECOND]))
    return {scope: resources for scope, resources in found.items() if resources}


def _children(component: type[Component], stack: Declared) -> Iterator[tuple[str, Picture]]:
    mine = {item.urn for item in stack.resources if item.type == component.token}
    for item in stack.resources:
        if item.parent in mine:
            yield item.name, _resource(item)


def _resource(item: Registered) -> Picture:
    said: Picture = {"type": item.type, "inputs": _plain({k: v for k, v in item.inputs.items() if k != "tags"})}
    if item.protect:
        said["protect"] = True
    if item.ignored:
        said["ignored"] = sorted(item.ignored)
    return said


def _unexplained(first: Mapping[str, Picture], second: Mapping[str, Picture]) -> Iterator[tuple[str, Picture]]:
    """What the second site declares other than the first, names and regions swapped."""
    expected = json.loads(NAMES.sub(lambda found: SWAPPED[found.group()], json.dumps(first)))
    for name in {*expected, *second}:
        here, there = second.get(name), expected.get(name)
        if here is None:
            yield name, {"absent": True}
        elif there is None:
            yield name, here
        elif here != there:
            inputs = {
                key: here["inputs"].get(key, "absent")
                for key in {*here["inputs"], *there["inputs"]}
                if here["inputs"].get(key) != there["inputs"].get(key)
            }
            rest = {key: value for key, value in here.items() if key != "inputs" and there.get(key) != value}
            yield name, {**rest, "inputs": inputs}


def _plain(value: Any) -> Any:
    """As JSON can say it, readable and the same on every machine."""
    if isinstance(value, Mapping):
        if SECRET_SIGNATURE in value:
            return "[secret]"
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return {"json": _plain(json.loads(value))}
        except json.JSONDecodeError:
            return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    # An archive or a file has a path of this machine.
    return f"[{type(value).__name__}]"
