"""Running the Pulumi engine on the stacks of a project, by the same path as plain `pulumi` takes."""

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import toolchain
from operations.outcomes import Refused
from operations.stacks import locks
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
        self._versions: dict[str, int | None] = {}
        """The format of each state that was read; it is written back in the same."""

    def preview(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """What `up` would do. Raises EngineError."""
        return self._run(stack, "preview", on_change)

    def up(self, stack: str, on_change: OnChange | None = None) -> Changes:
        """Make it so. Raises EngineError; what was done by then is in the state, and a second run goes on."""
        return self._run(stack, "up", on_change)

    def refresh(self, stack: str, on_change: OnChange | None = None, only: Sequence[str] = ()) -> Changes:
        """Take into the state what is really there; of these URNs alone, where any are named."""
        return self._run(stack, "refresh", on_change, **({"target": list(only)} if only else {}))

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
        return list(self.deployment(stack).get("resources") or [])

    def deployment(self, stack: str) -> dict[str, Any]:
        """The whole state of the stack: resources and pending operations; secrets stay encrypted."""
        self._stack(stack)  # makes one that is not there yet
        # The Automation API's own export decrypts: whatever is written with it would have the secrets in the clear.
        told = self._cli().run(["stack", "export", "--stack", stack], str(self.root), self.environment)
        exported = json.loads(told.stdout)
        self._versions[stack] = exported.get("version")
        return dict(exported.get("deployment") or {})

    def replace(self, stack: str, deployment: Mapping[str, Any]) -> None:
        """Put another state in the place of the stack's. The engine refuses one that does not hold together."""
        from pulumi import automation

        state = automation.Deployment(version=self.version(stack), deployment=dict(deployment))
        self._unlocked(stack, lambda: self._stack(stack).import_stack(state), Changes(stack))

    def version(self, stack: str) -> int:
        """The format of the stack's state, where it was read."""
        return self._versions.get(stack) or 3

    def _cli(self) -> "Command":
        with self._lock:  # runs side by side share it
            if self._command is None:
                from operations.stacks.command import Command

                # The Automation API looks for <root>/bin/pulumi.
                self._command = Command(str(toolchain.provide().pulumi.parent.parent))
            return self._command

    def _stack(self, name: str) -> Any:
        from pulumi import automation

        options = automation.LocalWorkspaceOptions(env_vars=self.environment, pulumi_command=self._cli())
        return automation.create_or_select_stack(name, work_dir=str(self.root), opts=options)

    def _run(self, stack: str, action: str, on_change: OnChange | None, **options: Any) -> Changes:
        changes = Changes(stack)

        def see(event: Any) -> None:
            changes.see(event)
            if on_change is not None:
                on_change(changes)

        run = getattr(self._stack(stack), action)
        self._unlocked(stack, lambda: run(on_event=see, color="never", **options), changes)
        return changes

    def _unlocked(self, stack: str, run: Callable[[], object], changes: Changes) -> None:
        """Once more, where what held the state's lock is dead. Raises EngineError, or Refused where it may live."""
        from pulumi.automation import errors

        try:
            run()
            return
        except errors.CommandError as error:
            text = str(error)
            if not locks.locked(text):
                raise EngineError(stack, _code(error), _text(error, changes), changes) from None
        holders = locks.holders(text)
        if not holders or not all(holder.dead for holder in holders):
            raise Refused(locks.explained(stack, text))
        changes.messages.clear()
        self._stack(stack).cancel()
        for holder in holders:
            changes.messages.append(("warning", f"the state was locked by a run that is dead ({holder}): lock removed"))
        try:
            run()
        except errors.CommandError as error:
            raise EngineError(stack, _code(error), _text(error, changes), changes) from None


def _code(error: Exception) -> int:
    found = re.search(r"code: (-?\d+)", str(error))
    return int(found.group(1)) if found else 1


def _text(error: Exception, changes: Changes) -> str:
    """The engine's own errors, once each; its standard error where it sent no event for them."""
    said = [text for severity, text in changes.messages if severity == "error"]
    if said:
        return "\n".join(said)
    return str(error).split("stderr:", 1)[-1].strip() or str(error)
