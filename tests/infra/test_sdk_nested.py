"""A file of nested types makes the ones that are asked for, and they are what they are when it is run at once."""

import importlib
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest
from pulumi import CustomResource, _types

from infra import sdk_parts
from infra.sdk_nested import Nested

HEAD = (
    "import pulumi\nfrom typing import TypedDict\nfrom . import outputs\n__all__ = ['HolderArgs', 'HolderArgsDict']\n\n"
)
INPUTS = (
    HEAD + "class HolderArgsDict(TypedDict):\n    '''Told in words: a class of its own.'''\n    city: str\n\n"
    "@pulumi.input_type\nclass HolderArgs:\n    city: 'CityArgs'\n    again: 'HolderArgs'\n\n\n"
    "@pulumi.input_type\nclass CityArgs:\n    name: str\n"
)
OUTPUTS = HEAD + "@pulumi.output_type\nclass Holder(dict):\n    city: 'outputs.City'\n\n\nclass City(dict):\n    pass\n"
ZONE = "from . import outputs\nfrom ._inputs import *\n__all__ = ['Zone']\nclass Zone:\n    holder: 'HolderArgs'\n"
PARTS = "from .zone import *\nfrom ._inputs import *\nfrom . import outputs\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """A package of these files, read by parts. Its name is the test's own."""

    def make(name: str, inputs: str = INPUTS, outputs: str = OUTPUTS) -> ModuleType:
        (tmp_path / name).mkdir(exist_ok=True)
        files = {"__init__.py": PARTS, "_inputs.py": inputs, "outputs.py": outputs, "zone.py": ZONE}
        for file, text in files.items():
            (tmp_path / name / file).write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        monkeypatch.setattr(sdk_parts, "_SPARED", re.compile(name))
        importlib.invalidate_caches()
        return import_module(name)

    return make


def test_only_what_is_asked_for_is_made(made: Callable[..., ModuleType]) -> None:
    sdk = made("nested_asked")
    inputs = import_module("nested_asked._inputs")
    assert isinstance(inputs, Nested)
    assert "HolderArgs" not in vars(inputs)
    assert sdk.HolderArgs is inputs.HolderArgs
    assert sdk.HolderArgs.__module__ == "nested_asked._inputs"
    assert "CityArgs" not in vars(inputs)
    assert {"HolderArgs", "HolderArgsDict", "CityArgs"} <= set(dir(sdk))
    assert not hasattr(sdk, "TypedDict"), "what such a file imports is not the package's"
    with pytest.raises(AttributeError, match="has no attribute 'TownArgs'"):
        inputs.TownArgs  # noqa: B018 reading it is the point


def test_quoted_types_are_found_where_pulumi_looks(made: Callable[..., ModuleType]) -> None:
    sdk = made("nested_quoted")
    inputs = import_module("nested_quoted._inputs")
    assert _types.input_type_types(sdk.HolderArgs) == {"city": inputs.CityArgs, "again": sdk.HolderArgs}
    assert _types.output_type_types(sdk.outputs.Holder) == {"city": sdk.outputs.City}
    assert get_type_hints(sdk.Zone) == {"holder": sdk.HolderArgs}


def test_bytecode_is_kept_until_the_file_changes(made: Callable[..., ModuleType], tmp_path: Path) -> None:
    sdk = made("nested_kept")
    assert get_type_hints(sdk.outputs.City) == {}
    (kept,) = (tmp_path / "nested_kept").rglob("outputs.City.*.pyc")
    before = kept.read_bytes()
    for name in [name for name in sys.modules if name.startswith("nested_kept")]:
        del sys.modules[name]
    changed = OUTPUTS.replace("class City(dict):\n    pass", "class City(dict):\n    name: str")
    sdk = made("nested_kept", outputs=changed)
    os.utime(tmp_path / "nested_kept" / "outputs.py", (1, 1))
    assert get_type_hints(sdk.outputs.City) == {"name": str}
    assert kept.read_bytes() != before


@pytest.mark.parametrize("more", ["def helper(): return 1\n", ""])
def test_a_file_that_looks_otherwise_loads_as_ever(made: Callable[..., ModuleType], more: str) -> None:
    name = f"nested_other_{bool(more)}"
    sdk = made(name, inputs=INPUTS + more if more else "__all__ = ['HolderArgs']\nHolderArgs = int\n")
    assert type(import_module(f"{name}._inputs")) is ModuleType
    assert sdk.HolderArgs


@pytest.mark.parametrize("name", ["pulumi_aws.lb", "pulumi_aws.rds", "pulumi_aws.s3", "pulumi_aws.wafv2"])
def test_pulumi_finds_every_type_of_the_installed_sdks(name: str) -> None:
    package = import_module(name)
    assert isinstance(package.outputs, Nested)
    assert isinstance(import_module(f"{name}._inputs"), Nested)
    found = [getattr(package, public) for public in dir(package)]
    resources = [item for item in found if isinstance(item, type) and issubclass(item, CustomResource)]
    inputs = [item for item in found if isinstance(item, type) and _types.is_input_type(item)]
    assert len(resources) > 5 and len(inputs) > len(resources)
    for resource in resources:
        assert _types.resource_types(resource)
    for taken in inputs:
        assert len(_types.input_type_types(taken)) == len(_types._py_properties(taken)), taken
