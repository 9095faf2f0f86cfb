"""The errors of Cloudflare's API, with the codes that its clients look for.

Sources: cloudflare/terraform-provider-cloudflare issues 66 and 7306 (412, 1005), 871 and
hashicorp/terraform 17948 (400, 1002), 6275 (1003); DNS codes 81044, 81053, 81057 and 81058 from clients in
the wild. Not found for the load balancing kinds (404, 1001) is read, not measured.
"""

from typing import Any


class ApiError(Exception):
    """An answer other than success: HTTP status, Cloudflare's code and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def envelope(self) -> dict[str, Any]:
        return {
            "result": None,
            "success": False,
            "errors": [{"code": self.code, "message": self.message}],
            "messages": [],
        }


def unauthenticated() -> ApiError:
    return ApiError(403, 10000, "Authentication error")


def unavailable() -> ApiError:
    return ApiError(503, 10013, "Service unavailable")


def throttled() -> ApiError:
    return ApiError(429, 10429, "Rate limited: please wait and consider throttling your request speed")


def unroutable(path: str) -> ApiError:
    return ApiError(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")


def wrong_method() -> ApiError:
    return ApiError(405, 10405, "Method not allowed for this authentication scheme")


def malformed(reason: str) -> ApiError:
    return ApiError(400, 6007, f"Malformed JSON in request body: {reason}")


def invalid(reason: str) -> ApiError:
    """What load balancing says of a field it does not accept."""
    return ApiError(400, 1002, f"{reason}: validation failed")


def not_unique(field: str) -> ApiError:
    return ApiError(400, 1003, f"{field}: value not unique")


def not_found(kind: str) -> ApiError:
    return ApiError(404, 1001, f"{kind} not found")


def referenced() -> ApiError:
    return ApiError(412, 1005, "This object is referenced by other objects, delete them first.")
