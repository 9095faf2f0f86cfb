"""The trail, Config, GuardDuty, Security Hub, Macie and Inspector: recorded, since nothing here would find anything."""

from sandbox.providers.plain import Plain
from sandbox.providers.rules import AutoName, InPlace

PLAIN = (
    Plain(
        type="aws:cloudtrail/trail:Trail",
        tagged=True,
        id="arn:aws:cloudtrail:{region}:{account}:trail/{name}",
        outputs={"arn": "arn:aws:cloudtrail:{region}:{account}:trail/{name}", "homeRegion": "{region}"},
        in_place=(
            InPlace(
                (
                    "cloudWatchLogsGroupArn",
                    "cloudWatchLogsRoleArn",
                    "enableLogFileValidation",
                    "includeGlobalServiceEvents",
                    "isMultiRegionTrail",
                    "isOrganizationTrail",
                    "kmsKeyId",
                    "s3BucketName",
                    "s3KeyPrefix",
                    "snsTopicName",
                ),
                "aws api: UpdateTrail",
            ),
            InPlace(("advancedEventSelectors", "eventSelectors"), "aws api: PutEventSelectors"),
            InPlace(("insightSelectors",), "aws api: PutInsightSelectors"),
            InPlace(("enableLogging",), "aws api: StartLogging, StopLogging"),
        ),
        auto_name=AutoName("name", 128),
    ),
    Plain(
        type="aws:cfg/recorder:Recorder",
        id="{name}",
        in_place=(InPlace(("recordingGroup", "recordingMode", "roleArn"), "aws api: PutConfigurationRecorder"),),
        auto_name=AutoName("name", 256),
        delete_first=True,
    ),
    Plain(
        type="aws:cfg/deliveryChannel:DeliveryChannel",
        id="{name}",
        in_place=(
            InPlace(
                ("s3BucketName", "s3KeyPrefix", "s3KmsKeyArn", "snapshotDeliveryProperties", "snsTopicArn"),
                "aws api: PutDeliveryChannel",
            ),
        ),
        auto_name=AutoName("name", 256),
        delete_first=True,
    ),
    Plain(
        type="aws:cfg/recorderStatus:RecorderStatus",
        id="{name}",
        in_place=(InPlace(("isEnabled",), "aws api: StartConfigurationRecorder, StopConfigurationRecorder"),),
        fixed=("name",),
    ),
    Plain(
        type="aws:cfg/conformancePack:ConformancePack",
        id="{name}",
        outputs={"arn": "arn:aws:config:{region}:{account}:conformance-pack/{id}"},
        in_place=(
            InPlace(
                ("deliveryS3Bucket", "deliveryS3KeyPrefix", "inputParameters", "templateBody", "templateS3Uri"),
                "aws api: PutConformancePack",
            ),
        ),
        documents=("templateBody",),
        auto_name=AutoName("name", 51),
    ),
    Plain(
        type="aws:guardduty/detector:Detector",
        tagged=True,
        outputs={
            "accountId": "{account}",
            "arn": "arn:aws:guardduty:{region}:{account}:detector/{id}",
        },
        in_place=(InPlace(("datasources", "enable", "findingPublishingFrequency"), "aws api: UpdateDetector"),),
        defaults={"enable": True},
        computed=("datasources", "findingPublishingFrequency"),
        delete_first=True,
    ),
    Plain(
        type="aws:guardduty/detectorFeature:DetectorFeature",
        id="{detectorId}/{name}",
        in_place=(InPlace(("additionalConfigurations", "status"), "aws api: UpdateDetector"),),
        fixed=("name",),
    ),
    Plain(
        type="aws:securityhub/account:Account",
        id="{account}",
        outputs={"arn": "arn:aws:securityhub:{region}:{account}:hub/default"},
        in_place=(
            InPlace(("autoEnableControls", "controlFindingGenerator"), "aws api: UpdateSecurityHubConfiguration"),
        ),
        delete_first=True,
    ),
    Plain(
        type="aws:securityhub/standardsSubscription:StandardsSubscription",
        id="{standardsArn}",
        outputs={"arn": "{id}"},
        fixed=("standardsArn",),
    ),
    Plain(
        type="aws:securityhub/findingAggregator:FindingAggregator",
        id="arn:aws:securityhub:{region}:{account}:finding-aggregator/{made}",
        outputs={"arn": "{id}"},
        in_place=(InPlace(("linkingMode", "specifiedRegions"), "aws api: UpdateFindingAggregator"),),
        delete_first=True,
    ),
    Plain(
        type="aws:macie2/account:Account",
        id="{account}",
        in_place=(InPlace(("findingPublishingFrequency", "status"), "aws api: UpdateMacieSession"),),
        delete_first=True,
    ),
    Plain(
        type="aws:macie2/classificationJob:ClassificationJob",
        tagged=True,
        outputs={"jobId": "{id}", "jobArn": "arn:aws:macie2:{region}:{account}:classification-job/{id}"},
        in_place=(InPlace(("jobStatus",), "aws api: UpdateClassificationJob"),),
        auto_name=AutoName("name", 500, rival="namePrefix"),
        computed=("jobStatus",),
    ),
    Plain(
        type="aws:inspector2/enabler:Enabler",
        id="{account}-{region}",
        in_place=(InPlace(("resourceTypes",), "aws api: Enable, Disable"),),
        delete_first=True,
    ),
)
