"""What can go wrong while the CLI is provided."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """One way that was tried, and why it did not give a CLI."""

    way: str
    why: str


class AttemptFailed(Exception):
    """One way to the CLI does not work here; the message says why in one line or a few."""


class ToolchainError(Exception):
    """No way gave a usable Pulumi CLI; the message lists every attempt."""

    def __init__(self, version: str, attempts: Sequence[Attempt]) -> None:
        self.version = version
        self.attempts = tuple(attempts)
        tried = "\n".join(f"  {number}. {attempt.way}: {attempt.why}" for number, attempt in enumerate(attempts, 1))
        super().__init__(
            f"no Pulumi CLI: each of {len(attempts)} ways failed\n{tried}\n"
            f"what to do: put Pulumi v{version} or newer on PATH, or mend one of the causes above, "
            "then run `make setup` again"
        )
