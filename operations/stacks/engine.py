"""Running the Pulumi engine on the stacks of a project, by the same path as plain `pulumi` takes."""

import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import toolchain
from operations.stacks.changes import Changes

if TYPE_CHECKING:
    from operations.stacks.command import Command

OnChange = Callable[[Changes], None]


class EngineError(Exception):
    """The engine stopped. `code` is its exit code (Pulumi's table), `changes` what it had done by then."""

    def __init__(self, stack: str, code: int, text: str, changes: Changes) -> None:
        self.stack, self.code, self.changes = stack, code, changes
        super().__init__(text)


class Engine:
    """The stacks of the project in `root`. The environment says which backend and which cloud."""

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.environment = toolchain.environment(dict(os.environ if environment is None else environment))
        self._command: Command | None = None
        self._lock = threading.Lock()

    def preview(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """What `up` would do. Raises EngineError."""
        return self._run(stack, "preview", on_change)

    def up(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """Make it so. Raises EngineError; what was done by then is in the state, and a second run goes on."""
        return self._run(stack, "up", on_change)

    def refresh(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """Take into the state what is really there."""
        return self._run(stack, "refresh", on_change)

    def destroy(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """Delete everything of the stack. Check `protected` first."""
        return self._run(stack, "destroy", on_change)

    def interrupt(self) -> None:
        """Let every run under way finish what it has begun and end; a second call ends them at once."""
        if self._command is not None:
            self._command.interrupt()

    def protected(self, stack: str) -> list[str]:
        """The URNs that the state protects against deletion."""
        return [item["urn"] for item in self.resources(stack) if item.get("protect")]

    def resources(self, stack: str) -> list[dict[str, Any]]:
        """The stack's resources as the state has them; secrets stay encrypted."""
        deployment = self._stack(stack).export_stack().deployment or {}
        return list(deployment.get("resources") or [])

    def _stack(self, name: str) -> Any:
        from pulumi import automation

        with self._lock:  # runs side by side share it
            if self._command is None:
                from operations.stacks.command import Command

                # The Automation API looks for <root>/bin/pulumi.
                self._command = Command(str(toolchain.provide().pulumi.parent.parent))
        options = automation.LocalWorkspaceOptions(env_vars=self.environment, pulumi_command=self._command)
        return automation.create_or_select_stack(name, work_dir=str(self.root), opts=options)

    def _run(self, stack: str, action: str, on_change: OnChange | None) -> Changes:
        from pulumi.automation import errors

        changes = Changes(stack)

        def see(event: Any) -> None:
            changes.see(event)
            if on_change is not None:
                on_change(changes)

        try:
            run = getattr(self._stack(stack), action)
            run(on_event=see, color="never")
        except errors.CommandError as error:
            raise EngineError(stack, _code(error), _text(error, changes), changes) from None
        return changes


def _code(error: Exception) -> int:
    found = re.search(r"code: (-?\d+)", str(error))
    return int(found.group(1)) if found else 1


def _text(error: Exception, changes: Changes) -> str:
    """The engine's own errors, once each; its standard error where it sent no event for them."""
    said = [text for severity, text in changes.messages if severity == "error"]
    if said:
        return "\n".join(said)
    return str(error).split("stderr:", 1)[-1].strip() or str(error)
