"""Alarms on a service's queue, and on the queue of what it gave up on.

Metrics: Amazon SQS, "Available CloudWatch metrics for Amazon SQS", read 2026-11. SQS falls silent about a queue that
nobody uses, as at a standby: no data is no alarm.
"""

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/SQS"
PAGE = "queue"


def alarms(queue: str, dead: str, oldest_seconds: float) -> dict[str, Alarm]:
    """`queue`, `dead`: names of the queue and of its dead-letter queue."""
    return {
        "oldest": Alarm(
            severity="high",
            says="Work waits too long: too few workers, or none that succeeds.",
            page=PAGE,
            metrics={"age": Metric(NAMESPACE, "ApproximateAgeOfOldestMessage", {"QueueName": queue}, "Maximum")},
            threshold=oldest_seconds,
            periods=3,
            datapoints=2,
        ),
        "given-up": Alarm(
            severity="high",
            says="A message was given up on. Look why, then move it back: nothing replays it by itself.",
            page=PAGE,
            metrics={"left": Metric(NAMESPACE, "ApproximateNumberOfMessagesVisible", {"QueueName": dead}, "Maximum")},
            threshold=0,
            periods=3,
            datapoints=2,
        ),
    }
