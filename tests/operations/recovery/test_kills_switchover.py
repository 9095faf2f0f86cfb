"""Kills in a switchover; a file of its own, so that both matrices run side by side."""

from pathlib import Path

import pytest

from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.matrix import every_kill


@pytest.mark.timeout(1200)  # thousands of calls: minutes on a machine that has other work
def test_a_kill_around_every_call_of_a_switchover_then_resume(cloud: Cloud, tmp_path: Path) -> None:
    assert every_kill(cloud, tmp_path, "switchover") > 90
