"""A view from the program itself, run without an engine, an account or a network: ids and ARNs are made up, but stable.

Only this and what it alone uses import Pulumi in the model, and the program; both when a view is asked for.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.settings import Settings, SettingsError
from infra.settings.load import load, stack_names
from model import answers
from model.collector import paused
from model.problems import InputError
from model.resource import Location, Resource
from model.side_by_side import side_by_side
from model.struct import fields
from model.symbols import ACCOUNT
from model.types import STACK
from model.view import View
from model.wire import plain


def views(root: Path, stacks: Sequence[str] | None = None) -> list[View]:
    """What Lifeline's program declares for stacks (all that have a file), each as a view of its own.

    Raises:
        InputError: settings are wrong, or the program raised.
    """
    named = stack_names(root) if stacks is None else stacks
    loaded = {stack: _settings(root, stack) for stack in named}
    with paused():
        import infra
        from infra.program import declare
        from model.sdk_ahead import load_ahead

        load_ahead(infra)

        def see(stack: str) -> View:
            settings = loaded[stack]
            program = partial(declare, settings, check_intent=False)
            return run(program, "lifeline", stack, root, region=settings.region, account=settings.account_id)

        return side_by_side(see, named)


def _settings(root: Path, stack: str) -> Settings:
    try:
        return load(root, stack)
    except SettingsError as error:
        raise InputError(f"the stack {stack} cannot be judged: its settings are wrong:\n{error}") from None


def run(
    program: Callable[[], object],
    project: str,
    stack: str,
    root: Path,
    *,
    region: str = "us-east-1",
    account: str = ACCOUNT,
) -> View:
    """What any Pulumi program in Python declares when it is called. `root` is the project's folder.

    It runs as in a preview: what only the cloud tells is unknown, apart from ids, ARNs, names and such texts.

    Raises:
        InputError: the program raised.
    """
    from pulumi.runtime import mocks
    from pulumi.runtime.settings import SETTINGS, set_root_resource
    from pulumi.runtime.stack import run_pulumi_func

    from model.monitor import Monitor
    from model.positions import one_frame

    root = root.resolve()
    logger = logging.getLogger("lifeline.program")
    logger.propagate, logger.disabled = False, True
    seen = Monitor(lambda request, urn: _resource(request, urn, root, region, account), region, account)

    def body() -> None:
        program()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        set_root_resource(None)  # type: ignore[arg-type]  # or exports would pile up on the stack of the run before
        SETTINGS.rpc_manager.clear()
        SETTINGS.outputs.clear()
        mocks.set_mocks(seen.mocks, project, stack, preview=True, logger=logger, monitor=seen)
        SETTINGS.root_directory = str(root)
        with one_frame():
            loop.run_until_complete(run_pulumi_func(body))
    except Exception as error:
        raise InputError(
            f"the stack {stack} cannot be judged: its program raised {_said(error)}; mend it, then run this again"
        ) from error
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    top = Resource(
        f"urn:pulumi:{stack}::{project}::{STACK}::{project}-{stack}", STACK, f"{project}-{stack}", {}, custom=False
    )
    return View(stack, "program", [top, *seen.found])


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _resource(request: Any, urn: str, root: Path, region: str, account: str) -> tuple[Resource, dict[str, Any]]:
    """One registration as a resource, and the outputs that the program goes on with."""
    given = plain(fields(request.object if hasattr(request, "object") else request.properties))
    place = given.props.get("region")
    outputs = answers.outputs(
        request.type, request.name, given.props, place if isinstance(place, str) else region, account
    )
    external = not hasattr(request, "object")
    return (
        Resource(
            urn,
            request.type,
            request.name,
            given.props,
            outputs=outputs,
            id=request.id if external else f"{request.name}-id",
            parent=request.parent,
            provider=request.provider.rsplit("::", 1)[0],
            depends={} if external else {name: tuple(item.urns) for name, item in request.propertyDependencies.items()},
            secrets=frozenset(given.secrets),
            protect=False if external else bool(request.protect),
            retain=False if external else bool(request.retainOnDelete),
            custom=external or bool(request.custom),
            external=external,
            location=_location(request.sourcePosition, root),
        ),
        outputs,
    )


def _location(position: Any, root: Path) -> Location | None:
    if not position.uri:
        return None
    path = Path(unquote(urlsplit(position.uri).path))
    return Location(str(path.relative_to(root) if path.is_relative_to(root) else path), position.line)
