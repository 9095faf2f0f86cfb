"""The emulated `random` provider: real randomness, kept in the engine's state as the real provider keeps it."""

import secrets
import string

from model.signatures import Sdk
from sandbox.providers.diff import Difference
from sandbox.providers.handlers import Handler, Refused, Setup, Subject
from sandbox.providers.preparation import prepared
from sandbox.providers.recorded import Recorded
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties

PASSWORD = "random:index/randomPassword:RandomPassword"
SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


class Password:
    """A random password. Any change of its arguments makes another."""

    rules = Rules(
        defaults={
            "lower": True,
            "upper": True,
            "numeric": True,
            "special": True,
            "minLower": 0,
            "minUpper": 0,
            "minNumeric": 0,
            "minSpecial": 0,
        },
        computed=("number",),
    )

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        return prepared(subject, self.rules, seed)

    def create(self, subject: Subject) -> tuple[str, Properties]:
        # A bcrypt hash would need a library of its own; nothing here reads one.
        return "none", {**subject.inputs, "result": password(subject.inputs)}

    def imported(self, subject: Subject) -> Subject:
        return subject

    def read(self, subject: Subject) -> Properties | None:
        return subject.outputs or None

    def update(self, subject: Subject, difference: Difference) -> Properties:
        return {**subject.outputs, **subject.inputs}

    def delete(self, subject: Subject) -> None:
        """Nothing exists outside the engine's state."""


def password(inputs: Properties) -> str:
    """A password of `length` characters with at least the asked number of each kind. Raises Refused."""
    kinds = {
        "Lower": string.ascii_lowercase if inputs.get("lower", True) else "",
        "Upper": string.ascii_uppercase if inputs.get("upper", True) else "",
        "Numeric": string.digits if inputs.get("numeric", True) else "",
        "Special": (inputs.get("overrideSpecial") or SPECIAL) if inputs.get("special", True) else "",
    }
    length = int(inputs["length"])
    wanted = [characters for kind, characters in kinds.items() for _ in range(int(inputs.get(f"min{kind}") or 0))]
    if len(wanted) > length:
        raise Refused(f"the password's length ({length}) must be at least the sum of its minimums ({len(wanted)})")
    everything = "".join(kinds.values())
    if not everything or not all(wanted):
        raise Refused("the password has no character set to choose from")
    made = [secrets.choice(characters) for characters in wanted]
    made += [secrets.choice(everything) for _ in range(length - len(made))]
    secrets.SystemRandom().shuffle(made)
    return "".join(made)


class Randomness:
    """Resource types of `pulumi_random`."""

    def __init__(self) -> None:
        self.sdk = Sdk("random")
        self._recorded = Recorded()
        self._password = Password()

    def unconfigured(self, variables: Properties) -> list[tuple[str, str]]:
        return []

    def configure(self, variables: Properties) -> Setup:
        return Setup()

    def handler(self, token: str) -> Handler:
        return self._password if token == PASSWORD else self._recorded

    def invoke(self, setup: Setup, token: str, arguments: Properties) -> Properties:
        raise Refused("the random provider has no functions")

    def stays(self, subject: Subject) -> bool:
        return True
