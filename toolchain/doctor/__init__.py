"""Looks at every prerequisite of Lifeline and says what to do about each that is not met. Changes nothing."""

from collections.abc import Mapping
from pathlib import Path

from toolchain.doctor import account, machine
from toolchain.doctor.check import Check

__all__ = ["Check", "checks"]


def checks(root: Path, sites: Mapping[str, str], env: Mapping[str, str]) -> list[Check]:
    """All checks, in the order in which their failures should be mended; some seconds in all.

    Args:
        root: the checkout.
        sites: site → region, as the settings have them; empty if the settings cannot be read.
        env: the environment that commands would run in.
    """
    return [*machine.checks(root, env), *account.checks(root, sites, env)]
