"""Which project and which environment a command is about."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from operations.outcomes import Refused

if TYPE_CHECKING:
    from infra.settings import Settings


class Project:
    """The folder with `Pulumi.yaml`, found upwards from here unless it was named."""

    def __init__(self, named: Path | None, *, debug: bool = False) -> None:
        self._named = named
        self.debug = debug

    @cached_property
    def root(self) -> Path:
        start = (self._named or Path.cwd()).resolve()
        for folder in [start] if self._named else [start, *start.parents]:
            if (folder / "Pulumi.yaml").is_file():
                return folder
        raise Refused(f"there is no Pulumi.yaml in {start} or above: run this in a checkout, or name it with --project")

    @property
    def overlay(self) -> Path | None:
        """A sandbox's own values; only honoured where the engine is attached to emulated providers."""
        named = os.environ.get("LIFELINE_OVERLAY")
        if not named:
            return None
        if not os.environ.get("PULUMI_DEBUG_PROVIDERS"):
            raise Refused(
                "LIFELINE_OVERLAY is set without a sandbox: its values are for rehearsals only; unset it, or start "
                'from `eval "$(lifeline sandbox env)"`'
            )
        return Path(named)

    def stacks(self, environment: str, only: list[str] | None = None) -> dict[str, "Settings"]:
        """Stack name → settings, in the order of a first `up`. All are checked before any is touched."""
        from infra.settings.load import environment as load_environment
        from infra.settings.load import load

        if only:
            from infra.settings.load import apply_order

            chosen = {stack: load(self.root, stack, self.overlay) for stack in only}
            return dict(sorted(chosen.items(), key=lambda item: apply_order(item[1])))
        return load_environment(self.root, environment, self.overlay)

    def settings(self, environment: str) -> "Settings":
        """The environment's settings, seen from its first stack."""
        return next(iter(self.stacks(environment).values()))
