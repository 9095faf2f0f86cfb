"""What Check adds to a program's arguments before they are judged."""

from sandbox.providers.check import INTERNAL
from sandbox.providers.handlers import Subject
from sandbox.providers.naming import auto_name
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


def prepared(subject: Subject, rules: Rules, seed: bytes) -> Properties:
    """What Check adds: defaults, a made name, and the provider's default tags."""
    news, olds = subject.inputs, subject.old_inputs
    added: Properties = {name: value for name, value in rules.defaults.items() if news.get(name) is None}
    made = list(added)
    name = rules.auto_name
    if name and news.get(name.property) is None and not (name.rival and news.get(name.rival)):
        kept = olds.get(name.property) if name.property in olds.get(f"{INTERNAL}defaults", ()) else None
        added[name.property] = kept or auto_name(name, subject.name, seed)
        made.append(name.property)
    properties_ = subject.signature.properties
    if subject.setup.default_tags and "tags" in subject.signature.inputs and "tagsAll" in properties_:
        given = news.get("tags") or {}
        if isinstance(given, dict):
            added["tags"] = {**subject.setup.default_tags, **given}
    if made:
        added[f"{INTERNAL}defaults"] = sorted(made)
    return added
