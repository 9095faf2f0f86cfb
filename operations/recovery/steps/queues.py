"""What was still to be sent is listed for review."""

from collections.abc import Sequence

from operations.record.attributes import Value
from operations.record.mailbox import NoAnswer
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class Queues(RecoveryStep):
    """Count what waits in the outbox and in the target's queues, for review. Nothing is sent from here.

    Queues are not copied between regions. What the outbox holds may have been sent before the old site was lost: a
    medication order that is sent twice is harm, so messages are reviewed and then replayed by an explicit command.
    """

    id = "queues"
    title = "outbox listed for review"
    optional = True
    skippable = True

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.queues = move.topology.all("queue", move.target)
        self.calls = move.letter_calls()
        if self.queues:
            self.calls += move.here("sqs", "GetQueueUrl", "GetQueueAttributes", required=False)

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        found: dict[str, Value] = {"outbox": self._outbox(hands)}
        sqs = hands.client("sqs", self.move.region)
        for queue in self.queues:
            url = queue.id if queue.id.startswith("http") else sqs.get_queue_url(QueueName=queue.id)["QueueUrl"]
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            found[queue.name or queue.id] = {name: int(value) for name, value in shown.items()}
        hands.note("queues", found)

    def _outbox(self, hands: Hands) -> Value:
        table = self.move.topology.recovery.outbox_table
        try:
            answer = self.move.ask(hands, self.move.target, "count", {"table": table})
        except NoAnswer:
            return "unknown"
        rows = answer.get("rows")
        return rows if isinstance(rows, int) else f"unknown: {answer.get('error')}"
