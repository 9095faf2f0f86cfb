"""What is wrong, in the word of whoever said it; an error of the edge has no such word."""

import httpx
from botocore.exceptions import ClientError, EndpointConnectionError
from cloudflare import APIStatusError

from operations.steps.retry import code


def test_only_awss_answers_have_a_code() -> None:
    assert code(ClientError({"Error": {"Code": "Throttling", "Message": ""}}, "DescribeGlobalClusters")) == "Throttling"
    request = httpx.Request("GET", "https://api.example.com")
    assert code(APIStatusError("429", response=httpx.Response(429, request=request), body=None)) is None
    assert code(EndpointConnectionError(endpoint_url="x")) is None and code(KeyError("x")) is None
