"""The stack: which services and regions it uses, by what the business associate agreement with AWS covers."""

from collections.abc import Iterator
from typing import Any

from model.resource import Resource
from model.types import service
from model.values import UNKNOWN
from policies.case import Case
from policies.examples import Given, example
from policies.rule import ANY, Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

# AWS's "HIPAA Eligible Services Reference", by the names that the provider gives its modules. AWS adds to it and
# takes from it; what is not sure to be there is left out.
_ELIGIBLE = """acm acmpca amp apigateway apigatewayv2 appautoscaling appconfig appflow appmesh apprunner appstream
appsync athena auditmanager autoscaling autoscalingplans backup batch bedrock bedrockfoundation bedrockmodel cfg
cleanrooms cloudformation cloudfront cloudhsmv2 cloudtrail cloudwatch codebuild codecommit codedeploy codepipeline
cognito comprehend connect controltower customerprofiles databrew dataexchange datasync datazone dax detective
devopsguru directconnect directoryservice dlm dms docdb drs dsql dynamodb ebs ec2 ec2clientvpn ec2transitgateway ecr
ecs efs eks elasticache elasticbeanstalk elasticsearch elb emr emrcontainers emrserverless fms fsx glacier
globalaccelerator glue grafana guardduty imagebuilder inspector inspector2 iot kendra keyspaces kinesis
kinesisanalyticsv2 kms lakeformation lambda lb lex macie macie2 memorydb mq msk mskconnect mwaa neptune
networkfirewall opensearch opensearchingest outposts pipes polly qldb quicksight rds redshift redshiftdata
redshiftserverless rekognition resiliencehub route53 s3 s3control s3outposts s3tables sagemaker scheduler
secretsmanager securityhub securitylake servicecatalog servicediscovery sesv2 ses sfn shield sns sqs ssm
storagegateway swf synthetics timestreamwrite transcribe transfer verifiedaccess verifiedpermissions vpc vpclattice
vpn waf wafregional wafv2 workspaces workspacesweb xray"""

_WITHOUT_DATA = """accessanalyzer account billing budgets computeoptimizer costexplorer costoptimizationhub cur iam
identitystore licensemanager oam organizations pricing ram rbin resourceexplorer resourcegroups
resourcegroupstaggingapi rolesanywhere route53recoverycontrol route53recoveryreadiness arczonalshift savingsplans
servicequotas signer ssoadmin"""


def _covered(case: Case) -> Verdict:
    kind = case.resource.kind
    if not kind.startswith("aws:"):
        return NOT_APPLICABLE
    name = service(kind)
    if name in case.value("hipaa_eligible_services") or name in case.value("without_data"):
        return PASS
    return fail(f"aws:{name} is not on the list of services that may touch PHI")


ELIGIBLE_SERVICES = Rule(
    id="stack-hipaa-eligible-services",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    types=(ANY,),
    what="Every AWS service in use is one that AWS's business associate agreement covers, or touches no data.",
    why="For what the agreement does not cover AWS has promised nothing: PHI in it is a disclosure.",
    fix=Fix(
        "Use a service of AWS's HIPAA Eligible Services Reference; where AWS has added one, put it on the list "
        "hipaa_eligible_services.",
        python='aws.ecs.Service("web", cluster=cluster.arn)',
        yaml="type: aws:ecs:Service",
    ),
    parameters=(
        Parameter(
            "hipaa_eligible_services",
            _ELIGIBLE.split(),
            "Modules of the provider whose services AWS's agreement covers. AWS changes its list: compare them.",
            "array",
        ),
        Parameter(
            "without_data",
            _WITHOUT_DATA.split(),
            "Modules whose services hold settings, permissions or prices, and no customer's data.",
            "array",
        ),
    ),
    check=_covered,
    passing=(
        Given("aws:s3/bucket:Bucket", "documents"),
        Given("aws:alb/loadBalancer:LoadBalancer", "front"),
        Given("aws:iam/role:Role", "worker"),
        Given("cloudflare:index/dnsRecord:DnsRecord", "www"),
        example(
            Given("aws:lightsail/instance:Instance", "blog"), parameters={"hipaa_eligible_services": ["lightsail"]}
        ),
    ),
    failing=(
        Given("aws:lightsail/instance:Instance", "blog"),
        Given("aws:gamelift/fleet:Fleet", "waiting-room"),
        example(Given("aws:s3/bucket:Bucket", "documents"), parameters={"hipaa_eligible_services": ["ecs"]}),
    ),
)

PROVIDER = "pulumi:providers:aws"
TABLE = "aws:dynamodb/table:Table"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type
IMAGES = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_COPIES = {
    TABLE: "replicas[*].regionName",
    SECRET: "replicas[*].region",
    IMAGES: "replicationConfiguration.rules[*].destinations[*].region",
}
"""Where a resource puts copies of itself."""


def _regions(resource: Resource) -> Iterator[tuple[str, Any]]:
    """(path, region) of all that it names."""
    yield "region", resource.at("region")
    path = _COPIES.get(resource.kind)
    if path is not None:
        found = resource.at(path)
        for region in found if isinstance(found, list) else [found]:
            yield path, region


def _allowed(case: Case) -> Verdict:
    allowed = {str(region).lower() for region in case.value("allowed_regions")}
    unclear = ""
    for path, region in _regions(case.resource):
        if region is UNKNOWN:
            unclear = path
        elif region is not None and str(region).strip().lower() not in allowed:
            return fail(f"{path} is none of the regions {', '.join(sorted(allowed))}", path)
    if unclear:
        return unknown("which region it is in is not known yet", unclear)
    if case.resource.kind == PROVIDER and case.resource.at("region") is None:
        return unknown("the provider names no region: the environment that runs it decides", "region")
    return PASS


ALLOWED_REGIONS = Rule(
    id="provider-region-allowlist",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(PROVIDER, TABLE, SECRET, IMAGES),
    unknown_blocks=False,  # a provider may take its region from the environment
    what="Providers, and copies that resources make of themselves, are in regions that are allowed.",
    why="PHI that lands in another region may be under another law, and in services that the agreement there lacks.",
    fix=Fix(
        "Set the provider's region to an allowed one, or add it to allowed_regions.",
        python='aws.Provider("east", region="us-east-1")',
        yaml="type: pulumi:providers:aws\nproperties:\n  region: us-east-1",
    ),
    parameters=(
        Parameter(
            "allowed_regions",
            ["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
            "Regions in which data may be.",
            "array",
        ),
    ),
    check=_allowed,
    passing=(
        {"region": "us-east-1"},
        {"region": "US-West-2"},
        Given(TABLE, "orders", {"replicas": [{"regionName": "us-east-2"}]}),
        example(
            Given(PROVIDER, "frankfurt", {"region": "eu-central-1"}), parameters={"allowed_regions": ["eu-central-1"]}
        ),
        Given(SECRET, "api"),
    ),
    failing=(
        {"region": "eu-central-1"},
        example(Given(PROVIDER, "east", {"region": "us-east-1"}), parameters={"allowed_regions": ["eu-central-1"]}),
        Given(TABLE, "orders", {"replicas": [{"regionName": "us-east-2"}, {"regionName": "ap-south-1"}]}),
        Given(TABLE, "orders", {"region": "ca-central-1"}),
        Given(SECRET, "api", {"replicas": [{"region": "eu-west-1"}]}),
        Given(
            IMAGES,
            "images",
            {"replicationConfiguration": {"rules": [{"destinations": [{"region": "eu-west-1", "registryId": "1"}]}]}},
        ),
    ),
)
