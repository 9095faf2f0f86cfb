"""Networks: what is recorded, what is closed by default, and what AWS is reached by."""

from model.values import UNKNOWN, UnknownMet
from policies import documents
from policies.case import Case
from policies.examples import Given, example, ref
from policies.reach import DEFAULT_GROUP, EGRESS_RULE, GROUP, INGRESS_RULE, RULE
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import absent, all_of, any_of, linked_by, matches, negated, one_of, unless

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"

_VPC = Given(VPC, "network", {"cidrBlock": "10.0.0.0/16"})
_OTHER = Given(VPC, "other", {"cidrBlock": "10.1.0.0/16"})


def _flows(network: str, traffic: str) -> Given:
    return Given(FLOW_LOG, "flows", {"vpcId": ref(network), "trafficType": traffic})


FLOW_LOGS = Rule(
    id="vpc-flow-logs",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(VPC,),
    what="A network records its flows: all of them, or at least those that were refused.",
    why="After an incident it is the only record of who talked to whom; it cannot be made afterwards.",
    fix=Fix(
        'Add a FlowLog for the network with the traffic type "ALL".',
        python='aws.ec2.FlowLog("flows", vpc_id=vpc.id, traffic_type="ALL", iam_role_arn=role.arn, '
        "log_destination=group.arn)",
        yaml=(
            "type: aws:ec2:FlowLog\n"
            "properties:\n"
            "  vpcId: ${vpc.id}\n"
            "  trafficType: ALL\n"
            "  iamRoleArn: ${role.arn}\n"
            "  logDestination: ${group.arn}"
        ),
    ),
    check=linked_by(
        FLOW_LOG, "vpcId", one_of("trafficType", "ALL", "REJECT"), lacks="no FlowLog is attached to this network"
    ),
    passing=(example(_VPC, _flows("network", "ALL")), example(_VPC, _flows("network", "REJECT"))),
    failing=(
        example(_VPC),
        example(_VPC, _flows("network", "ACCEPT")),
        example(_VPC, _OTHER, _flows("other", "ALL"), note="the log is of another network"),
    ),
)

_NO_RULES = [
    negated(linked_by(kind, "securityGroupId"), "a rule of its own opens the default group")
    for kind in (RULE, INGRESS_RULE, EGRESS_RULE)
]
_DEFAULT = Given(DEFAULT_GROUP, "default", {"vpcId": ref("network")})

DEFAULT_GROUP_CLOSED = Rule(
    id="vpc-default-sg-closed",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(VPC,),
    what="The default security group of a network lets nothing in or out.",
    why="What forgets to name a group gets this one, which AWS makes with everything open among its members.",
    fix=Fix(
        "Declare a DefaultSecurityGroup for the network, without ingress and egress.",
        python='aws.ec2.DefaultSecurityGroup("default", vpc_id=vpc.id)',
        yaml="type: aws:ec2:DefaultSecurityGroup\nproperties:\n  vpcId: ${vpc.id}",
    ),
    check=all_of(
        linked_by(
            DEFAULT_GROUP,
            "vpcId",
            all_of(absent("ingress"), absent("egress"), *_NO_RULES),
            lacks="no DefaultSecurityGroup takes the rules away that AWS makes",
        ),
        *_NO_RULES,  # by the network's own output, defaultSecurityGroupId
    ),
    passing=(
        example(_VPC, _DEFAULT),
        example(_VPC, Given(DEFAULT_GROUP, "default", {"vpcId": ref("network"), "ingress": [], "egress": []})),
        example(_VPC, _DEFAULT, Given(GROUP, "web"), Given(INGRESS_RULE, "in", {"securityGroupId": ref("web")})),
    ),
    failing=(
        example(_VPC),
        example(
            _VPC,
            Given(DEFAULT_GROUP, "default", {"vpcId": ref("network"), "ingress": [{"protocol": "-1", "self": True}]}),
        ),
        example(_VPC, _DEFAULT, Given(INGRESS_RULE, "in", {"securityGroupId": ref("default"), "ipProtocol": "-1"})),
        example(_VPC, _OTHER, Given(DEFAULT_GROUP, "default", {"vpcId": ref("other")})),
    ),
)


def _endpoints(case: Case) -> Verdict:
    links = case.view.linked(case.resource, ENDPOINT, "vpcId")
    subnets = case.view.linked(case.resource, SUBNET, "vpcId")
    if not subnets.found and not subnets.unclear:
        return NOT_APPLICABLE
    names, unclear = set(), bool(links.unclear)
    for endpoint in links.found:
        name = endpoint.at("serviceName")
        if name is UNKNOWN:
            unclear = True
        elif isinstance(name, str):
            # com.amazonaws.us-east-1.ecr.api, and -fips of the same
            names.add(name.lower().removesuffix("-fips").split(".", 3)[-1])
    lacks = [service for service in case.value("services") if service.lower() not in names]
    if not lacks:
        return PASS
    if unclear or not subnets.found:
        return unknown("which endpoints the network has is not known yet")
    return fail(f"the network has no endpoint for {', '.join(lacks)}")


