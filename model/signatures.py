"""What the provider SDKs accept and return, read from their sources without importing them.

`pulumi_aws.ec2` alone costs seconds and a hundred megabytes to import; its source tells the same in milliseconds. Every
property of a resource, its type, whether it is required, and the types nested in it come from the installed package.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from infra.sdk_parts import snake


@dataclass(frozen=True)
class Scalar:
    """A text, a whole number, a number or a truth value."""

    kind: Literal["str", "int", "float", "bool"]


@dataclass(frozen=True)
class Sequence:
    of: "Type"


@dataclass(frozen=True)
class Map:
    """Free keys, one type of value."""

    of: "Type"


@dataclass(frozen=True)
class Object:
    """A nested type with named properties: class `name` of the SDK's source file `source`."""

    source: Path
    name: str

    @property
    def properties(self) -> Mapping[str, "Property"]:
        """By camelCase name. Empty where the SDK declares none."""
        return _class_properties(self.source, self.name)


@dataclass(frozen=True)
class Anything:
    """The SDK does not say more."""


Type = Scalar | Sequence | Map | Object | Anything


@dataclass(frozen=True)
class Property:
    name: str
    """camelCase, as on the wire."""
    type: Type
    required: bool


@dataclass(frozen=True)
class Signature:
    """One resource type of an SDK."""

    token: str
    inputs: Mapping[str, Property]
    properties: Mapping[str, Property]
    """Inputs and outputs."""
    secret_outputs: frozenset[str]

    @property
    def computed(self) -> frozenset[str]:
        """What only the cloud tells: outputs that are no inputs."""
        return frozenset(self.properties) - frozenset(self.inputs)


class UnknownType(LookupError):
    """The SDK has no such resource or function."""


@dataclass(frozen=True)
class Sdk:
    """One installed provider SDK, for example `Sdk("aws")`."""

    package: str

    @property
    def root(self) -> Path:
        spec = find_spec(f"pulumi_{self.package}")
        if spec is None or spec.origin is None:
            raise UnknownType(f"pulumi_{self.package} is not installed: its types cannot be checked; run `make setup`")
        return Path(spec.origin).parent

    @property
    def version(self) -> str:
        """The SDK's version as its plugin metadata states it."""
        text = (self.root / "pulumi-plugin.json").read_text(encoding="utf-8")
        found = re.search(r'"version":\s*"([^"]+)"', text)
        return found.group(1) if found else "0.0.0"

    def resource(self, token: str) -> Signature:
        """The signature of a resource type, for example "aws:ec2/vpc:Vpc". Raises UnknownType."""
        return _resource(self.root, token)

    def function(self, token: str) -> frozenset[str]:
        """The argument names of an invoke, camelCase. Raises UnknownType."""
        return _function(self.root, token)


@cache
def _resource(root: Path, token: str) -> Signature:
    source = _source(root, token)
    name = token.rsplit(":", 1)[1]
    # `InitArgs` where a nested type has the plain name.
    inputs = _class_properties(source, f"{name}Args") or _class_properties(source, f"{name}InitArgs")
    state = _class_properties(source, f"_{name}State")
    found = re.search(r"additional_secret_outputs=\[([^\]]*)\]", _text(source))
    secrets = frozenset(re.findall(r'"(\w+)"', found.group(1))) if found else frozenset[str]()
    return Signature(token, inputs, {**inputs, **state}, secrets)


@cache
def _function(root: Path, token: str) -> frozenset[str]:
    text = _text(_source(root, token))
    return frozenset(re.findall(r"__args__\['(\w+)'\]", text))


def _source(root: Path, token: str) -> Path:
    """The file that declares a type token `package:module/file:Name`."""
    _, module, _ = token.split(":")
    folder, _, stem = module.partition("/")
    home = root if folder == "index" else root / folder.lower()
    if not home.is_dir():
        home = home.with_name(f"{home.name}_")  # `lambda` is a word of Python's own
    guess = home / f"{snake(stem)}.py"
    if guess.is_file() and f"'{token}'" in _text(guess):
        return guess
    for path in sorted(home.glob("*.py")) if home.is_dir() else ():
        if f"'{token}'" in path.read_text(encoding="utf-8"):
            return path
    raise UnknownType(
        f"{token}: the installed {root.name} has no such type or function; check its spelling and the SDK's version"
    )


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _classes(source: Path) -> Mapping[str, str]:
    """Each class's own text, by name. Cut in one walk: files of megabytes hold thousands, and each is asked for."""
    return {part.partition(":")[0]: part for part in re.split(r"\n(?:class |@|def )", _text(source))}


@cache
def _class_properties(source: Path, name: str) -> Mapping[str, Property]:
    text = _classes(source).get(name)
    if text is None:
        return {}
    names = dict(reversed(pair) for pair in _GETTER.findall(text))
    head = text.split("):\n", 1)[0]
    nested = source.with_name("_inputs.py")
    properties = {}
    for argument, annotation, default in _ARGUMENT.findall(head):
        wire = names.get(argument, argument)
        properties[wire] = Property(wire, _Annotation(annotation, nested).type(), required=not default)
    return properties


_GETTER = re.compile(
    r'@pulumi\.getter\(name="(\w+)"\)\n(?: +@_utilities\.deprecated\("""[\s\S]*?"""\)\n)? +def (\w+)\('
)
"""(name on the wire, Python name); deprecated ones say so between."""
_ARGUMENT = re.compile(r"^ {17}(\w+): (.+?)( = None)?,?$", re.MULTILINE)
_TOKEN = re.compile(r"'[^']*'|[\w.]+|[\[\],]")


class _Annotation:
    """Reads one generated annotation, for example `pulumi.Input[Optional[Sequence['XArgs']]]`.

    By hand, since `ast` keeps its recursion depth for the whole process in Python 3.11 and providers check in threads.
    """

    def __init__(self, text: str, nested: Path) -> None:
        self._tokens = _TOKEN.findall(text)
        self._nested = nested

    def type(self) -> Type:
        name = self._tokens.pop(0)
        inner = self._inner()
        if name.startswith("'"):
            name = name.strip("'")
            return Object(self._nested, name) if re.fullmatch(r"\w+Args", name) else Anything()
        name = name.rsplit(".", 1)[-1]
        if name in ("Input", "Optional") and inner:
            return inner[0]
        if name == "Sequence" and inner:
            return Sequence(inner[0])
        if name == "Mapping" and len(inner) > 1:
            return Map(inner[1])
        if name == "Union":
            return next((kind for kind in inner if not isinstance(kind, Anything)), Anything())
        if name in ("str", "int", "float", "bool"):
            return Scalar(name)
        return Anything()

    def _inner(self) -> list[Type]:
        if not self._tokens or self._tokens[0] != "[":
            return []
        kinds = []
        while self._tokens.pop(0) != "]":
            kinds.append(self.type())
        return kinds
