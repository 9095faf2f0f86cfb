"""Finders of what an account or a region has once, and of what watches it."""

from operations.adoption.finders import Again, Finder, Listed, Named

FINDERS: dict[str, Finder] = {
    "aws:accessanalyzer/analyzer:Analyzer": Named("{analyzerName}"),
    "aws:budgets/budget:Budget": Named("{account}:{name}"),
    "aws:cfg/conformancePack:ConformancePack": Again("PutConformancePack"),
    "aws:cfg/deliveryChannel:DeliveryChannel": Again("PutDeliveryChannel"),
    "aws:cfg/recorder:Recorder": Again("PutConfigurationRecorder"),
    "aws:cfg/recorderStatus:RecorderStatus": Again("StartConfigurationRecorder"),
    "aws:cloudtrail/trail:Trail": Named("arn:aws:cloudtrail:{region}:{account}:trail/{name}"),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Listed(
        "ce", "get_anomaly_monitors", "AnomalyMonitors", "MonitorArn", like={"MonitorName": "{name}"}
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Listed(
        "ce",
        "get_anomaly_subscriptions",
        "AnomalySubscriptions",
        "SubscriptionArn",
        like={"SubscriptionName": "{name}"},
    ),
    "aws:costexplorer/costCategory:CostCategory": Listed(
        "ce",
        "list_cost_category_definitions",
        "CostCategoryReferences",
        "CostCategoryArn",
        like={"Name": "{name}"},
    ),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Again("EnableEbsEncryptionByDefault"),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": Again("EnableSnapshotBlockPublicAccess"),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": Again("ModifyInstanceMetadataDefaults"),
    "aws:guardduty/detector:Detector": Listed("guardduty", "list_detectors", "DetectorIds"),
    "aws:guardduty/detectorFeature:DetectorFeature": Again("UpdateDetector"),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Again("UpdateAccountPasswordPolicy"),
    "aws:inspector2/enabler:Enabler": Again("Enable"),
    "aws:macie2/account:Account": Named("{account}"),
    "aws:macie2/classificationJob:ClassificationJob": Listed(
        "macie2", "list_classification_jobs", "items", "jobId", like={"name": "{name}"}
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Again("PutPublicAccessBlock"),
    "aws:securityhub/account:Account": Named("{account}"),
    "aws:securityhub/findingAggregator:FindingAggregator": Listed(
        "securityhub", "list_finding_aggregators", "FindingAggregators", "FindingAggregatorArn"
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Again("BatchEnableStandards"),
}
