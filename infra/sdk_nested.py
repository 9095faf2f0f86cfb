"""The nested types of a provider SDK, each made when it is asked for: `_inputs` and `outputs` hold thousands in a file.

Such a file is imports, then classes and nothing else, which name one another in quotes only. So a class's own text can
be run by itself, in the module that it belongs to. A file that looks otherwise is not taken here.
"""

import re
import sys
from collections.abc import Collection, Mapping
from importlib.machinery import SourceFileLoader
from itertools import pairwise
from types import ModuleType
from typing import Any

_QUOTED = re.compile(r"'(\w+)'")


class Nested(ModuleType):
    """A module of nested types. A star takes nothing from it: what other files quote is looked up when it is used."""

    _texts: Mapping[str, str]
    """By a class's name."""

    def __getattr__(self, name: str) -> Any:
        if name not in self._texts:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        path = str(self.__file__).removesuffix("py")
        code = _ClassLoader(self.__name__, f"{path}{name}.py", str(self.__file__), self._apart(self._texts[name]))
        exec(code.get_code(self.__name__) or "", self.__dict__)  # noqa: S102 what an import does
        return self.__dict__[name]

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self._texts})

    def _apart(self, text: str) -> str:
        """Pulumi looks up a quoted type among its module's globals, where none is that nobody has asked for yet: here
        it is quoted as the module's, which makes it."""
        here = self.__name__.rpartition(".")[2]
        return _QUOTED.sub(lambda found: f"'{here}.{found[1]}'" if found[1] in self._texts else found[0], text)


def nested_names(module: ModuleType) -> Collection[str]:
    """The classes that a file of nested types holds; none where the module is another one."""
    return module._texts if isinstance(module, Nested) else ()


class _ClassLoader(SourceFileLoader):
    """Python's own way with a file, its bytecode kept beside the others: for one class's text, as old as its file."""

    def __init__(self, fullname: str, path: str, source: str, text: str) -> None:
        super().__init__(fullname, path)
        self._source, self._text = source, text.encode()

    def path_stats(self, path: str) -> Mapping[str, Any]:
        return {**super().path_stats(self._source), "size": len(self._text)}

    def get_data(self, path: str) -> bytes:
        return self._text if path == self.path else super().get_data(path)


class NestedLoader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        source = self.get_data(self.path).decode()
        parts = [part.rpartition("\n") for part in source.split("\nclass ")]
        if len(parts) == 1 or "\ndef " in source:
            super().exec_module(module)
            return
        texts = {}
        for (_, _, decorator), (text, _, _) in pairwise(parts):
            name = text[: text.index(":")].partition("(")[0]
            texts[name] = f"{decorator}\nclass {text}\n"
        module.__dict__["_texts"] = texts
        module.__class__ = Nested
        imports = parts[0][0].partition("\n__all__ =")[0]
        exec(compile(imports, self.path, "exec"), module.__dict__)  # noqa: S102 what an import does
        module.__dict__.update({self.name.rpartition(".")[2]: module, "__all__": []})


class QuotingLoader(SourceFileLoader):
    """Of a file beside them, that has taken them all by a star: it gets the ones that it quotes."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        nested = sys.modules.get(f"{self.name.rpartition('.')[0]}._inputs")
        if nested is not None and (names := nested_names(nested)):
            # Pulumi looks up what a class's properties are, which is never a `Dict`: those are for type checkers.
            quoted = {name for name in _QUOTED.findall(self.get_source(self.name) or "") if not name.endswith("Dict")}
            module.__dict__.update({name: getattr(nested, name) for name in quoted.intersection(names)})
