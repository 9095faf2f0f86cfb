"""Where commands go: said on stderr before anything is done, so that nobody mistakes a real account for a rehearsal."""

import os
from typing import TYPE_CHECKING

from operations.outcomes import Refused
from scripts.project import Project
from scripts.terminal import say

if TYPE_CHECKING:
    from operations.stacks.engine import Engine

SANDBOX = "LIFELINE_SANDBOX"


def announce(project: Project) -> None:
    """One line on stderr. Raises Refused where nothing says where to go."""
    name = os.environ.get(SANDBOX)
    if name:
        say(f"target: sandbox {name}")
        return
    if os.environ.get("PULUMI_BACKEND_URL") or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_ACCESS_KEY_ID"):
        say("target: the AWS account of your credentials")
        return
    running = [path.parent.name for path in sorted(project.root.glob(".lifeline/*/sandbox.json"))]
    if running:
        name = "" if running[0] == "default" else f" --name {running[0]}"
        hint = f'a sandbox is running: eval "$(lifeline sandbox env{name})"'
    else:
        hint = 'for a rehearsal: lifeline sandbox start, then eval "$(lifeline sandbox env)"'
    raise Refused(f"no target: neither AWS credentials nor a sandbox in the environment; {hint}")


def engine(project: Project) -> "Engine":
    """The Pulumi engine on this project, after saying where it goes."""
    from operations.stacks.engine import Engine

    announce(project)
    return Engine(project.root)
