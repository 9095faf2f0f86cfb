"""The one line that says who is meant to serve, changed in the text of `Pulumi.yaml`. Pure."""

import difflib

import yaml

KEY = "lifeline:active"


def flip(text: str, environment: str, site: str) -> str:
    """The same text with the environment's site replaced: every other character stays, comments too.

    Raises ValueError where the text has no such line.
    """
    root = yaml.compose(text, yaml.SafeLoader)
    node = _value(_value(root, "config"), KEY)
    found = _value(node, environment) or _value(_value(node, "value"), environment)
    if not isinstance(found, yaml.ScalarNode):
        what = f"Pulumi.yaml has no `{KEY}` for {environment}: add `value: {{{environment}: {site}}}` below it"
        raise ValueError(what)  # noqa: TRY004 - it is the text that is wrong
    return text[: found.start_mark.index] + site + text[found.end_mark.index :]


def diff(before: str, after: str) -> str:
    """A unified diff of `Pulumi.yaml`, one line around it; empty where nothing differs."""
    names = ("a/Pulumi.yaml", "b/Pulumi.yaml")
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, n=1, lineterm="")
    return "\n".join(lines)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
