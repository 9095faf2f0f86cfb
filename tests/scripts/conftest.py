"""A promotion's estate in this process, for commands that lead one."""

from tests.operations.recovery.conftest import aws_mocked, cloud, topology

__all__ = ["aws_mocked", "cloud", "topology"]
