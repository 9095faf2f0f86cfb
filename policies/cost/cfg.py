"""AWS Config: how often what changes all the time is recorded."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, any_of, contains, one_of, param

RECORDER = "aws:cfg/recorder:Recorder"
_OVERRIDE = "recordingMode.recordingModeOverride"


def _mode(frequency: str, *daily: str) -> dict[str, object]:
    mode: dict[str, object] = {"recordingFrequency": frequency}
    if daily:
        mode["recordingModeOverride"] = {"recordingFrequency": "DAILY", "resourceTypes": list(daily)}
    return {"recordingMode": mode}


_INTERFACE = "AWS::EC2::NetworkInterface"

DAILY = Rule(
    id="cost-config-recording",
    pack="cost",
    severity="low",
    level="recommended",
    types=(RECORDER,),
    what="What comes and goes all the time is recorded once a day.",
    why="Each change that is recorded is paid for; every task that starts and stops changes a network interface, and "
    "that says nothing about who touched what.",
    fix=Fix(
        "Set a recording_mode_override with the frequency DAILY for the noisy types; leave the others continuous.",
        python=(
            'recording_mode={"recording_frequency": "CONTINUOUS", "recording_mode_override": '
            '{"recording_frequency": "DAILY", "resource_types": ["AWS::EC2::NetworkInterface"]}}'
        ),
        yaml=(
            "recordingMode:\n"
            "  recordingFrequency: CONTINUOUS\n"
            "  recordingModeOverride:\n"
            "    recordingFrequency: DAILY\n"
            "    resourceTypes: ['AWS::EC2::NetworkInterface']"
        ),
    ),
    parameters=(Parameter("noisy", [_INTERFACE], "Types whose every change need not be recorded.", "array"),),
    # HIPAA's rules ask that everything is recorded, not how often: what protects PHI stays continuous.
    check=any_of(
        one_of("recordingMode.recordingFrequency", "DAILY"),
        all_of(
            one_of(f"{_OVERRIDE}.recordingFrequency", "DAILY"), contains(f"{_OVERRIDE}.resourceTypes", param("noisy"))
        ),
        contains("recordingGroup.exclusionByResourceTypes[*].resourceTypes[*]", param("noisy")),
    ),
    passing=(
        _mode("CONTINUOUS", _INTERFACE),
        _mode("CONTINUOUS", "AWS::EC2::SecurityGroup", _INTERFACE),
        _mode("DAILY"),
        {"recordingGroup": {"exclusionByResourceTypes": [{"resourceTypes": [_INTERFACE]}]}},
    ),
    failing=(
        {},
        {"recordingMode": None},
        _mode("CONTINUOUS"),
        _mode("CONTINUOUS", "AWS::EC2::Volume"),
        {
            "recordingMode": {
                "recordingModeOverride": {"recordingFrequency": "CONTINUOUS", "resourceTypes": [_INTERFACE]}
            }
        },
        example(
            Given(RECORDER, "all", _mode("CONTINUOUS", _INTERFACE)),
            parameters={"noisy": [_INTERFACE, "AWS::EC2::Volume"]},
        ),
    ),
)
