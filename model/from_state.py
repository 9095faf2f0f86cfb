"""A view from an exported state: what `pulumi stack export` writes, or a checkpoint of a file backend."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.files import document
from model.problems import InputError
from model.recorded import check_parents, resource, stack_of
from model.view import View

HOW = "write it with `pulumi stack export --file FILE`"


def read(path: Path) -> View:
    """The resources of a state file. Raises InputError."""
    return view(document(path, HOW), str(path))


def view(exported: Any, where: str) -> View:
    """The resources of an exported state that is in memory already. Raises InputError."""
    recorded = _resources(exported, where)
    resources = [
        resource(raw, f"{where}: resource {number}")
        for number, raw in enumerate(recorded, 1)
        # Waiting for its deletion: its successor is in the list.
        if not (isinstance(raw, Mapping) and raw.get("delete"))
    ]
    check_parents(resources, where)
    return View(next((stack_of(item.urn) for item in resources), ""), "state", resources)


def _resources(exported: Any, where: str) -> list[Any]:
    if not isinstance(exported, Mapping):
        raise InputError(f"{where} is no exported state: an object is expected; {HOW}")
    deployment = exported.get("deployment")
    if deployment is None and isinstance(exported.get("checkpoint"), Mapping):
        deployment = exported["checkpoint"].get("latest")
        if deployment is None:
            return []  # a stack that was made and never updated
    if not isinstance(deployment, Mapping):
        raise InputError(f"{where} is no exported state: it has no deployment; {HOW}")
    recorded = deployment.get("resources")
    if recorded is None and "manifest" in deployment:
        return []
    if not isinstance(recorded, list):
        raise InputError(f"{where} is no exported state: its deployment has no list of resources; {HOW}")
    return recorded
