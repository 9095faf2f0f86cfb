"""The three providers on ports of their own, to be attached with `PULUMI_DEBUG_PROVIDERS`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.aws.callers import OPERATOR, SECRET_ACCESS_KEY, access_key
from sandbox.calls import CallLog
from sandbox.providers.aws.provider import Aws
from sandbox.providers.aws.session import Credentials
from sandbox.providers.busy import Busy
from sandbox.providers.cloudflare.provider import Cloudflare
from sandbox.providers.handlers import Provider
from sandbox.providers.randomness import Randomness
from sandbox.providers.service import Service

THREADS = 32
"""The engine makes this many resources at a time, and some wait long for the cloud."""
CLOUDFLARE_TOKEN = "sandbox"
MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit."""


class Providers:
    """The emulated providers of one sandbox.

    `aws_endpoint` and `cloudflare_endpoint` are base URLs; the providers call AWS as the operator.
    """

    def __init__(
        self,
        aws_endpoint: str,
        cloudflare_endpoint: str,
        calls: CallLog,
        credentials: Credentials | None = None,
    ) -> None:
        me = credentials or Credentials(access_key(OPERATOR), SECRET_ACCESS_KEY)
        self._calls = calls
        self._providers: dict[str, Provider] = {
            "aws": Aws(aws_endpoint, me),
            "cloudflare": Cloudflare(cloudflare_endpoint, CLOUDFLARE_TOKEN),
            "random": Randomness(),
        }
        self._servers: list[grpc.Server] = []
        self._busy = Busy()

    def start(self) -> dict[str, int]:
        """Serves on free ports of 127.0.0.1. Package → port."""
        ports = {}
        for package, provider in self._providers.items():
            server = grpc.server(
                ThreadPoolExecutor(THREADS, thread_name_prefix=f"provider-{package}"),
                interceptors=[self._busy],
                options=[
                    ("grpc.max_receive_message_length", MESSAGE_BYTES),
                    ("grpc.max_send_message_length", MESSAGE_BYTES),
                    ("grpc.so_reuseport", 0),
                ],
            )
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(Service(provider, self._recorder(package)), server)
            ports[package] = server.add_insecure_port("127.0.0.1:0")
            server.start()
            self._servers.append(server)
        return ports

    @property
    def busy_seconds(self) -> float:
        """In which at least one call was being answered, of all that they have run."""
        return self._busy.seconds

    def stop(self) -> None:
        """Ends the servers; calls under way get a moment."""
        for stopped in [server.stop(grace=1) for server in self._servers]:
            stopped.wait(2)
        self._servers.clear()

    def _recorder(self, package: str) -> Any:
        def record(operation: str, arguments: dict[str, Any], outcome: str) -> None:
            self._calls.record(
                caller=OPERATOR,
                region=str(arguments.get("region") or ""),
                service=f"pulumi:{package}",
                operation=operation,
                outcome=outcome,
                status=0,
                arguments=arguments,
            )

        return record


def debug_providers(ports: dict[str, int]) -> str:
    """The value of `PULUMI_DEBUG_PROVIDERS` for these ports."""
    return ",".join(f"{package}:{port}" for package, port in sorted(ports.items()))
