"""An SDK read by parts has the names that it has when it is read at once, and reads what is asked for."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

from infra import sdk_parts

FILES = {
    "__init__.py": "from .get_zone import *\nfrom .zone import *\nfrom .odd import *\nfrom ._inputs import *\n"
    "from . import outputs\nVERSION = 1\n",
    "get_zone.py": "from . import outputs\n__all__ = ['get_zone', 'get_zone_output']\n"
    "def get_zone(): return 'zone'\ndef get_zone_output(): return 'output'\nHIDDEN = 1\n",
    "zone.py": "from . import outputs\nfrom ._inputs import *\n__all__ = ['ZoneArgs', 'Zone']\n"
    "class ZoneArgs: pass\nclass Zone:\n    holder: 'ZoneHolderArgs'\n",
    "odd.py": "class NamedOtherwise: pass\n",
    "_inputs.py": "__all__ = ['ZoneHolderArgs']\nclass ZoneHolderArgs: pass\n",
    "outputs.py": "__all__ = ['ZoneHolder']\nclass ZoneHolder: pass\n",
    "unlisted.py": "",
}
PUBLIC = {"Zone", "ZoneArgs", "ZoneHolderArgs", "NamedOtherwise", "get_zone", "get_zone_output", "outputs", "VERSION"}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """A package made of these files, imported; read by parts where it says so."""

    def make(name: str, files: dict[str, str], *, spared: bool = True) -> ModuleType:
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        if spared:
            monkeypatch.setattr(sdk_parts, "_SPARED", re.compile(name))
        return import_module(name)

    return make


def _read(package: str) -> set[str]:
    return {name.removeprefix(f"{package}.") for name in sys.modules if name.startswith(f"{package}.")}


def test_a_part_is_read_when_a_name_of_it_is_asked_for(made: Callable[..., ModuleType]) -> None:
    sdk = made("sdk_asked", FILES)
    assert _read("sdk_asked") == {"outputs"}
    assert sdk.ZoneArgs.__module__ == "sdk_asked.zone"
    assert get_type_hints(sdk.Zone) == {"holder": sdk.ZoneHolderArgs}
    assert _read("sdk_asked") == {"outputs", "zone", "_inputs"}
    assert sdk.get_zone_output() == "output"
    assert sdk.NamedOtherwise.__module__ == "sdk_asked.odd"
    assert sdk.VERSION == 1


def test_the_names_are_those_of_a_package_read_at_once(made: Callable[..., ModuleType]) -> None:
    at_once, by_parts = made("sdk_at_once", FILES, spared=False), made("sdk_by_parts", FILES)
    starred: dict[str, object] = {}
    exec("from sdk_by_parts import *", starred)  # noqa: S102 only allowed at a module's top otherwise
    assert starred.keys() >= PUBLIC
    assert PUBLIC <= set(dir(at_once)) <= set(dir(by_parts))
    assert not hasattr(by_parts, "HIDDEN")


def test_a_function_is_not_hidden_by_the_part_that_has_its_name(made: Callable[..., ModuleType]) -> None:
    sdk = made("sdk_function", FILES)
    import_module("sdk_function.get_zone")
    assert sdk.get_zone() == "zone"


def test_a_name_that_is_not_there_is_an_attribute_error(made: Callable[..., ModuleType]) -> None:
    sdk = made("sdk_missing", FILES)
    for missing in ("Zonne", "unlisted", "_hidden"):
        with pytest.raises(AttributeError, match=f"has no attribute '{missing}'"):
            getattr(sdk, missing)
    assert import_module("sdk_missing.unlisted") is sdk.unlisted


def test_a_part_that_fails_fails_where_it_is_asked_for(made: Callable[..., ModuleType]) -> None:
    sdk = made("sdk_broken", FILES | {"zone.py": "raise ImportError('torn')\n"})
    with pytest.raises(ImportError, match="torn"):
        sdk.Zone  # noqa: B018 reading it is the point


def test_a_package_that_looks_otherwise_loads_as_ever(made: Callable[..., ModuleType]) -> None:
    sdk = made("sdk_other", {"__init__.py": "from .zone import Zone\n", "zone.py": "class Zone: pass\n"})
    assert type(sdk) is ModuleType
    assert _read("sdk_other") == {"zone"}


def test_every_resource_of_the_installed_sdks_is_found_without_reading_others() -> None:
    astray = []
    for name in ("pulumi_cloudflare", "pulumi_aws.ec2", "pulumi_aws.lambda_", "pulumi_aws.rds", "pulumi_aws.s3"):
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None
        root = Path(spec.origin)
        package = sdk_parts._Package(name)
        parts = re.findall(r"^from \.(\w+) import \*$", root.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(parts) > 10
        package.__dict__["_parts"] = tuple(parts)
        for part in parts:
            text = root.with_name(f"{part}.py").read_text(encoding="utf-8")
            listed = re.search(r"^__all__ = \[([^\]]*)\]", text, re.MULTILINE)
            assert listed is not None, part
            if not part.startswith("_"):
                names = re.findall(r"'(\w+)'", listed.group(1))
                astray += [public for public in names if package._likely(public)[0] != part]
    assert astray == []


def test_the_program_reads_what_it_names() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import infra.program, sys; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "infra.site" in said
    parts = re.compile(r"pulumi_cloudflare\.\w+|pulumi_aws\.\w+\.\w+")
    assert 0 < len([name for name in said if parts.fullmatch(name)]) < 100  # of some seven hundred
