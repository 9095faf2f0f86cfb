"""Parts of the SDKs loaded before processes part: each loads itself where it is first used, in every process anew."""

import re
import sys
from pathlib import Path
from types import ModuleType

_USED = re.compile(r"\b(aws|cloudflare)\.((?:\w+\.)?[A-Z]\w+)\(")


def load_ahead(program: ModuleType) -> None:
    """What the files of a program's package call: `aws.ec2.Vpc(`. What is missed here loads itself later."""
    files = (path for folder in program.__path__ for path in Path(folder).rglob("*.py"))
    for sdk, name in sorted({named for path in files for named in _USED.findall(path.read_text(encoding="utf-8"))}):
        part: object = sys.modules.get(f"pulumi_{sdk}")
        for step in name.split("."):
            part = getattr(part, step, None)
