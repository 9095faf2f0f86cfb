"""Serves one engine until it goes away: prints the port, as every Pulumi plugin does, and waits."""

import argparse
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from toolchain.language_host import protocol

# Each program and each plugin holds a thread while it runs.
THREADS = 64


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="pulumi-language-python")
    parser.add_argument("engine", nargs="?", default="", help="the engine's address")
    # The engine adds logging and tracing flags of its own; they ask for nothing that this host has.
    options, _ = parser.parse_known_args(arguments)
    parent = os.getppid()
    protocol.load_alone()
    import grpc
    from pulumi.runtime.proto import language_pb2_grpc

    from toolchain.language_host.server import LanguageHost

    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    # The engine ends a plugin with SIGINT to its group, and a Ctrl-C is the same: neither is an error.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    host = LanguageHost(options.engine, os.environ)
    server = grpc.server(
        ThreadPoolExecutor(max_workers=THREADS),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # An engine that was killed sends no signal; then init (or a subreaper) is our parent.
    while not ended.wait(1.0) and os.getppid() == parent:
        pass
    host.stop()
    server.stop(grace=None)
    sys.stdout.flush()
    # Threads may still sit in a call that nobody waits for; the exit must not.
    os._exit(0)


if __name__ == "__main__":
    main()
