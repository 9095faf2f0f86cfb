"""Finding every component and every resource class by itself, so that no list is kept by hand."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi_aws
import pulumi_cloudflare
import pulumi_random

import infra.components
from infra.component import Component

SDKS = {"aws": pulumi_aws, "cloudflare": pulumi_cloudflare, "random": pulumi_random}


def modules() -> list[ModuleType]:
    """The modules of `infra/components/`."""
    return [
        importlib.import_module(f"infra.components.{found.name}")
        for found in pkgutil.iter_modules(infra.components.__path__)
    ]


def defined(module: ModuleType) -> list[type[Component]]:
    """The components that a module defines itself."""
    return [
        item
        for item in vars(module).values()
        if inspect.isclass(item) and issubclass(item, Component) and item.__module__ == module.__name__
    ]


def components() -> list[type[Component]]:
    return [component for module in modules() for component in defined(module)]


def shapes(module: ModuleType) -> Iterator[type[Any]]:
    """The TypedDicts that a module defines: arguments and what is nested in them."""
    for item in vars(module).values():
        if inspect.isclass(item) and item.__module__ == module.__name__ and hasattr(item, "__required_keys__"):
            yield item


def docstrings(module: ModuleType, shape: str) -> dict[str, str | None]:
    """Key → the string literal right below it."""
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text())
    (node,) = [item for item in tree.body if isinstance(item, ast.ClassDef) and item.name == shape]
    found: dict[str, str | None] = {}
    for item, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            literal = below.value if isinstance(below, ast.Expr) else None
            text = literal.value if isinstance(literal, ast.Constant) else None
            found[item.target.id] = text if isinstance(text, str) else None
    return found


@cache
def accepted(token: str) -> frozenset[str]:
    """The arguments that the SDK's class for a type token takes."""
    package, module, name = token.split(":")
    sdk: Any = SDKS[package]
    folder = module.split("/")[0]
    # Where the module's name is a word of Python's, the SDK adds a line to it: `lambda_`.
    owner = sdk if folder == "index" else getattr(sdk, f"{folder}_" if iskeyword(folder) else folder)
    return frozenset(inspect.signature(getattr(owner, name)._internal_init).parameters)
