"""The SDK's generated gRPC modules without the SDK itself.

The host speaks the protocol and runs no program, so it need not load what programs use. That is more than half of its
start, and every `pulumi` command starts a host.
"""

import sys
from importlib.util import find_spec
from types import ModuleType


def load_alone() -> None:
    """Lets `pulumi.runtime.proto` be imported without what `pulumi` imports; in a process of the host's own only.

    Raises:
        ModuleNotFoundError: the SDK is not installed in this Python.
    """
    if "pulumi" in sys.modules:
        return
    found = find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{sys.executable} has no Pulumi SDK; run `make setup`", name="pulumi")
    folder = found.submodule_search_locations[0]
    for name, path in (("pulumi", folder), ("pulumi.runtime", f"{folder}/runtime")):
        package = ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package
