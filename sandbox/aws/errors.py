"""Refusals in AWS's own words."""

from moto.core.exceptions import ServiceException


class ApiError(ServiceException):
    """An error answer: code and message as the service gives them; `status` where its model does not say it."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(code, message)
        self.status = status
