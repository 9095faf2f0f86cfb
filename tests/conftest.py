"""What every test runs under: nothing leaves this machine, no account of the developer's is seen, no colour."""

import gc
import ipaddress
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

import toolchain
from sandbox.aws import moto_settings

PREFIXES_OF_ACCOUNTS = ("AWS_", "PULUMI_", "CLOUDFLARE_", "LIFELINE_")


SHARED = {
    "tests/engine/test_fence.py": "applied",
    "tests/engine/test_life_cycle.py": "applied",
    "tests/engine/test_after_a_promotion.py": "moved",
    "tests/engine/test_at_work.py": "moved",
    "tests/engine/test_promotion.py": "moved",
}
"""Files that share an estate (tests/engine/conftest.py), so that one worker runs them."""


class ByEstate(LoadFileScheduling):
    """A file is run by one worker, and so are the files that share an estate."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return SHARED.get(file, file)


class LeftTheMachine(OSError):
    """A test tried to reach something else than this machine; as an OSError it also looks unreachable to the code."""


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIXES_OF_ACCOUNTS)]:
        del os.environ[name]
    # What the tests start, dozens of programs of this checkout, need not compile it each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # The provider SDKs and moto stay: a full collection walks them all, and the default has one every few seconds.
    gc.set_threshold(100_000, 50, 100)
    home = Path(tempfile.mkdtemp(prefix="lifeline-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ.update(
        NO_COLOR="1",
        PULUMI_HOME=str(home / "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK="true",
        # Whatever is started without an endpoint of its own finds no credentials to call the real cloud with.
        AWS_CONFIG_FILE=str(home / "aws-config"),
        AWS_SHARED_CREDENTIALS_FILE=str(home / "aws-credentials"),
        AWS_EC2_METADATA_DISABLED="true",
        # moto reads them when it is first imported, by whichever test comes first.
        **moto_settings.SETTINGS,
    )
    # A shell without job control starts what it puts into the background with SIGINT ignored, and every program
    # that a test interrupts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _stay_on_loopback(config)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByEstate:
    return ByEstate(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """The first test of an estate applies three stacks: minutes on a machine that has other work."""
    if item.path.parent.name == "engine" and item.get_closest_marker("timeout") is None:
        item.add_marker(pytest.mark.timeout(1200))


def _stay_on_loopback(config: pytest.Config) -> None:
    """Guards the sockets of this process (gRPC has its own; it is only given loopback addresses here)."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, original: Any = original) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _check(address[0])
            return original(self, address)

        patch.setattr(socket.socket, name, guarded)
    send = socket.socket.sendto

    def guarded_send(self: socket.socket, data: Any, *rest: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(rest[-1][0])
        return send(self, data, *rest)

    patch.setattr(socket.socket, "sendto", guarded_send)
    resolve = socket.getaddrinfo

    def guarded_resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if host:
            _check(host.decode() if isinstance(host, bytes) else str(host))
        return resolve(host, *rest, **named)

    patch.setattr(socket, "getaddrinfo", guarded_resolve)


def _check(host: str) -> None:
    if host in ("localhost", ""):
        return
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        raise LeftTheMachine(
            f"a test asked for the address of {host!r}: tests reach nothing but this machine"
        ) from None
    if not (address.is_loopback or address.is_unspecified):
        raise LeftTheMachine(f"a test tried to reach {host}: tests reach nothing but this machine")


@pytest.fixture(scope="session")
def pulumi_cli() -> toolchain.Cli:
    """The CLI that `make setup` provided; a test never builds one."""
    return toolchain.provide(make=False)
