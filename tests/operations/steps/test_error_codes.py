"""What is wrong, in the word of whoever said it; an error of the edge has no such word."""

from botocore.exceptions import ClientError, EndpointConnectionError

from operations.edge_api import EdgeError
from operations.steps.retry import code, throttled, unanswered


def test_only_awss_answers_have_a_code() -> None:
    assert code(ClientError({"Error": {"Code": "Throttling", "Message": ""}}, "DescribeGlobalClusters")) == "Throttling"
    assert code(EdgeError("the edge's API answers GET /zones with 429", 429)) is None
    assert code(EndpointConnectionError(endpoint_url="x")) is None and code(KeyError("x")) is None


def test_the_edge_refuses_for_the_rate_too() -> None:
    assert throttled(EdgeError("too many", 429))
    assert not throttled(EdgeError("not found", 404)) and not throttled(EdgeError("nobody there"))
    # Without it a promotion goes on, so nothing waits for it.
    assert not unanswered(EdgeError("nobody there"))
