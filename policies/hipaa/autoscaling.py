"""Auto Scaling groups of EC2 instances."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import any_of, linked_by, matches, present, when
from policies.zones import MIN_ZONES, in_zones

GROUP = "aws:autoscaling/group:Group"
ATTACHMENT = "aws:autoscaling/attachment:Attachment"
TRAFFIC_SOURCE = "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment"

ELB_HEALTH = Rule(
    id="asg-elb-health",
    pack="hipaa",
    severity="medium",
    types=(GROUP,),
    what="A group behind a load balancer goes by the load balancer's health checks.",
    why="By default a group replaces only machines that are down: one that runs but answers nothing stays.",
    fix=Fix(
        'Set health_check_type to "ELB", and a grace period that covers the start.',
        python='health_check_type="ELB", health_check_grace_period=120',
        yaml="healthCheckType: ELB\nhealthCheckGracePeriod: 120",
    ),
    check=when(
        any_of(
            present("targetGroupArns"),
            present("loadBalancers"),
            present("trafficSources"),
            linked_by(ATTACHMENT, "autoscalingGroupName"),
            linked_by(TRAFFIC_SOURCE, "autoscalingGroupName"),
        ),
        # Several types may stand there, separated by commas. VPC Lattice, which can stand in front too, has its own.
        matches("healthCheckType", r"\b(ELB|VPC_LATTICE)\b", 'it has to be "ELB"'),
    ),
    passing=(
        {"targetGroupArns": ["arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/a/1"], "healthCheckType": "ELB"},
        {"loadBalancers": ["classic"], "healthCheckType": "EC2,ELB"},
        {},
        {"targetGroupArns": [], "healthCheckType": "EC2"},
        example(
            Given(GROUP, "web", {"healthCheckType": "EC2"}),
            Given(GROUP, "other", {"healthCheckType": "ELB"}),
            Given(ATTACHMENT, "attachment", {"autoscalingGroupName": ref("other")}),
        ),
    ),
    failing=(
        {"targetGroupArns": ["arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/a/1"]},
        {"loadBalancers": ["classic"], "healthCheckType": "EC2"},
        {"trafficSources": [{"identifier": "arn", "type": "elbv2"}]},
        example(Given(GROUP, "web"), Given(ATTACHMENT, "attachment", {"autoscalingGroupName": ref("web")})),
        example(Given(GROUP, "web"), Given(TRAFFIC_SOURCE, "source", {"autoscalingGroupName": ref("web", "name")})),
    ),
)

MULTI_AZ = Rule(
    id="asg-multi-az",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(GROUP,),
    what="A group of instances stands in two availability zones.",
    why="In one zone, the loss of that zone takes all instances, and there is nowhere to start new ones.",
    fix=Fix(
        "Give it subnets of two zones.",
        python="vpc_zone_identifiers=[private_a.id, private_b.id]",
        yaml="vpcZoneIdentifiers: ['${privateA.id}', '${privateB.id}']",
    ),
    parameters=(MIN_ZONES,),
    check=in_zones("vpcZoneIdentifiers", "availabilityZones"),
    passing=(
        {"vpcZoneIdentifiers": ["subnet-a", "subnet-b"]},
        {"availabilityZones": ["us-east-1a", "us-east-1b"]},
        example(
            Given("aws:ec2/subnet:Subnet", "a"),
            Given("aws:ec2/subnet:Subnet", "b"),
            Given(GROUP, "web", {"vpcZoneIdentifiers": [ref("a"), ref("b")]}),
        ),
    ),
    failing=(
        {},
        {"vpcZoneIdentifiers": ["subnet-a"]},
        {"availabilityZones": ["us-east-1a", "us-east-1a"]},
        example(
            Given("aws:ec2/subnet:Subnet", "a", {"availabilityZone": "us-east-1a"}),
            Given("aws:ec2/subnet:Subnet", "b", {"availabilityZone": "us-east-1a"}),
            Given(GROUP, "web", {"vpcZoneIdentifiers": [ref("a"), ref("b")]}),
        ),
    ),
)
