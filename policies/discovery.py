"""Finding the rules: every `Rule` that a file of a pack holds at its top level. Nothing is registered by hand."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from policies.rule import Pack, Rule

PACKS: tuple[Pack, ...] = ("hipaa", "cost")


class DuplicateRule(Exception):
    """Two rules have one id."""


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of both packs, by pack and id. Raises DuplicateRule."""
    found: dict[str, tuple[Rule, str]] = {}
    for pack in PACKS:
        for module in modules(pack):
            for rule in of(module):
                if rule.id in found:
                    raise DuplicateRule(f"{rule.id} is in {found[rule.id][1]} and in {module.__name__}; rename one")
                found[rule.id] = (rule, module.__name__)
    return tuple(sorted((rule for rule, _ in found.values()), key=lambda rule: (PACKS.index(rule.pack), rule.id)))


def modules(pack: Pack) -> Iterable[ModuleType]:
    """The files of a pack, one a service."""
    home = import_module(f"policies.{pack}")
    for entry in iter_modules(home.__path__):
        if not entry.name.startswith("_"):
            yield import_module(f"policies.{pack}.{entry.name}")


def of(module: ModuleType) -> list[Rule]:
    """The rules that a file holds, in its order."""
    return [item for item in vars(module).values() if isinstance(item, Rule)]
