"""A service's queue, and the queue of what it gave up on."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, policy

LONGEST_SECONDS = 1209600
"""Fourteen days, the most that SQS keeps a message: what was given up on waits for a person."""
POLL_SECONDS = 20
"""The longest poll: fewer empty answers to pay for."""
DATA_KEY_SECONDS = 300


class QueueArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    name: pulumi.Input[str]
    """The queue's name; who promotes, replays or scales knows it by that."""
    dead_name: pulumi.Input[str]
    """Name of the dead-letter queue."""
    key_arn: pulumi.Input[str]
    """The region's own key for the data."""
    visibility_seconds: pulumi.Input[int]
    """How long a worker may take before another one gets the message."""
    retention_seconds: pulumi.Input[int]
    """How long a message waits at most."""
    attempts: pulumi.Input[int]
    """Deliveries before a message is put aside."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, queues are protected; SQS has no guard of its own."""
    tags: TagsInput
    """On the queues; policies take none."""


class Queue(Component):
    """An encrypted queue of one region. Nothing copies it: after a failover the outbox says what was still to send."""

    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    queue_name: pulumi.Output[str]
    dead_url: pulumi.Output[str]

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        dead = self._queue("dead", args["dead_name"], LONGEST_SECONDS)
        redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": args["attempts"]}
        queue = self._queue("queue", args["name"], args["retention_seconds"], redrive)
        aws.sqs.RedriveAllowPolicy(
            f"{name}-redrive",
            region=args["region"],
            queue_url=dead.id,
            redrive_allow_policy=pulumi.Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}
            ),
            opts=self.child(),
        )
        self.url, self.arn, self.queue_name, self.dead_url = queue.url, queue.arn, queue.name, dead.url
        self.register_outputs({"url": queue.url, "arn": queue.arn, "dead_url": dead.url})

    def _queue(
        self,
        suffix: str,
        queue_name: pulumi.Input[str],
        retention: pulumi.Input[int],
        redrive: dict[str, pulumi.Input[object]] | None = None,
    ) -> aws.sqs.Queue:
        name, args = self._name, self._args
        queue = aws.sqs.Queue(
            f"{name}-{suffix}",
            region=args["region"],
            name=queue_name,
            kms_master_key_id=args["key_arn"],
            kms_data_key_reuse_period_seconds=DATA_KEY_SECONDS,
            message_retention_seconds=retention,
            receive_wait_time_seconds=POLL_SECONDS,
            visibility_timeout_seconds=args["visibility_seconds"],
            redrive_policy=pulumi.Output.json_dumps(redrive) if redrive else None,
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        aws.sqs.QueuePolicy(
            f"{name}-{suffix}-policy",
            region=args["region"],
            queue_url=queue.id,
            policy=policy(_tls_only(queue.arn)),
            opts=self.child(),
        )
        return queue


def _tls_only(arn: pulumi.Input[str]) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
