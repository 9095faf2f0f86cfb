"""The rows: one file a service, one row a resource type.

A row states how a type is made, read, changed and removed, and, for each property that changes in place, who says so.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sandbox.providers.aws.row import Row
from sandbox.providers.plain import Plain


def aws_rows() -> Iterator[Row]:
    """Every row of the aws provider: the `ROWS` of each file here; a new file is all that a new service takes."""
    for module in _modules():
        # Cloudflare's rows are of another kind, and a file may hold what the rows of another need.
        yield from (row for row in getattr(module, "ROWS", ()) if isinstance(row, Row))


def plain_rows() -> Iterator[Plain]:
    """Every type that is recorded, but changes as AWS changes it: the `PLAIN` of each file here."""
    for module in _modules():
        yield from getattr(module, "PLAIN", ())


def _modules() -> Iterator[ModuleType]:
    for found in iter_modules(__path__):
        yield import_module(f"{__name__}.{found.name}")
