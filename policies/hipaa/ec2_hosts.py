"""EC2 hosts, and the templates they are made from: disks, metadata, addresses, roles."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import (
    all_of,
    any_of,
    by_type,
    every,
    matches,
    not_true,
    one_of,
    param,
    present,
    refers_to,
    true,
    when,
)

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
METADATA_DEFAULTS = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"

DISKS_ENCRYPTED = Rule(
    id="ec2-block-devices-encrypted",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="The root disk of an instance, and every disk that it declares, are encrypted.",
    why="A host writes PHI to its disks without being told to: logs, swap, temporary files.",
    fix=Fix(
        "Set encrypted in root_block_device and in every entry of ebs_block_devices.",
        python='root_block_device={"encrypted": True}',
        yaml="rootBlockDevice:\n  encrypted: true",
    ),
    check=all_of(true("rootBlockDevice.encrypted"), every("ebsBlockDevices", true("encrypted"))),
    passing=(
        {"rootBlockDevice": {"encrypted": True}},
        {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"deviceName": "/dev/sdb", "encrypted": True}]},
    ),
    failing=(
        {},
        {"rootBlockDevice": {"encrypted": False}},
        {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"encrypted": True}, {"deviceName": "/dev/sdc"}]},
    ),
)

TEMPLATE_DISKS_ENCRYPTED = Rule(
    id="ec2-launch-template-encrypted",
    pack="hipaa",
    severity="high",
    types=(TEMPLATE,),
    what="Every disk that a launch template declares is encrypted.",
    why="Each host that is made from the template has its disks.",
    fix=Fix(
        "Set encrypted in ebs of every entry of block_device_mappings.",
        python='block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"encrypted": "true"}}]',
        yaml='blockDeviceMappings:\n  - deviceName: /dev/xvda\n    ebs: {encrypted: "true"}',
    ),
    # An entry without `ebs` is an instance store, or takes a disk of the image away.
    check=every("blockDeviceMappings", when(present("ebs"), true("ebs.encrypted"))),
    passing=(
        {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}]},
        {"blockDeviceMappings": [{"deviceName": "/dev/sdb", "virtualName": "ephemeral0"}]},
        {},
    ),
    failing=(
        {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20}}]},
        {"blockDeviceMappings": [{"ebs": {"encrypted": "true"}}, {"ebs": {"encrypted": "false"}}]},
    ),
)

_TOKENS = any_of(one_of("metadataOptions.httpTokens", "required"), one_of("metadataOptions.httpEndpoint", "disabled"))
_TOKENS_FIX = Fix(
    'Set http_tokens to "required" in metadata_options.',
    python='metadata_options={"http_tokens": "required"}',
    yaml="metadataOptions:\n  httpTokens: required",
)

INSTANCE_TOKENS = Rule(
    id="ec2-imdsv2",
    pack="hipaa",
    severity="high",
    types=(INSTANCE, METADATA_DEFAULTS),
    what="An instance, and the region's default for new ones, gives its metadata to sessions only (IMDSv2).",
    why="With version 1, one request that a service is tricked into making brings out the credentials of its role.",
    fix=_TOKENS_FIX,
    # What an instance leaves open its launch template may say.
    check=by_type(
        {
            INSTANCE: any_of(
                _TOKENS,
                refers_to("launchTemplate.id", TEMPLATE, _TOKENS),
                refers_to("launchTemplate.name", TEMPLATE, _TOKENS),
            ),
            METADATA_DEFAULTS: one_of("httpTokens", "required"),
        }
    ),
    passing=(
        {"metadataOptions": {"httpTokens": "required"}},
        {"metadataOptions": {"httpEndpoint": "disabled"}},
        example(
            Given(TEMPLATE, "template", {"metadataOptions": {"httpTokens": "required"}}),
            Given(INSTANCE, "host", {"launchTemplate": {"id": ref("template")}}),
        ),
        Given(METADATA_DEFAULTS, "region", {"httpTokens": "required"}),
    ),
    failing=(
        {},
        {"metadataOptions": {"httpTokens": "optional"}},
        Given(METADATA_DEFAULTS, "region", {"httpTokens": "no-preference"}),
        example(Given(TEMPLATE, "template"), Given(INSTANCE, "host", {"launchTemplate": {"id": ref("template")}})),
    ),
)

TEMPLATE_TOKENS = Rule(
    id="ec2-lt-imdsv2",
    pack="hipaa",
    severity="high",
    types=(TEMPLATE,),
    what="A launch template makes hosts that give their metadata to sessions only (IMDSv2).",
    why="With version 1, one request that a service is tricked into making brings out the credentials of its role.",
    fix=_TOKENS_FIX,
    check=_TOKENS,
    passing=({"metadataOptions": {"httpTokens": "required"}}, {"metadataOptions": {"httpEndpoint": "disabled"}}),
    failing=({}, {"metadataOptions": {"httpTokens": "optional"}}),
)

_NO_ADDRESS = Fix(
    "Leave associate_public_ip_address out or set it to false, and put a load balancer in front.",
    python="associate_public_ip_address=False",
    yaml="associatePublicIpAddress: false",
)

INSTANCE_PRIVATE = Rule(
    id="ec2-no-public-ip",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="An instance asks for no public address.",
    why="With one, the internet tries every port that a security group leaves open by mistake.",
    fix=_NO_ADDRESS,
    check=not_true("associatePublicIpAddress"),
    passing=({}, {"associatePublicIpAddress": False}),
    failing=({"associatePublicIpAddress": True},),
)

CONFIGURATION_PRIVATE = Rule(
    id="ec2-lc-no-public-ip",
    pack="hipaa",
    severity="high",
    types=(CONFIGURATION,),
    what="A launch configuration gives its hosts no public address.",
    why="With one, the internet tries every port that a security group leaves open by mistake.",
    fix=_NO_ADDRESS,
    check=not_true("associatePublicIpAddress"),
    passing=({}, {"associatePublicIpAddress": False}),
    failing=({"associatePublicIpAddress": True},),
)

TEMPLATE_PRIVATE = Rule(
    id="ec2-lt-no-public-ip",
    pack="hipaa",
    severity="high",
    types=(TEMPLATE,),
    what="A launch template gives its hosts no public address.",
    why="With one, the internet tries every port that a security group leaves open by mistake.",
    fix=Fix(
        'Set associate_public_ip_address to "false" in every entry of network_interfaces.',
        python='network_interfaces=[{"device_index": 0, "associate_public_ip_address": "false"}]',
        yaml='networkInterfaces:\n  - {deviceIndex: 0, associatePublicIpAddress: "false"}',
    ),
    check=not_true("networkInterfaces[*].associatePublicIpAddress"),
    passing=({}, {"networkInterfaces": [{"associatePublicIpAddress": "false"}]}),
    failing=({"networkInterfaces": [{"deviceIndex": 0}, {"associatePublicIpAddress": "true"}]},),
)

IN_NETWORK = Rule(
    id="ec2-in-vpc",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="An instance names the subnet that it stands in.",
    why="Left open, AWS puts it into the account's default network, whose subnets are all public.",
    fix=Fix("Set subnet_id to a private subnet.", python="subnet_id=subnet.id", yaml="subnetId: ${subnet.id}"),
    # A network interface, or the launch template, can stand for the subnet.
    check=any_of(
        present("subnetId"),
        present("primaryNetworkInterface.networkInterfaceId"),
        present("networkInterfaces"),
        refers_to("launchTemplate.id", TEMPLATE, present("networkInterfaces[*].subnetId")),
    ),
    passing=(
        example(Given("aws:ec2/subnet:Subnet", "subnet"), Given(INSTANCE, "host", {"subnetId": ref("subnet")})),
        {"primaryNetworkInterface": {"networkInterfaceId": "eni-1"}},
        example(
            Given(TEMPLATE, "template", {"networkInterfaces": [{"subnetId": "subnet-a"}]}),
            Given(INSTANCE, "host", {"launchTemplate": {"id": ref("template")}}),
        ),
    ),
    failing=({}, {"subnetId": ""}),
)

ROLE = Rule(
    id="ec2-instance-profile",
    pack="hipaa",
    severity="medium",
    types=(INSTANCE,),
    what="An instance has an instance profile, and by it a role.",
    why="Without a role, somebody puts access keys on the host, and those do not end by themselves.",
    fix=Fix(
        "Set iam_instance_profile.",
        python="iam_instance_profile=profile.name",
        yaml="iamInstanceProfile: ${profile.name}",
    ),
    check=any_of(
        present("iamInstanceProfile"),
        refers_to(
            "launchTemplate.id", TEMPLATE, any_of(present("iamInstanceProfile.name"), present("iamInstanceProfile.arn"))
        ),
    ),
    passing=(
        {"iamInstanceProfile": "service"},
        example(
            Given(TEMPLATE, "template", {"iamInstanceProfile": {"name": "service"}}),
            Given(INSTANCE, "host", {"launchTemplate": {"id": ref("template")}}),
        ),
    ),
    failing=({}, {"iamInstanceProfile": ""}),
)

MONITORING = Rule(
    id="ec2-detailed-monitoring",
    pack="hipaa",
    severity="low",
    types=(INSTANCE,),
    what="An instance sends its metrics every minute.",
    why="At the default of five minutes a short overload is not seen at all. It costs a little for each metric.",
    fix=Fix("Set monitoring to true.", python="monitoring=True", yaml="monitoring: true"),
    check=any_of(true("monitoring"), refers_to("launchTemplate.id", TEMPLATE, true("monitoring.enabled"))),
    passing=({"monitoring": True},),
    failing=({}, {"monitoring": False}),
)

EBS_OPTIMIZED = Rule(
    id="ec2-ebs-optimized",
    pack="hipaa",
    severity="low",
    types=(INSTANCE,),
    what="An instance has bandwidth of its own for its disks.",
    why="Without it, traffic to the disks and to the network take from each other when it matters most.",
    fix=Fix("Set ebs_optimized to true.", python="ebs_optimized=True", yaml="ebsOptimized: true"),
    # Only these old types have it as an option: newer ones have it always, and the rest can not have it.
    check=when(
        matches(
            "instanceType",
            r"^(c1\.xlarge|c3\.[24]?xlarge|g2\.2xlarge|i2\.[124]?xlarge|m1\.x?large|m2\.[24]xlarge|m3\.2?xlarge"
            r"|r3\.[24]?xlarge)$",
            "a type with the option",
        ),
        true("ebsOptimized"),
    ),
    passing=(
        {"instanceType": "m3.xlarge", "ebsOptimized": True},
        {"instanceType": "m7g.large"},
        {"instanceType": "t2.micro"},
    ),
    failing=({"instanceType": "m3.xlarge"}, {"instanceType": "c3.xlarge", "ebsOptimized": False}),
)

SNAPSHOT_PERMISSION = Rule(
    id="ec2-snapshot-permission",
    pack="hipaa",
    severity="high",
    types=("aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",),
    what="A snapshot is given to accounts only that are allowed to have it.",
    why="Whoever may make a volume of a snapshot has the whole disk, for good.",
    fix=Fix(
        "Take the permission away, or add the account to the parameter allowed_accounts.",
        python='account_id="123456789012"',
        yaml='accountId: "123456789012"',
    ),
    parameters=(
        Parameter("allowed_accounts", [], "Numbers of accounts that may have snapshots; none by default.", "array"),
    ),
    check=one_of("accountId", param("allowed_accounts")),
    passing=(
        example(
            Given(
                "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
                "share",
                {"accountId": "123456789012"},
            ),
            parameters={"allowed_accounts": ["123456789012"]},
        ),
    ),
    failing=({"accountId": "123456789012"}, {"accountId": "all"}),
)
