"""What is wrong, in the word of whoever said it; an error of the edge has no such word."""

from botocore.exceptions import ClientError, EndpointConnectionError

from operations.edge_api import EdgeError
from operations.steps.retry import code, throttled, unanswered


def test_only_awss_answers_have_a_code() -> None:
    assert code(ClientError({"Error": {"Code": "Throttling", "Message": ""}}, "DescribeGlobalClusters")) == "Throttling"
    assert code(EdgeError("the edge's API answers GET /zones with 429", 429)) is None
    assert code(EndpointConnectionError(endpoint_url="x")) is None and code(KeyError("x")) is None


def test_no_step_waits_for_the_edge() -> None:
    """Traffic follows the lease without it, and one question there is several calls, of which each can be refused."""
    for error in (EdgeError("too many", 429), EdgeError("bad gateway", 502), EdgeError("nobody there")):
        assert not throttled(error) and not unanswered(error)
