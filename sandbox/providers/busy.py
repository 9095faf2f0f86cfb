"""How long the providers were at work: the part of an `up` that is the sandbox's own and not the engine's."""

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc


class Busy(grpc.ServerInterceptor):  # type: ignore[misc]
    """Counts the seconds in which at least one call was being answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0
        self._since = 0.0
        self._seconds = 0.0

    @property
    def seconds(self) -> float:
        with self._lock:
            running = time.monotonic() - self._since if self._active else 0.0
            return self._seconds + running

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        answer = handler.unary_unary

        def counted(request: Any, context: grpc.ServicerContext) -> Any:
            self._begin()
            try:
                return answer(request, context)
            finally:
                self._end()

        return grpc.unary_unary_rpc_method_handler(counted, handler.request_deserializer, handler.response_serializer)

    def _begin(self) -> None:
        with self._lock:
            if self._active == 0:
                self._since = time.monotonic()
            self._active += 1

    def _end(self) -> None:
        with self._lock:
            self._active -= 1
            if self._active == 0:
                self._seconds += time.monotonic() - self._since
