"""What watches an account: detectors, recorders, analyzers. Asked where a stack declares what an account has once."""

from policies.declared import declares
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import all_of, contains, linked_by, not_false, one_of, true

DETECTOR = "aws:guardduty/detector:Detector"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
SECURITY_HUB = "aws:securityhub/account:Account"
RECORDER = "aws:cfg/recorder:Recorder"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
INSPECTOR = "aws:inspector2/enabler:Enabler"
MACIE = "aws:macie2/account:Account"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"

_EAST = Given("pulumi:providers:aws", "east", {"region": "us-east-1"})
_WEST = Given("pulumi:providers:aws", "west", {"region": "us-west-2"})
_WEST_BUCKET = Given("aws:s3/bucket:Bucket", "copy", provider="west")


def _feature(name: str) -> dict[str, object]:
    return {"name": name, "status": "ENABLED"}


GUARDDUTY = Rule(
    id="guardduty-enabled",
    pack="hipaa",
    severity="high",
    scope="account",
    once=True,
    types=(DETECTOR,),
    what="GuardDuty is on in every region in which the stack has resources.",
    why="It sees stolen credentials and odd calls in logs that nobody reads; a detector watches its own region only.",
    fix=Fix(
        "Declare a Detector for each region.",
        python='aws.guardduty.Detector("east", enable=True, opts=pulumi.ResourceOptions(provider=east))',
        yaml="type: aws:guardduty:Detector\nproperties:\n  enable: true",
    ),
    check=declares(DETECTOR, not_false("enable"), lacks="the stack declares no Detector", everywhere=True),
    passing=(
        {},
        example(
            _EAST, _WEST, _WEST_BUCKET, Given(DETECTOR, "a", provider="east"), Given(DETECTOR, "b", provider="west")
        ),
    ),
    failing=(
        example(),
        {"enable": False},
        example(_EAST, _WEST, _WEST_BUCKET, Given(DETECTOR, "a", provider="east"), note="not in the west"),
    ),
)


def _guardduty(id: str, name: str, inline: str, what: str, why: str) -> Rule:
    on = all_of(one_of("name", name), one_of("status", "ENABLED"))
    return Rule(
        id=id,
        pack="hipaa",
        severity="medium",
        scope="account",
        level="recommended",
        once=True,
        types=(FEATURE,),
        what=what,
        why=why,
        fix=Fix(
            f"Declare a DetectorFeature {name} with the status ENABLED.",
            python=f'aws.guardduty.DetectorFeature("{inline}", detector_id=detector.id, name="{name}", '
            'status="ENABLED")',
            yaml="type: aws:guardduty:DetectorFeature\nproperties:\n  detectorId: ${detector.id}\n"
            f"  name: {name}\n  status: ENABLED",
        ),
        check=declares(FEATURE, on, lacks=f"the stack declares no DetectorFeature {name}", everywhere=True),
        passing=(
            _feature(name),
            example(Given(FEATURE, "a", _feature("EKS_AUDIT_LOGS")), Given(FEATURE, "b", _feature(name))),
        ),
        failing=(example(), {"name": name, "status": "DISABLED"}, _feature("EKS_AUDIT_LOGS")),
    )


GUARDDUTY_S3 = _guardduty(
    "guardduty-s3",
    "S3_DATA_EVENTS",
    "objects",
    "GuardDuty watches what is done with objects in S3.",
    "Documents that are copied out one by one show in data events only.",
)
GUARDDUTY_RDS = _guardduty(
    "guardduty-rds",
    "RDS_LOGIN_EVENTS",
    "logins",
    "GuardDuty watches log-ins to Aurora databases.",
    "A guessed or stolen database password shows as a log-in from a place or at a time that is new.",
)
GUARDDUTY_MALWARE = _guardduty(
    "guardduty-malware",
    "EBS_MALWARE_PROTECTION",
    "malware",
    "GuardDuty scans the volumes of suspicious workloads for malware.",
    "Protection from malicious software has to look at what runs, and agents are forgotten.",
)

HUB = Rule(
    id="securityhub-enabled",
    pack="hipaa",
    severity="medium",
    scope="account",
    once=True,
    types=(SECURITY_HUB,),
    what="Security Hub is on in every region in which the stack has resources.",
    why="Findings of five services in five consoles are looked at by nobody.",
    fix=Fix(
        "Declare a securityhub.Account for each region.",
        python='aws.securityhub.Account("east")',
        yaml="type: aws:securityhub:Account\nproperties: {}",
    ),
    check=declares(SECURITY_HUB, lacks="the stack declares no securityhub.Account", everywhere=True),
    passing=({},),
    failing=(
        example(),
        example(_EAST, _WEST, _WEST_BUCKET, Given(SECURITY_HUB, "a", provider="east")),
    ),
)

