"""The provider SDKs, read by parts: a resource's file when its class is asked for, not all of a package's at once.

The root of `pulumi_cloudflare` imports four hundred files for the dozen classes that the program uses: five seconds and
a hundred megabytes of every preview, in every stack. Each package of the SDKs is a list of `from .part import *`; with
this it keeps the list and reads a part when a name of it is missing. A package that looks otherwise loads as ever.
"""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from infra.sdk_nested import NestedLoader, QuotingLoader, nested_names

_SPARED = re.compile(r"pulumi_cloudflare|pulumi_aws\.\w+")
_PART = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_SHARED = ("_enums", "_inputs")
"""Parts with the names of nested types, of all resources."""


def install() -> None:
    """From now on; packages that are loaded already stay as they are."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """A finder as `sys.meta_path` takes it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, part = fullname.rpartition(".")
        within = _SPARED.fullmatch(package)
        if not within and not _SPARED.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return spec
        if spec.submodule_search_locations:
            spec.loader = _Loader(fullname, spec.loader.path)
        elif within:
            loader = NestedLoader if part in ("_inputs", "outputs") else QuotingLoader
            spec.loader = loader(fullname, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        source = self.get_source(self.name)
        parts = _PART.findall(source or "")
        if not source or not parts:
            super().exec_module(module)
            return
        module.__dict__["_parts"] = tuple(parts)
        module.__class__ = _Package
        exec(compile(_PART.sub("", source), self.path, "exec"), module.__dict__)  # noqa: S102 what an import does


class _Package(ModuleType):
    """A package with the same names as if it had read all its parts."""

    _parts: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [public for public in dir(self) if not public.startswith("_")]
        if name in self._parts or not (name.startswith("_") or find_spec(f"{self.__name__}.{name}")):
            for part in self._likely(name):
                read = import_module(f"{self.__name__}.{part}")
                if name in nested_names(read):
                    self.__dict__[name] = getattr(read, name)
                if name in self.__dict__:
                    return self.__dict__[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """The import system says here that a part has been read: its names are the package's, as after a star."""
        super().__setattr__(name, value)
        if isinstance(value, ModuleType) and name in self._parts:
            listed = getattr(value, "__all__", [public for public in vars(value) if not public.startswith("_")])
            self.__dict__.update({public: getattr(value, public) for public in listed})

    def __dir__(self) -> list[str]:
        read = [import_module(f"{self.__name__}.{part}") for part in self._parts]
        return sorted({*self.__dict__, *(name for part in read for name in nested_names(part))})

    def _likely(self, name: str) -> list[str]:
        """The parts, the ones first that such a name is in: `get_zone` for `get_zone_output`, `zone` for `ZoneArgs`."""
        stem = re.sub(r"^Awaitable|((Init)?Args|ArgsDict|Result|_output)$", "", name)
        guess = snake(stem)
        return sorted(self._parts, key=lambda part: (part != guess, part not in _SHARED))


def snake(name: str) -> str:
    """`loadBalancerPool` → `load_balancer_pool`: how the SDKs name files and arguments."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
