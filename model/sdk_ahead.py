"""Parts of the SDK loaded before processes part: each loads itself where it is first used, in every process anew."""

import re
import sys
from pathlib import Path
from types import ModuleType

_USED = re.compile(r"\baws\.(\w+)\.[A-Z]")


def load_ahead(program: ModuleType) -> None:
    """What the files of a program's package name: `ec2` of `aws.ec2.Vpc`. What is missed here loads itself later."""
    sdk = sys.modules.get("pulumi_aws")
    files = (path for folder in program.__path__ for path in Path(folder).rglob("*.py"))
    for name in sorted({name for path in files for name in _USED.findall(path.read_text(encoding="utf-8"))}):
        part = getattr(sdk, name, None)
        if isinstance(part, ModuleType):
            hasattr(part, "__all__")  # any look inside loads it
