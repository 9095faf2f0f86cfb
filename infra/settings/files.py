"""Reading a YAML file of settings: duplicate keys and non-mappings are problems, not surprises."""

from pathlib import Path
from typing import Any

import yaml

try:  # libyaml's parser, where PyYAML has it: a tenth of the other's time, in every command
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

from infra.settings.problems import Problem, SettingsError


class _Loader(Loader):
    """YAML takes the last of two equal keys without a word; two `active` lines must not pass."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is there twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file; an empty file is an empty mapping. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError([Problem(path.name, "config", f"cannot be read: {reason}", "a YAML file")]) from None
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - _Loader is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "config"
        what = getattr(error, "problem", None) or str(error)
        raise SettingsError([Problem(path.name, where, str(what), "YAML")]) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError([Problem(path.name, "config", "is no mapping", "YAML with keys at the top")])
    return content
