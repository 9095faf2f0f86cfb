"""One request to a table with several replicas: the first that answers decides."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from operations.record.record import RecordUnreachable
from operations.steps import retry

ClientFactory = Callable[[str, str], Any]
"""Service (`dynamodb`) and region → a client whose calls end within seconds."""

_CONFLICT = "ReplicatedWriteConflictException"
_CONFLICT_TRIES = 6
_CONFLICT_PAUSE = 0.05
_ROUNDS = 4
"""In all about a second and a half: a warden asks with its lease running."""
CONDITION_FAILED = "ConditionalCheckFailedException"


class ConditionFailed(Exception):
    """The table answered, and the write's condition does not hold (or no longer does: see `Replicas.call`)."""

    def __init__(self, tried_before: bool) -> None:
        super().__init__("the condition does not hold")
        self.tried_before = tried_before
        """True when an earlier attempt's outcome is unknown: it may itself be what made the condition fail."""


class Replicas:
    """The control table's replicas, in the order in which they are asked."""

    def __init__(self, table: str, regions: Sequence[str], client_factory: ClientFactory) -> None:
        """`regions`: own first, then the other. Clients are made when first needed."""
        if not regions:
            raise ValueError("the control table needs at least one region to be asked in")
        self.table = table
        self.regions = tuple(regions)
        self._client_factory = client_factory
        self._clients: dict[str, Any] = {}

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The operation's answer from the first region that gives one; DynamoDB's names in snake case.

        A write may be sent again to the next region after a failure whose outcome is unknown: it must be conditional.
        Those that refuse for the rate are asked again, after a pause, where no other answered.
        Raises ConditionFailed, or RecordUnreachable with each region's reason.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        reasons: dict[str, str] = {}
        regions = self.regions
        for attempt in range(1, _ROUNDS + 1):
            for region in regions:
                try:
                    return self._patiently(region, operation, parameters)
                except ClientError as error:
                    code = str(error.response.get("Error", {}).get("Code", "unknown"))
                    if code == CONDITION_FAILED:
                        raise ConditionFailed(bool(reasons)) from None
                    reasons[region] = code
                except BotoCoreError as error:
                    reasons[region] = type(error).__name__
            regions = tuple(region for region in regions if reasons[region] in retry.THROTTLED)
            if not regions:
                break
            if attempt < _ROUNDS:
                time.sleep(retry.pause(attempt))
        raise RecordUnreachable(operation, reasons)

    def _patiently(self, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Two writers at once in two regions: the loser is told to try again, which decides nothing yet."""
        from botocore.exceptions import ClientError

        client = self._clients.get(region)
        if client is None:
            client = self._clients[region] = self._client_factory("dynamodb", region)
        tries = 0
        while True:
            try:
                answer: dict[str, Any] = getattr(client, operation)(TableName=self.table, **parameters)
                return answer
            except ClientError as error:
                tries += 1
                if error.response.get("Error", {}).get("Code") != _CONFLICT or tries == _CONFLICT_TRIES:
                    raise
                time.sleep(_CONFLICT_PAUSE * tries)
