"""The guard under which all tests run."""

import os
import socket

import boto3
import pytest
from botocore.exceptions import BotoCoreError


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "2001:db8::1"])
def test_nothing_leaves_this_machine(host: str) -> None:
    with pytest.raises(OSError, match="nothing but this machine"):
        socket.create_connection((host, 443), timeout=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(OSError, match="nothing but"):
        sender.sendto(b"x", (host, 53))


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert server.accept()


def test_a_client_that_forgot_its_endpoint_reaches_no_cloud() -> None:
    with pytest.raises(BotoCoreError):
        boto3.client("sts", region_name="us-east-1").get_caller_identity()
    assert "AWS_PROFILE" not in os.environ
