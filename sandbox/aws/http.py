"""One HTTP exchange as the layer sees it, free of any server's or library's own request type."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass
class HttpRequest:
    """A request. `path` is as it was sent (still percent-encoded), header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    def form(self) -> dict[str, str]:
        """The fields of a query-protocol call, from the body or, for a GET, from the query string."""
        if self.body and self.content_type.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass
class HttpAnswer:
    """An answer. `error` is the AWS error code where the answer is a refusal."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str | None = None
