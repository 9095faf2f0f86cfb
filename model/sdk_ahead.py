"""Parts of the SDKs loaded before processes part: each loads itself where it is first used, in every process anew."""

import re
import sys
from pathlib import Path
from types import ModuleType

from pulumi import CustomResource, _types

_USED = re.compile(r"\b(aws|cloudflare)\.((?:\w+\.)?[A-Z]\w+)\(")


def load_ahead(program: ModuleType) -> None:
    """What the files of a program's package call: `aws.ec2.Vpc(`. What is missed here loads itself later."""
    files = (path for folder in program.__path__ for path in Path(folder).rglob("*.py"))
    for sdk, name in sorted({named for path in files for named in _USED.findall(path.read_text(encoding="utf-8"))}):
        package, part = None, sys.modules.get(f"pulumi_{sdk}")
        for step in name.split("."):
            package, part = part, getattr(part, step, None)
        _read_types(part)
        _read_types(getattr(package, f"{name.rpartition('.')[2]}Args", None))


def _read_types(part: object) -> None:
    """Pulumi reads what a class's annotations name where it first sends one, and remembers it."""
    if isinstance(part, type) and issubclass(part, CustomResource):
        _types.resource_types(part)
    elif isinstance(part, type) and _types.is_input_type(part):
        _types.input_type_types(part)