_STATUS = Given(RECORDER_STATUS, "on", {"name": ref("all", "name"), "isEnabled": True})
_ALL = Given(RECORDER, "all", {"recordingGroup": {"allSupported": True}})

CONFIG_RECORDER = Rule(
    id="config-recorder",
    pack="hipaa",
    severity="medium",
    scope="account",
    once=True,
    types=(RECORDER,),
    what="AWS Config records every supported type, and its recorder is started.",
    why="What a setting was on the day of an incident is known only where it was recorded.",
    fix=Fix(
        "Set recording_group.all_supported, and add a RecorderStatus with is_enabled.",
        python='recording_group={"all_supported": True, "include_global_resource_types": True}',
        yaml="recordingGroup: {allSupported: true, includeGlobalResourceTypes: true}",
    ),
    check=declares(
        RECORDER,
        all_of(
            not_false("recordingGroup.allSupported"),  # on where nothing is said
            linked_by(RECORDER_STATUS, "name", true("isEnabled"), lacks="no RecorderStatus starts it"),
        ),
        lacks="the stack declares no Recorder",
        everywhere=True,
    ),
    passing=(example(_ALL, _STATUS), example(Given(RECORDER, "all"), _STATUS)),
    failing=(
        example(),
        example(_ALL),
        example(_ALL, Given(RECORDER_STATUS, "off", {"name": ref("all", "name"), "isEnabled": False})),
        example(Given(RECORDER, "all", {"recordingGroup": {"allSupported": False}}), _STATUS),
    ),
)

INSPECTED = Rule(
    id="inspector-enabled",
    pack="hipaa",
    severity="medium",
    scope="account",
    level="recommended",
    once=True,
    types=(INSPECTOR,),
    what="Inspector scans container images in every region in which the stack has resources.",
    why="An image that was clean when it was pushed has known holes a month later.",
    fix=Fix(
        'Declare an inspector2.Enabler whose resource_types have "ECR" (and EC2, LAMBDA where they are used).',
        python='aws.inspector2.Enabler("east", account_ids=[account], resource_types=["ECR"])',
        yaml="type: aws:inspector2:Enabler\nproperties:\n  accountIds: ['${account}']\n  resourceTypes: [ECR]",
    ),
    check=declares(INSPECTOR, contains("resourceTypes", "ECR"), lacks="the stack declares no Enabler", everywhere=True),
    passing=({"resourceTypes": ["ECR"]}, {"resourceTypes": ["EC2", "ECR", "LAMBDA"]}),
    failing=(example(), {"resourceTypes": ["EC2"]}),
)

MACIE_ON = Rule(
    id="macie-enabled",
    pack="hipaa",
    severity="low",
    scope="account",
    level="recommended",
    once=True,
    types=(MACIE,),
    what="Macie is on in every region in which the stack has resources.",
    why="It finds identifiers in buckets where nobody thought that there were any.",
    fix=Fix(
        "Declare a macie2.Account for each region.",
        python='aws.macie2.Account("east", status="ENABLED")',
        yaml="type: aws:macie2:Account\nproperties:\n  status: ENABLED",
    ),
    check=declares(
        MACIE,
        one_of("status", "ENABLED", or_absent=True),
        lacks="the stack declares no macie2.Account",
        everywhere=True,
    ),
    passing=({}, {"status": "ENABLED"}),
    failing=(example(), {"status": "PAUSED"}),
)

ACCESS_ANALYZER = Rule(
    id="access-analyzer",
    pack="hipaa",
    severity="medium",
    scope="account",
    level="recommended",
    once=True,
    types=(ANALYZER,),
    what="IAM Access Analyzer looks for access from outside, in every region in which the stack has resources.",
    why="It reads every policy as AWS does, those that no program declares too.",
    fix=Fix(
        "Declare an Analyzer of the type ACCOUNT or ORGANIZATION for each region.",
        python='aws.accessanalyzer.Analyzer("east", analyzer_name="outside", type="ACCOUNT")',
        yaml="type: aws:accessanalyzer:Analyzer\nproperties:\n  analyzerName: outside\n  type: ACCOUNT",
    ),
    # Analyzers of unused and of internal access do not report what is open to the outside.
    check=declares(
        ANALYZER,
        one_of("type", "ACCOUNT", "ORGANIZATION", or_absent=True),
        lacks="the stack declares no Analyzer",
        everywhere=True,
    ),
    passing=({}, {"type": "ORGANIZATION"}),
    failing=(example(), {"type": "ACCOUNT_UNUSED_ACCESS"}),
)