_SERVICES = ("s3", "dynamodb", "kms", "secretsmanager", "logs", "ecr.api", "ecr.dkr")
_SUBNET = Given(SUBNET, "private", {"vpcId": ref("network")})


def _to(*services: str, network: str = "network") -> list[Given]:
    return [
        Given(ENDPOINT, name, {"vpcId": ref(network), "serviceName": f"com.amazonaws.us-east-1.{name}"})
        for name in services
    ]


ENDPOINTS = Rule(
    id="vpc-endpoints",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(VPC,),
    what="A network with subnets reaches the AWS services that handle PHI by endpoints of its own.",
    why="Otherwise PHI, keys and secrets go out to public addresses, and every host needs a way to the internet.",
    fix=Fix(
        "Add a VpcEndpoint for each service: of the type Gateway for S3 and DynamoDB, Interface for the others.",
        python='aws.ec2.VpcEndpoint("kms", vpc_id=vpc.id, service_name="com.amazonaws.us-east-1.kms", '
        'vpc_endpoint_type="Interface", private_dns_enabled=True, subnet_ids=subnet_ids)',
        yaml=(
            "type: aws:ec2:VpcEndpoint\n"
            "properties:\n"
            "  vpcId: ${vpc.id}\n"
            "  serviceName: com.amazonaws.us-east-1.kms\n"
            "  vpcEndpointType: Interface"
        ),
    ),
    parameters=(
        Parameter("services", list(_SERVICES), "Services that need an endpoint, as their names end.", "array"),
    ),
    check=_endpoints,
    passing=(
        example(_VPC, _SUBNET, *_to(*_SERVICES)),
        example(_VPC),
        example(_VPC, _SUBNET, *_to("s3"), parameters={"services": ["s3"]}),
        example(_VPC, _SUBNET, *_to("s3", "kms-fips"), parameters={"services": ["s3", "kms"]}),
    ),
    failing=(
        example(_VPC, _SUBNET),
        example(_VPC, _SUBNET, *_to(*_SERVICES[1:])),
        example(_VPC, _SUBNET, _OTHER, *_to(*_SERVICES, network="other")),
    ),
)


def _narrow(case: Case) -> Verdict:
    value = case.at("policy")
    if value is None:
        return fail("it has no policy of its own, and the default lets everyone do everything", "policy")
    document = documents.read(value, "policy")
    for statement in document.everything():
        if (statement.anyone or statement.principals is None) and not statement.limited:
            if statement.unclear:
                raise UnknownMet("policy")
            return fail(f"{statement.name} allows everything to everyone, and no condition limits whom", "policy")
    return PASS


_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_OWN = {**_OPEN, "Condition": {"StringEquals": {"aws:ResourceAccount": "123456789012"}}}

ENDPOINT_POLICIES = Rule(
    id="vpc-endpoint-policy",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(ENDPOINT,),
    unknown_blocks=False,  # before the first apply, the policy is one unknown text
    what="An endpoint to an AWS service has a policy that does not let everyone do everything.",
    why="With the default policy, whoever is inside copies data to an account of his own by a way that looks private.",
    fix=Fix(
        "Set policy, and limit it to your own account or organisation (aws:ResourceAccount, aws:ResourceOrgID).",
        python='policy=json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", '
        '"Condition": {"StringEquals": {"aws:ResourceAccount": account_id}}}]})',
        yaml=(
            "policy:\n"
            "  fn::toJSON:\n"
            "    Statement:\n"
            '      - {Effect: Allow, Principal: "*", Action: "*", Resource: "*", Condition: {StringEquals: '
            "{'aws:ResourceAccount': '${accountId}'}}}"
        ),
    ),
    # Endpoints of load balancers and of other people's services take no policy.
    check=unless(
        any_of(
            one_of("vpcEndpointType", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
            matches("serviceName", r"\.vpce\.|vpce-svc-", "somebody's own service"),
        ),
        any_of(linked_by(ENDPOINT_POLICY, "vpcEndpointId", _narrow), _narrow),
    ),
    passing=(
        {"policy": {"Statement": _OWN}},
        {"policy": {"Statement": {**_OPEN, "Action": "s3:GetObject"}}},
        {"vpcEndpointType": "GatewayLoadBalancer"},
        {"serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0123"},
        example(
            Given(ENDPOINT, "kms", {"serviceName": "com.amazonaws.us-east-1.kms"}),
            Given(ENDPOINT_POLICY, "kms-policy", {"vpcEndpointId": ref("kms"), "policy": {"Statement": [_OWN]}}),
        ),
    ),
    failing=(
        {},
        {"policy": {"Statement": [_OPEN]}},
        {"policy": {"Statement": [_OWN, {**_OPEN, "Principal": {"AWS": "*"}}]}},
        {"policy": {"Statement": {"Effect": "Allow", "Principal": "*", "NotAction": "s3:*", "Resource": "*"}}},
        example(
            Given(ENDPOINT, "other"),
            Given(ENDPOINT, "kms"),
            Given(ENDPOINT_POLICY, "policy", {"vpcEndpointId": ref("other"), "policy": {"Statement": [_OWN]}}),
        ),
    ),
)
