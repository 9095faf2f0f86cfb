"""EBS: volumes, what they are made of and whether anything uses them."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import (
    all_of,
    any_of,
    at_most,
    by_type,
    every,
    linked_by,
    none_of,
    not_false,
    one_of,
    param,
    present,
    refers_to,
    some,
    when,
)

VOLUME = "aws:ebs/volume:Volume"
INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
DATABASE = "aws:rds/instance:Instance"
ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment"

GP3 = Rule(
    id="cost-ebs-gp3",
    pack="cost",
    severity="medium",
    types=(VOLUME, INSTANCE, TEMPLATE),
    what="No volume is of the type gp2.",
    why="gp3 costs less by the gigabyte, and its operations are not tied to its size; gp2 is what a volume of its own "
    "gets by default.",
    fix=Fix("Set the volume's type to gp3.", python='type="gp3"', yaml="type: gp3"),
    # Of a volume that says nothing AWS makes gp2; the root volume of an instance takes its type from the image.
    check=by_type(
        {
            VOLUME: all_of(present("type"), none_of("type", "gp2")),
            INSTANCE: all_of(
                none_of("rootBlockDevice.volumeType", "gp2"), none_of("ebsBlockDevices[*].volumeType", "gp2")
            ),
            TEMPLATE: none_of("blockDeviceMappings[*].ebs.volumeType", "gp2"),
        }
    ),
    passing=(
        {"type": "gp3"},
        {"type": "st1"},
        Given(INSTANCE, "web", {}),
        Given(INSTANCE, "web", {"rootBlockDevice": {"volumeType": "gp3"}}),
        Given(TEMPLATE, "web", {"blockDeviceMappings": [{"ebs": {"volumeType": "gp3"}}]}),
    ),
    failing=(
        {},
        {"type": "gp2"},
        Given(INSTANCE, "web", {"rootBlockDevice": {"volumeType": "gp2"}}),
        Given(INSTANCE, "web", {"ebsBlockDevices": [{"volumeType": "gp3"}, {"volumeType": "gp2"}]}),
        Given(TEMPLATE, "web", {"blockDeviceMappings": [{"ebs": {"volumeType": "gp2"}}]}),
    ),
)

PROVISIONED = Rule(
    id="cost-io1-io2",
    pack="cost",
    severity="medium",
    types=(VOLUME, DATABASE),
    what="No volume has provisioned IOPS, unless its type is allowed by parameter.",
    why="Operations that are reserved are paid for by the hour, used or not: the most expensive storage there is. io1 "
    "has no advantage over io2.",
    fix=Fix(
        "Use gp3, and raise its iops where it needs more; a volume that really needs io2 is a reason for a waiver.",
        python='type="gp3", iops=6000',
        yaml="type: gp3\niops: 6000",
    ),
    parameters=(
        Parameter("denied", ["io1", "io2"], "Types that are not to be used; take io2 out to allow it.", "array"),
    ),
    check=by_type({VOLUME: none_of("type", param("denied")), DATABASE: none_of("storageType", param("denied"))}),
    passing=(
        {"type": "gp3"},
        {},
        Given(DATABASE, "orders", {"storageType": "gp3"}),
        example(Given(VOLUME, "data", {"type": "io2"}), parameters={"denied": ["io1"]}),
    ),
    failing=({"type": "io1"}, {"type": "io2"}, Given(DATABASE, "orders", {"storageType": "io1"})),
)

MAX_SIZE = Rule(
    id="cost-ebs-max-size",
    pack="cost",
    severity="low",
    types=(VOLUME, INSTANCE),
    what="A volume is not larger than it is meant to be.",
    why="A volume is paid for by its size, whatever is on it; it can be grown while in use, but never shrunk.",
    fix=Fix("Start with a smaller size, or raise the parameter.", python="size=100", yaml="size: 100"),
    parameters=(Parameter("max_gb", 100, "Largest size of one volume, in GiB.", "integer", minimum=1),),
    check=by_type(
        {
            VOLUME: at_most("size", param("max_gb")),
            INSTANCE: all_of(
                at_most("rootBlockDevice.volumeSize", param("max_gb")),
                at_most("ebsBlockDevices[*].volumeSize", param("max_gb")),
            ),
        }
    ),
    passing=({"size": 100}, {"snapshotId": "snap-1"}, Given(INSTANCE, "web", {"rootBlockDevice": {"volumeSize": 30}})),
    failing=(
        {"size": 101},
        Given(INSTANCE, "web", {"rootBlockDevice": {"volumeSize": 500}}),
        Given(INSTANCE, "web", {"ebsBlockDevices": [{"volumeSize": 8}, {"volumeSize": 500}]}),
        example(Given(VOLUME, "data", {"size": 50}), parameters={"max_gb": 40}),
    ),
)

MAX_IOPS = Rule(
    id="cost-ebs-max-iops",
    pack="cost",
    severity="low",
    types=(VOLUME,),
    what="A volume reserves no more operations a second than it is meant to.",
    why="A gp3 volume has 3,000 for nothing; each one above that, and every one of io1 and io2, is paid.",
    fix=Fix("Lower iops, or raise the parameter.", python='type="gp3", iops=3000', yaml="type: gp3\niops: 3000"),
    parameters=(
        Parameter("max", 32000, "Most operations a second of any volume.", "integer", minimum=100),
        Parameter("max_gp3", 3000, "Most operations a second of a gp3 volume.", "integer", minimum=3000),
    ),
    check=all_of(at_most("iops", param("max")), when(one_of("type", "gp3"), at_most("iops", param("max_gp3")))),
    passing=({"type": "gp3"}, {"type": "gp3", "iops": 3000}, {"type": "io2", "iops": 32000}),
    failing=({"type": "gp3", "iops": 3001}, {"type": "io2", "iops": 64000}),
)

_VOLUME = Given(VOLUME, "data", {"size": 20})

UNATTACHED = Rule(
    id="cost-ebs-unattached",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(VOLUME,),
    what="Every volume is attached to a machine.",
    why="A volume that nothing uses costs as much as one in use, and nobody misses it enough to delete it.",
    fix=Fix(
        "Attach it, or keep a snapshot and delete it.",
        python='aws.ec2.VolumeAttachment("data", device_name="/dev/sdf", volume_id=volume.id, instance_id=machine.id)',
        yaml="type: aws:ec2:VolumeAttachment\n"
        "properties:\n"
        "  deviceName: /dev/sdf\n"
        "  volumeId: ${volume.id}\n"
        "  instanceId: ${machine.id}",
    ),
    check=linked_by(ATTACHMENT, "volumeId", lacks="no VolumeAttachment uses it"),
    passing=(example(_VOLUME, Given(ATTACHMENT, "on-web", {"volumeId": ref("data")})),),
    failing=(
        example(_VOLUME),
        example(
            Given(VOLUME, "other"),
            Given(ATTACHMENT, "on-web", {"volumeId": ref("other")}),
            _VOLUME,
            note="another volume is attached",
        ),
    ),
)

DELETE_ON_TERMINATION = Rule(
    id="cost-ebs-delete-on-termination",
    pack="cost",
    severity="low",
    types=(INSTANCE, TEMPLATE),
    what="The disks that come with a machine go with it, unless they are said to hold data.",
    why="Disks that outlive their machine are paid for until somebody finds them.",
    fix=Fix(
        "Set delete_on_termination; where the disk holds data, name its device in the parameter.",
        python='root_block_device={"delete_on_termination": True}',
        yaml="rootBlockDevice:\n  deleteOnTermination: true",
    ),
    parameters=(Parameter("data_devices", [], "Device names that hold data and may stay, such as /dev/sdf.", "array"),),
    # AWS deletes the root disk by default, and the provider those of an instance; a launch template only the root one.
    check=by_type(
        {
            INSTANCE: all_of(
                not_false("rootBlockDevice.deleteOnTermination"),
                every(
                    "ebsBlockDevices",
                    any_of(one_of("deviceName", param("data_devices")), not_false("deleteOnTermination")),
                ),
            ),
            TEMPLATE: every(
                "blockDeviceMappings",
                any_of(one_of("deviceName", param("data_devices")), not_false("ebs.deleteOnTermination")),
            ),
        }
    ),
    passing=(
        {},
        {"rootBlockDevice": {"deleteOnTermination": True}},
        example(
            Given(INSTANCE, "db", {"ebsBlockDevices": [{"deviceName": "/dev/sdf", "deleteOnTermination": False}]}),
            parameters={"data_devices": ["/dev/sdf"]},
        ),
        Given(TEMPLATE, "web", {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 8}}]}),
    ),
    failing=(
        {"rootBlockDevice": {"deleteOnTermination": False}},
        {"ebsBlockDevices": [{"deviceName": "/dev/sdf", "deleteOnTermination": False}]},
        Given(
            TEMPLATE,
            "web",
            {"blockDeviceMappings": [{"deviceName": "/dev/sdf", "ebs": {"deleteOnTermination": False}}]},
        ),
    ),
)

_TAGS = {"owner": "orders"}
_TAGS_VOLUMES = some(
    "tagSpecifications",
    all_of(one_of("resourceType", "volume"), present("tags")),
    "no tagSpecifications tag volumes",
)

VOLUME_TAGS = Rule(
    id="cost-volume-tags",
    pack="cost",
    severity="low",
    types=(INSTANCE, TEMPLATE),
    what="The disks that come with a machine are tagged.",
    why="Disks are a line of their own on the bill, and a machine's tags are not theirs: without tags they belong to "
    "nobody.",
    fix=Fix(
        'Set volume_tags of an instance, or tag_specifications for "volume" in a launch template.',
        python='volume_tags={"owner": "orders"}',
        yaml="volumeTags: {owner: orders}",
    ),
    check=by_type(
        {
            INSTANCE: any_of(
                present("volumeTags"),
                all_of(present("rootBlockDevice.tags"), every("ebsBlockDevices", present("tags"))),
                refers_to("launchTemplate.id", TEMPLATE, _TAGS_VOLUMES),
            ),
            TEMPLATE: _TAGS_VOLUMES,
        }
    ),
    passing=(
        {"volumeTags": _TAGS},
        {"rootBlockDevice": {"tags": _TAGS}, "ebsBlockDevices": [{"deviceName": "/dev/sdf", "tags": _TAGS}]},
        Given(TEMPLATE, "web", {"tagSpecifications": [{"resourceType": "volume", "tags": _TAGS}]}),
        example(
            Given(TEMPLATE, "web", {"tagSpecifications": [{"resourceType": "volume", "tags": _TAGS}]}),
            Given(INSTANCE, "one", {"launchTemplate": {"id": ref("web")}}),
        ),
    ),
    failing=(
        {},
        {"volumeTags": {}},
        {"volumeTags": None, "tags": _TAGS},
        {"rootBlockDevice": {"tags": _TAGS}, "ebsBlockDevices": [{"deviceName": "/dev/sdf"}]},
        Given(TEMPLATE, "web", {"tags": _TAGS}),
        Given(TEMPLATE, "web", {"tagSpecifications": [{"resourceType": "instance", "tags": _TAGS}]}),
        Given(TEMPLATE, "web", {"tagSpecifications": [{"resourceType": "volume", "tags": {}}]}),
    ),
)
