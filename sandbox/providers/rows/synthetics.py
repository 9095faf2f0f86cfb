"""CloudWatch Synthetics: recorded. What a canary does, its own tests run."""

from sandbox.providers.plain import Plain
from sandbox.providers.rules import InPlace

PLAIN = (
    Plain(
        type="aws:synthetics/canary:Canary",
        tagged=True,
        id="{name}",
        outputs={"arn": "arn:aws:synthetics:{region}:{account}:canary:{name}", "status": "RUNNING"},
        in_place=(
            InPlace(
                (
                    "artifactConfig",
                    "artifactS3Location",
                    "executionRoleArn",
                    "failureRetentionPeriod",
                    "handler",
                    "runConfig",
                    "runtimeVersion",
                    "s3Bucket",
                    "s3Key",
                    "s3Version",
                    "schedule",
                    "successRetentionPeriod",
                    "vpcConfig",
                    "zipFile",
                ),
                "aws api: UpdateCanary",
            ),
            InPlace(("startCanary",), "aws api: StartCanary, StopCanary"),
            InPlace(("deleteLambda",), "provider: read when the canary is deleted"),
        ),
    ),
)
