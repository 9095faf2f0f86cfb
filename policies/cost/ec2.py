"""EC2: which machines."""

from policies import sizes
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import (
    by_type,
)

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
MIX = "mixedInstancesPolicy.instancesDistribution"
OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides[*].instanceType"

PREVIOUS = Rule(
    id="cost-ec2-previous-gen",
    pack="cost",
    severity="medium",
    types=(INSTANCE, TEMPLATE),
    what="No machine is of a previous generation.",
    why="Newer families do the same work for less, and the old ones are what runs out of capacity first.",
    fix=Fix("Choose a current family.", python='instance_type="m7g.large"', yaml="instanceType: m7g.large"),
    parameters=(
        Parameter(
            "previous",
            [
                "t1",
                "t2",
                "m1",
                "m2",
                "m3",
                "m4",
                "c1",
                "c3",
                "c4",
                "cc2",
                "r3",
                "r4",
                "i2",
                "d2",
                "g2",
                "g3",
                "p2",
                "x1",
                "h1",
                "hs1",
                "cr1",
            ],
            "Families of previous generations; * stands for anything.",
            "array",
        ),
    ),
    check=sizes.current("instanceType"),
    passing=({"instanceType": "m7g.large"}, {"instanceType": "t3.micro"}, {}, Given(TEMPLATE, "web", {})),
    failing=(
        {"instanceType": "m4.large"},
        {"instanceType": "T2.micro"},
        Given(TEMPLATE, "w", {"instanceType": "r3.large"}),
    ),
)

GRAVITON = Rule(
    id="cost-ec2-graviton",
    pack="cost",
    severity="low",
    level="recommended",
    types=(INSTANCE, TEMPLATE),
    what="A machine runs on Graviton where there is such a family.",
    why="An arm64 family usually costs less than its x86 neighbour of the same size; the image has to be built for it.",
    fix=Fix(
        "Build the image for arm64, and choose the family with a g.",
        python='instance_type="m7g.large"',
        yaml="instanceType: m7g.large",
    ),
    parameters=(
        Parameter(
            "without_equivalent",
            [
                "p*",
                "g3*",
                "g4*",
                "g6*",
                "trn*",
                "inf*",
                "dl*",
                "vt*",
                "f1",
                "f2",
                "mac*",
                "u-*",
                "u7*",
                "z1d",
                "x1e",
                "hpc6*",
                "hpc7a",
                "d3*",
                "h1",
            ],
            "Families that have no arm64 neighbour; * stands for anything.",
            "array",
        ),
    ),
    check=sizes.on_arm("instanceType"),
    passing=({"instanceType": "m7g.large"}, {"instanceType": "c7gn.large"}, {"instanceType": "p5.48xlarge"}, {}),
    failing=(
        {"instanceType": "m7i.large"},
        {"instanceType": "t3.micro"},
        Given(TEMPLATE, "w", {"instanceType": "c6a.large"}),
    ),
)

ALLOWED = Rule(
    id="cost-ec2-allowed-types",
    pack="cost",
    severity="high",
    types=(INSTANCE, TEMPLATE, GROUP),
    what="A machine's type is one that its environment may have.",
    why="A slip in a size is the fastest way to a large bill, and reservations are of use only for the types that they "
    "were bought for.",
    fix=Fix(
        "Choose an allowed type, or extend the parameter.",
        python='instance_type="t4g.small"',
        yaml="instanceType: t4g.small",
    ),
    parameters=(
        Parameter(
            "allowed_production",
            ["*.nano", "*.micro", "*.small", "*.medium", "*.large", "*.xlarge", "*.2xlarge", "*.4xlarge"],
            "Types in production; * stands for anything, and region:type binds one to a region.",
            "array",
        ),
        Parameter(
            "allowed",
            ["*.nano", "*.micro", "*.small", "*.medium", "*.large", "*.xlarge"],
            "Types elsewhere, written alike.",
            "array",
        ),
    ),
    check=by_type(
        {
            INSTANCE: sizes.allowed("instanceType"),
            TEMPLATE: sizes.allowed("instanceType"),
            GROUP: sizes.allowed(OVERRIDES),
        }
    ),
    passing=(
        {"instanceType": "m7g.4xlarge"},
        {},
        example(
            Given(INSTANCE, "web", {"instanceType": "m7g.large", "region": "eu-west-1"}),
            parameters={"allowed_production": ["eu-west-1:m7g.*"]},
        ),
        Given(GROUP, "workers", {"minSize": 1}),
    ),
    failing=(
        {"instanceType": "m7g.8xlarge"},
        example(Given(INSTANCE, "web", {"instanceType": "m7g.2xlarge"}), environment="staging"),
        example(
            Given(INSTANCE, "web", {"instanceType": "m7g.large", "region": "us-east-1"}),
            parameters={"allowed_production": ["eu-west-1:m7g.*"]},
        ),
        Given(
            GROUP,
            "workers",
            {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "u-6tb1.56xlarge"}]}}},
        ),
    ),
)
