"""The CLI from Pulumi's own installer, through the Automation API: brings the language hosts with it."""

import sys
from collections.abc import Mapping
from pathlib import Path

from toolchain import bounded, versions

SECONDS = 240.0

# In a process of its own, because a download cannot be stopped from outside in this one. The socket timeout bounds
# a host that never answers; the whole is bounded by SECONDS.
PROGRAM = """
import socket, sys
socket.setdefaulttimeout(15)
try:
    from pulumi.automation import PulumiCommand
    from semver import VersionInfo
    PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
except Exception as error:
    output = getattr(error, "output", b"") or b""
    sys.exit(f"{type(error).__name__}: {error}" + "".join("\\n" + line for line in output.decode().splitlines()[-5:]))
"""


def install(target: Path, env: Mapping[str, str]) -> None:
    """Puts `bin/pulumi` and its companions under `target`.

    Raises:
        AttemptFailed: its host cannot be reached from here, or the installer failed.
    """
    bounded.run([sys.executable, "-c", PROGRAM, target, versions.show(versions.pulumi())], SECONDS, env)
