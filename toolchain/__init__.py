"""Provides the Pulumi CLI, and a Python language host where the CLI has none.

`provide()` finds or makes the CLI, `environment()` gives the variables under which the engine finds it and its host.
"""

from toolchain.cli import Cli, environment, provide
from toolchain.problems import ToolchainError

__all__ = ["Cli", "ToolchainError", "environment", "provide"]
