"""The stack: what data lies where, and secrets that are written down in clear."""

from collections.abc import Iterator, Mapping
from typing import Any

from model.values import UNKNOWN
from policies.case import Case
from policies.data_stores import DATA_STORES
from policies.examples import Given, example
from policies.rule import ANY, Fix, Parameter, Rule
from policies.secret_words import named_in_clear, secret_name
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, has_tag, param

BUCKET = "aws:s3/bucket:Bucket"

CLASSIFIED = Rule(
    id="stack-data-classification-tag",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=DATA_STORES,
    what="What holds data says by tags what data it is, and how much depends on it.",
    why="Without that nobody can tell what has to be restored first, or what was lost when one of them leaked.",
    fix=Fix(
        "Tag it with data-classification and criticality, best in the provider's default_tags.",
        python='tags={"data-classification": "phi", "criticality": "high"}',
        yaml="tags:\n  data-classification: phi\n  criticality: high",
    ),
    parameters=(
        Parameter("classes", ["phi", "pii", "internal", "public"], "What data-classification may say.", "array"),
    ),
    check=all_of(has_tag("data-classification", param("classes")), has_tag("criticality")),
    passing=(
        Given(BUCKET, "documents", {"tags": {"data-classification": "phi", "criticality": "high"}}),
        Given(BUCKET, "documents", {"tags": {"DataClassification": "Internal", "Criticality": "low"}}),
        example(
            Given("pulumi:providers:aws", "east", {"defaultTags": {"tags": {"data_classification": "phi"}}}),
            Given("aws:sqs/queue:Queue", "orders", {"tags": {"criticality": "high"}}, provider="east"),
        ),
        example(
            Given(
                "aws:dynamodb/table:Table", "orders", {"tags": {"data-classification": "secret", "criticality": "1"}}
            ),
            parameters={"classes": ["secret"]},
        ),
    ),
    failing=(
        Given(BUCKET, "documents"),
        Given(BUCKET, "documents", {"tags": {"data-classification": "phi"}}),
        Given(BUCKET, "documents", {"tags": {"criticality": "high"}}),
        Given(BUCKET, "documents", {"tags": {"data-classification": "sensitive", "criticality": "high"}}),
        Given(BUCKET, "documents", {"tags": {"data-classification": "", "criticality": "high"}}),
        Given("aws:rds/cluster:Cluster", "orders", {"tags": {"Name": "orders"}}),
    ),
)

_NO_SECRETS = frozenset({("cloudflare:index/leakedCredentialCheckRule:LeakedCredentialCheckRule", "password")})
"""Properties with a secret's name that say where to look for one."""


_HOLD_SECRETS = frozenset(
    {"actions", "advancedSecurityOptions", "authParameters", "authenticationMode", "connectorProfileConfig"}
    | {"defaultActions", "environment", "environmentVariables", "kerberosAttributes", "providerDetails"}
    | {"splunkConfiguration", "users"}
)
"""Objects in which secrets stand: where such a one is not known as a whole, it may hold one."""


def _marked(case: Case) -> Verdict:
    unclear = ""
    for name, given in case.resource.props.items():
        if case.resource.secret(name) or (case.resource.kind, name) in _NO_SECRETS:
            continue
        if given is UNKNOWN and name in _HOLD_SECRETS:
            unclear = name
        for path, key, value in _texts(given, name, name):
            if value is UNKNOWN:
                unclear = path
            elif named_in_clear(key, value):
                return fail(f"{path} is plain text, and so it lies in the state in clear", path)
    return unknown(f"{unclear} is not known yet, and is no secret", unclear) if unclear else PASS


def _texts(value: Any, path: str, key: str) -> Iterator[tuple[str, str, Any]]:
    """(path, name, value) of every value whose name is a secret's, at any depth; a list's items have its name."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}", str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path, key)
    elif secret_name(key):
        yield path, key, value


_USER = "aws:elasticache/user:User"

MARKED_SECRET = Rule(
    id="stack-no-plain-secret-inputs",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(ANY,),
    unknown_blocks=False,  # what is not known yet may be an ARN that says where the secret lies
    what="What is a secret by its name is a secret to Pulumi.",
    why="A plain text stands in the state, in previews and in logs for whoever may read one of them.",
    fix=Fix(
        "Take it from config.require_secret or a secret output, or name a secret of Secrets Manager instead.",
        python='password=config.require_secret("password")',
        yaml="password: ${password}",
    ),
    check=_marked,
    passing=(
        Given("aws:rds/instance:Instance", "orders", {"password": "hunter2"}, secrets=("password",)),
        Given("aws:rds/instance:Instance", "orders", {"manageMasterUserPassword": True}),
        Given("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "all", {"minimumPasswordLength": 14}),
        Given("aws:efs/fileSystem:FileSystem", "documents", {"creationToken": "documents"}),
        Given("aws:apigateway/integration:Integration", "all", {"credentials": "arn:aws:iam::111122223333:role/api"}),
        Given("aws:s3/bucket:Bucket", "documents", {"tags": {"owner": "platform"}}),
    ),
    failing=(
        Given("aws:rds/instance:Instance", "orders", {"password": "hunter2"}),
        Given("aws:rds/cluster:Cluster", "orders", {"masterPasswordWo": "hunter2"}),
        Given("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {"authToken": "0123456789abcdef"}),
        Given(_USER, "app", {"authenticationMode": {"type": "password", "passwords": ["one", "two"]}}),
        Given("aws:secretsmanager/secretVersion:SecretVersion", "api", {"secretString": '{"key": "q9w8"}'}),
        Given("aws:lambda/function:Function", "intake", {"environment": {"variables": {"API_KEY": "q9w8e7"}}}),
        Given("cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks", "alerts", {"secret": "s3cr3t"}),
    ),
)
