"""Putting tags on a resource, changing and reading them, in each service's own way."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import from_tags
from sandbox.providers.aws.row import At, pick
from sandbox.providers.aws.tag_operations import TAGGINGS


def add_tags(at: At, way: str, tags: Mapping[str, str]) -> None:
    """Puts the tags on; nothing for none."""
    if not tags:
        return
    tagging = TAGGINGS[way]
    value: Any = dict(tags)
    if tagging.pairs:
        key, text = tagging.pairs
        value = [{key: name, text: content} for name, content in tags.items()]
    at.call(tagging.add, **{tagging.target: tagging.by(at), tagging.tags: value})


def change_tags(at: At, way: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Makes the resource's tags the new ones."""
    tagging = TAGGINGS[way]
    lost = [name for name in old if name not in new]
    if lost:
        # Where the key list is called "Tags", the service takes half pairs.
        keys: Any = [{"Key": name} for name in lost] if tagging.keys == "Tags" else lost
        at.call(tagging.remove, **{tagging.target: tagging.by(at), tagging.keys: keys})
    add_tags(at, way, {name: text for name, text in new.items() if old.get(name) != text})


def read_tags(at: At, way: str) -> dict[str, str] | None:
    """The tags as listed; None where the description holds them."""
    tagging = TAGGINGS[way]
    if tagging.read is None:
        return None
    target = {tagging.target: tagging.by(at)}
    answer = at.call(tagging.read, **target)
    tags = from_tags(pick(tagging.answer, answer) or [])
    while answer.get("NextToken"):  # DynamoDB gives ten a page
        answer = at.call(tagging.read, **target, NextToken=answer["NextToken"])
        tags |= from_tags(pick(tagging.answer, answer) or [])
    return tags
