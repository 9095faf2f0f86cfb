"""Threat detection in one region: GuardDuty, Macie over PHI, Inspector over images."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

FEATURES = {
    "S3_DATA_EVENTS": "ENABLED",
    "RDS_LOGIN_EVENTS": "ENABLED",
    "EBS_MALWARE_PROTECTION": "ENABLED",
    "RUNTIME_MONITORING": "ENABLED",
    # Nothing here runs on them, and a protection without a subject is not worth its price.
    "EKS_AUDIT_LOGS": "DISABLED",
    "LAMBDA_NETWORK_LOGS": "DISABLED",
}
AGENTS = {
    "ECS_FARGATE_AGENT_MANAGEMENT": "ENABLED",
    "EC2_AGENT_MANAGEMENT": "DISABLED",
    "EKS_ADDON_MANAGEMENT": "DISABLED",
}
"""Which runtimes GuardDuty puts its agent into."""
PUBLISHING = "FIFTEEN_MINUTES"
"""How often a finding that goes on is told again, by default every six hours. New ones are told within five minutes."""


class DetectionArgs(TypedDict):
    region: pulumi.Input[str]
    """Region that is watched."""
    account_id: pulumi.Input[str]
    """The account that is watched."""
    buckets: Sequence[pulumi.Input[str]]
    """Plain sequence, since none means no search: names of the buckets that hold PHI."""
    sample_percent: pulumi.Input[int]
    """Share of the objects that the weekly search opens."""
    tags: TagsInput
    """On the detector and the job."""


class Detection(Component):
    """Account-wide services of one region: a second declaration of them would take turns with this one."""

    detector_id: pulumi.Output[str]

    def __init__(self, name: str, args: DetectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        detector = aws.guardduty.Detector(
            f"{name}-detector",
            region=args["region"],
            enable=True,
            finding_publishing_frequency=PUBLISHING,
            tags=args["tags"],
            opts=self.child(),
        )
        for feature, status in FEATURES.items():
            agents = [{"name": agent, "status": state} for agent, state in AGENTS.items()]
            aws.guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                region=args["region"],
                detector_id=detector.id,
                name=feature,
                status=status,
                additional_configurations=agents if feature == "RUNTIME_MONITORING" else None,
                opts=self.child(),
            )
        self._sensitive_data()
        aws.inspector2.Enabler(
            f"{name}-images",
            region=args["region"],
            account_ids=[args["account_id"]],
            resource_types=["ECR"],
            opts=self.child(),
        )
        self.detector_id = detector.id
        self.register_outputs({"detector_id": detector.id})

    def _sensitive_data(self) -> None:
        """What may hold PHI is looked through every week, so that it is found where nobody expected it."""
        args = self._args
        session = aws.macie2.Account(
            f"{self._name}-macie",
            region=args["region"],
            finding_publishing_frequency=PUBLISHING,
            status="ENABLED",
            opts=self.child(),
        )
        if not args["buckets"]:
            return
        aws.macie2.ClassificationJob(
            f"{self._name}-phi",
            region=args["region"],
            job_type="SCHEDULED",
            schedule_frequency={"weekly_schedule": "SUNDAY"},
            sampling_percentage=args["sample_percent"],
            initial_run=True,
            s3_job_definition={
                "bucket_definitions": [{"account_id": args["account_id"], "buckets": list(args["buckets"])}]
            },
            tags=args["tags"],
            opts=self.child(depends_on=[session]),
        )
