"""One resource before the rest of its stack is known: what the engine shows while it plans."""

from typing import Any, NoReturn

from model.resource import Resource
from model.values import UnknownMet
from model.view import View


class Alone(View):
    """A resource and its provider. Every question about others is unknown, so a verdict that needs them waits."""

    def __init__(self, stack: str, resource: Resource, provider: Resource | None) -> None:
        super().__init__(stack, "engine", [resource] if provider is None else [resource, provider])
        self._provider = provider

    def provider(self, resource: Resource) -> Resource | None:
        return self._provider

    def _wait(self, *_: Any) -> NoReturn:
        raise UnknownMet("the rest of the stack")

    # Each has its own signature in `View`; here none answers.
    of: Any = _wait
    linked: Any = _wait
    targets: Any = _wait
    children: Any = _wait
    ancestors: Any = _wait
    get: Any = _wait

    @property
    def kinds(self) -> tuple[str, ...]:
        self._wait()

    @property
    def root(self) -> Resource | None:
        self._wait()
