from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.steps import retry
from operations.steps.patient import Patient


class Busy:
    """Answers after so many refusals."""

    def __init__(self, refusals: int, code: str) -> None:
        self.asked, self._refusals, self._code = 0, refusals, code

    def describe_db_clusters(self, **parameters: Any) -> dict[str, Any]:
        self.asked += 1
        if self.asked <= self._refusals:
            raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "DescribeDBClusters")
        return parameters


@pytest.fixture
def slept() -> list[float]:
    return []


def asked(busy: Busy, sleep: Callable[[float], None]) -> Any:
    return Patient(busy, sleep).describe_db_clusters(DBClusterIdentifier="east")


def test_a_throttled_call_is_made_again_after_a_pause(slept: list[float]) -> None:
    assert asked(Busy(2, "Throttling"), slept.append) == {"DBClusterIdentifier": "east"}
    assert len(slept) == 2 and 0 < slept[0] <= retry.FIRST_PAUSE


def test_not_for_ever(slept: list[float]) -> None:
    busy = Busy(99, "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        asked(busy, slept.append)
    assert busy.asked == retry.THROTTLED_ATTEMPTS


def test_what_is_refused_for_another_reason_is_not(slept: list[float]) -> None:
    busy = Busy(1, "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        asked(busy, slept.append)
    assert busy.asked == 1 and not slept
