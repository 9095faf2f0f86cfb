"""A client that asks again where it is refused for the rate."""

from collections.abc import Callable
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception

from operations.steps import retry


class Patient:
    """boto3's client: the same methods, botocore's own errors. A throttled call was not made, so it may be repeated."""

    def __init__(self, client: Any, sleep: Callable[[float], None]) -> None:
        """`sleep` takes seconds."""
        self._client, self._sleep = client, sleep

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*arguments: Any, **parameters: Any) -> Any:
            again = retrying(retry.throttled, self._sleep)
            return again(lambda: getattr(self._client, method)(*arguments, **parameters))

        return call


def retrying(again: Callable[[BaseException], bool], sleep: Callable[[float], None]) -> Retrying:
    """So many attempts at one call, with longer pauses; the last one's error is raised as it is."""

    def wait(state: RetryCallState) -> float:
        return retry.pause(state.attempt_number)

    def stop(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        most = retry.THROTTLED_ATTEMPTS if error and retry.throttled(error) else retry.ATTEMPTS
        return state.attempt_number >= most

    return Retrying(
        retry=retry_if_exception(again),
        stop=stop,
        wait=wait,
        sleep=sleep,
        reraise=True,
    )
