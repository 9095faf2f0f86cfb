"""What a provider has to say about one resource type, and the errors that it may say it with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from model.signatures import Sdk, Signature
from sandbox.providers.diff import Difference
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


class Refused(Exception):
    """The cloud or the provider says no; the text is what the user reads."""


class Misconfigured(Refused):
    """The provider's own configuration does not hold."""


class Unfinished(Refused):
    """A resource exists but is not what was asked for: the engine must keep it in its state."""

    def __init__(self, text: str, resource_id: str, outputs: Properties) -> None:
        super().__init__(text)
        self.resource_id = resource_id
        self.outputs = outputs


@dataclass(frozen=True)
class Setup:
    """One configured provider instance: what Configure was told, and what it found out."""

    region: str = ""
    account_id: str = ""
    default_tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The resource that a call is about. Values are plain: no secret or unknown marks."""

    setup: Setup
    urn: str
    token: str
    signature: Signature
    inputs: Properties = field(default_factory=dict)
    id: str = ""
    outputs: Properties = field(default_factory=dict)
    """As last known; empty before creation."""
    old_inputs: Properties = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rsplit("::", 1)[-1]

    def value(self, name: str) -> Any:
        """A property as asked for, else as last known, else None."""
        given = self.inputs.get(name)
        return self.outputs.get(name) if given is None else given

    @property
    def region(self) -> str:
        """Where the resource lives: its own `region`, where it was, or the provider's."""
        return str(self.inputs.get("region") or self.outputs.get("region") or self.setup.region)


class Handler(Protocol):
    """One resource type's life. Every method may raise Refused."""

    rules: Rules

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        """Values that the provider adds to the arguments before they are checked; only those."""

    def create(self, subject: Subject) -> tuple[str, Properties]:
        """(id, outputs). May raise Unfinished."""

    def imported(self, subject: Subject) -> Subject:
        """The resource by its own id, where an import names it otherwise (`cluster/service` for an ARN)."""

    def read(self, subject: Subject) -> Properties | None:
        """The outputs as they are now; None when the resource is gone. `subject.outputs` is empty on import."""

    def update(self, subject: Subject, difference: Difference) -> Properties:
        """The outputs after the change. May raise Unfinished."""

    def delete(self, subject: Subject) -> None:
        """Returns when the resource is gone; it may be gone already."""


class Provider(Protocol):
    """One package's provider."""

    sdk: Sdk

    def configure(self, variables: Properties) -> Setup:
        """Raises Misconfigured."""

    def handler(self, token: str) -> Handler:
        """Of any type that the SDK has."""

    def invoke(self, setup: Setup, token: str, arguments: Properties) -> Properties:
        """The result of a function. Raises Refused."""

    def unconfigured(self, variables: Properties) -> list[tuple[str, str]]:
        """CheckConfig: (property, reason) of everything wrong with a provider's own arguments."""

    def stays(self, subject: Subject) -> bool:
        """False where the resource would have to move, though none of its arguments changed (its provider's region)."""
