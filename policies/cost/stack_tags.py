"""The stack: to whom a resource belongs, and where it stands."""

import re

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.declared import used_regions
from policies.examples import Given, example
from policies.rule import ANY, Fix, Parameter, Rule
from policies.taggable import taggable
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

BUCKET = "aws:s3/bucket:Bucket"
GROUP = "aws:autoscaling/group:Group"
PROVIDER = "pulumi:providers:aws"

_ALL = {"owner": "platform", "environment": "production", "cost-center": "cc-4100", "service": "orders"}


def _tag(case: Case, key: str) -> object:
    """An Auto Scaling group gets none of its provider's default tags. Raises UnknownMet."""
    if case.resource.kind != GROUP:
        return case.tag(key)
    own = case.resource.tags()
    if own is UNKNOWN:
        raise UnknownMet("tags")
    return next((value for name, value in own.items() if name == re.sub(r"[^a-z0-9]", "", key.lower())), None)


def _owned(case: Case) -> Verdict:
    if not taggable(case.resource.kind):
        return NOT_APPLICABLE
    patterns = dict(str(item).split("=", 1) for item in case.value("values") if "=" in str(item))
    missing, wrong, unclear = [], [], []
    for key in case.value("required"):
        value = _tag(case, key)
        if value is UNKNOWN:
            unclear.append(key)
        elif value is None or not str(value).strip():
            missing.append(key)
        elif key in patterns and not re.fullmatch(patterns[key], str(value).strip(), re.IGNORECASE):
            wrong.append(f'the tag "{key}" has to be {patterns[key].replace("|", ", ")}')
    if missing or wrong:
        lacks = [f"it has no tag {' and no tag '.join(missing)}"] if missing else []
        return fail("; ".join([*lacks, *wrong]), "tags")
    if unclear:
        return unknown(f"the tag {' and the tag '.join(unclear)} is not known yet", "tags")
    return PASS


def _bucket(**tags: object) -> Given:
    return Given(BUCKET, "orders", {"tags": tags})


_DEFAULTS = Given(PROVIDER, "east", {"region": "us-east-1", "defaultTags": {"tags": _ALL}})
_GROUP_TAGS = [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in _ALL.items()]

REQUIRED = Rule(
    id="cost-required-tags",
    pack="cost",
    severity="high",
    types=(ANY,),
    what="Everything that takes tags says whose it is, of which environment, service and cost center.",
    why="What has no tags is on the bill without a name, and nobody can say whether it may be deleted.",
    fix=Fix(
        "Set the provider's default_tags, and what differs in a resource's own tags; any spelling of a key will do.",
        python='default_tags={"tags": {"owner": "platform", "environment": "production", "cost-center": "cc-4100", '
        '"service": "orders"}}',
        yaml="defaultTags:\n  tags: {owner: platform, environment: production, cost-center: cc-4100, service: orders}",
    ),
    parameters=(
        Parameter(
            "required", ["owner", "environment", "cost-center", "service"], "Tags that have to be there.", "array"
        ),
        Parameter(
            "values",
            ["environment=production|prod|staging|development|dev|test|sandbox"],
            "What the values have to be: key=expression, of which the whole value has to be a match, case aside.",
            "array",
        ),
    ),
    check=_owned,
    passing=(
        _bucket(**_ALL),
        _bucket(Owner="platform", Environment="Production", CostCenter="cc-4100", SERVICE="orders"),
        _bucket(owner="platform", environment="prod", cost_center="cc-4100", service="orders"),
        example(_DEFAULTS, Given(BUCKET, "orders", {}, provider="east")),
        example(_DEFAULTS, Given(BUCKET, "orders", {"tags": {"service": "notes"}}, provider="east")),
        Given(GROUP, "workers", {"tags": _GROUP_TAGS}),
        Given("aws:s3/bucketPolicy:BucketPolicy", "takes-none", {"bucket": "orders"}),
        example(Given(BUCKET, "o", {"tags": {"team": "x"}}), parameters={"required": ["Team"], "values": []}),
    ),
    failing=(
        Given(BUCKET, "orders", {}),
        Given(BUCKET, "orders", {"tags": None}),
        _bucket(owner="platform"),
        _bucket(**{**_ALL, "owner": ""}),
        _bucket(**{**_ALL, "owner": None}),
        _bucket(**{**_ALL, "environment": "somewhere"}),
        example(
            _DEFAULTS, Given(GROUP, "workers", {"minSize": 1}, provider="east"), note="default tags do not reach it"
        ),
        example(
            Given(PROVIDER, "east", {"defaultTags": {"tags": {"owner": "platform"}}}),
            Given(BUCKET, "orders", {}, provider="east"),
        ),
        example(_bucket(**_ALL), parameters={"values": ["cost-center=cc-[0-9]{5}"]}),
    ),
)


def _allowed(case: Case) -> Verdict:
    regions = used_regions(case.view)
    of_providers = [provider.props.get("region") for provider in case.view.of(PROVIDER)]
    known = regions.known | {region for region in of_providers if isinstance(region, str)}
    elsewhere = sorted(known - set(case.value("allowed")))
    if elsewhere:
        return fail(f"it is in {', '.join(elsewhere)}; allowed are {', '.join(case.value('allowed'))}")
    if regions.unclear or any(region is UNKNOWN for region in of_providers):
        return unknown("not every region is known yet")
    if known:
        return PASS
    if any(item.custom and item.kind.startswith("aws:") for item in case.view.resources):
        return unknown("nothing says in which region its resources are")
    return NOT_APPLICABLE


_EAST = Given(PROVIDER, "east", {"region": "us-east-1"})

REGIONS = Rule(
    id="cost-region-allowlist",
    pack="cost",
    severity="medium",
    scope="stack",
    once=True,
    types=(PROVIDER,),
    what="A stack has resources in the allowed regions only.",
    why="Prices differ by a third between regions, and traffic between them is paid for; and where PHI may lie is "
    "HIPAA's question about the same list.",
    fix=Fix(
        "Set the provider's region to an allowed one, or extend the parameter (and HIPAA's own).",
        python='aws.Provider("east", region="us-east-1")',
        yaml="type: pulumi:providers:aws\nproperties:\n  region: us-east-1",
    ),
    parameters=(
        Parameter(
            "allowed", ["us-east-1", "us-east-2", "us-west-2"], "Regions in which a stack may have resources.", "array"
        ),
    ),
    check=_allowed,
    passing=(
        example(_EAST, Given(BUCKET, "orders", provider="east")),
        example(_EAST, Given(BUCKET, "copy", {"region": "us-west-2"}, provider="east")),
        example(Given(PROVIDER, "euro", {"region": "eu-west-1"}), parameters={"allowed": ["eu-west-1"]}),
        example(note="nothing of AWS"),
    ),
    failing=(
        example(Given(PROVIDER, "euro", {"region": "eu-west-1"})),
        example(_EAST, Given(BUCKET, "copy", {"region": "ap-southeast-2"}, provider="east")),
        example(Given(BUCKET, "copy", {"region": "us-west-1"})),
        example(_EAST, parameters={"allowed": ["us-west-2"]}),
    ),
)
