"""IAM statements, each for one thing that somebody may do. No action and no resource is wider than it needs."""

from collections.abc import Mapping, Sequence

import pulumi

from infra.component import Statement

METRICS = "Lifeline"
"""CloudWatch namespace of Lifeline's own metrics."""


def pull(region: pulumi.Input[str], account_id: pulumi.Input[str]) -> list[Statement]:
    """Pull images of the account's own registry in the region."""
    return [
        # ECR gives the token for the registry as a whole: it takes no resource.
        {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": pulumi.Output.format("arn:aws:ecr:{0}:{1}:repository/*", region, account_id),
        },
    ]


def pull_agent(region: pulumi.Input[str]) -> list[Statement]:
    """Pull GuardDuty's agent, which AWS puts beside each task; it lies in an account of AWS's own in each region."""
    return [
        {
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": pulumi.Output.format("arn:aws:ecr:{0}:*:repository/aws-guardduty-agent-fargate", region),
        }
    ]


def write_log(group_arn: pulumi.Input[str]) -> list[Statement]:
    """Write to one log group."""
    return [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": pulumi.Output.format("{0}:*", group_arn),
        }
    ]


def read_secrets(
    region: pulumi.Input[str],
    account_id: pulumi.Input[str],
    arns: Sequence[pulumi.Input[str]],
    key_alias: pulumi.Input[str],
) -> list[Statement]:
    """Read these secrets, and use the key that encrypts them for nothing else; without secrets, nothing."""
    if not arns:
        return []
    service = pulumi.Output.format("secretsmanager.{0}.amazonaws.com", region)
    return [
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": list(arns)},
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            # The key is another stack's: known by its alias, not by its id.
            "Resource": pulumi.Output.format("arn:aws:kms:{0}:{1}:key/*", region, account_id),
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias},
                "StringEquals": {"kms:ViaService": service},
            },
        },
    ]


def connect(
    region: pulumi.Input[str], account_id: pulumi.Input[str], resource_id: pulumi.Input[str], user: str
) -> list[Statement]:
    """Log in to one database cluster as one role, with a short-lived token instead of a password."""
    resource = pulumi.Output.format("arn:aws:rds-db:{0}:{1}:dbuser:{2}/{3}", region, account_id, resource_id, user)
    return [{"Effect": "Allow", "Action": ["rds-db:connect"], "Resource": resource}]


def _with_key(actions: list[str], service: str, region: str, account_id: str, alias: str) -> Statement:
    """Use the key that the alias leads to, through one service only."""
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": f"arn:aws:kms:{region}:{account_id}:key/*",
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias},
            "StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"},
        },
    }


def rotate(account_id: str, arns: Sequence[pulumi.Input[str]], keys: Mapping[str, str]) -> list[Statement]:
    """Make these secrets anew, also in the region of their copies. `keys`: region → alias of its key for secrets."""
    actions = [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    used = ["kms:Decrypt", "kms:GenerateDataKey"]
    return [
        {"Effect": "Allow", "Action": actions, "Resource": list(arns)},
        *(_with_key(used, "secretsmanager", region, account_id, alias) for region, alias in sorted(keys.items())),
    ]


def restart(service_arns: Sequence[str]) -> list[Statement]:
    """Give these services new tasks; without services, nothing."""
    if not service_arns:
        return []
    return [{"Effect": "Allow", "Action": ["ecs:UpdateService"], "Resource": sorted(set(service_arns))}]


def report() -> list[Statement]:
    """Send Lifeline's own metrics. The service takes no resource; the namespace is the narrowest there is."""
    condition = {"StringEquals": {"cloudwatch:namespace": METRICS}}
    return [{"Effect": "Allow", "Action": ["cloudwatch:PutMetricData"], "Resource": "*", "Condition": condition}]


def work_off(queue_arn: pulumi.Input[str]) -> list[Statement]:
    """Take messages from one queue."""
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    return [{"Effect": "Allow", "Action": actions, "Resource": queue_arn}]


def send_to(queue_arns: Sequence[pulumi.Input[str]]) -> list[Statement]:
    """Put messages into these queues; without queues, nothing."""
    actions = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    return [{"Effect": "Allow", "Action": actions, "Resource": list(queue_arns)}] if queue_arns else []


def queue_key(region: str, account_id: str, alias: str) -> list[Statement]:
    """What both ends of an encrypted queue need."""
    return [_with_key(["kms:Decrypt", "kms:GenerateDataKey"], "sqs", region, account_id, alias)]


def tell(topic_arn: pulumi.Input[str], region: str, account_id: str, alias: str) -> list[Statement]:
    """Publish to one encrypted topic."""
    return [
        {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": topic_arn},
        _with_key(["kms:Decrypt", "kms:GenerateDataKey"], "sns", region, account_id, alias),
    ]


def keep_documents(region: str, account_id: str, bucket: str, prefix: str, alias: str) -> list[Statement]:
    """Read every document, write those under one prefix. Versions stay out of reach: nobody deletes for good."""
    arn = f"arn:aws:s3:::{bucket}"
    return [
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": arn},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectTagging"], "Resource": f"{arn}/*"},
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            "Resource": f"{arn}/{prefix}*",
        },
        _with_key(["kms:Decrypt", "kms:GenerateDataKey"], "s3", region, account_id, alias),
    ]


def use_cache(cache_arn: pulumi.Input[str], user_arn: pulumi.Input[str]) -> list[Statement]:
    """Log in to the cache as one user, with a short-lived token instead of a password."""
    return [{"Effect": "Allow", "Action": ["elasticache:Connect"], "Resource": [cache_arn, user_arn]}]


def connect_copies(region: pulumi.Input[str], account_id: pulumi.Input[str], user: str) -> list[Statement]:
    """Log in as one role to any cluster of the region: one restored from a snapshot has an id that nobody knows yet."""
    resource = pulumi.Output.format("arn:aws:rds-db:{0}:{1}:dbuser:*/{2}", region, account_id, user)
    return [{"Effect": "Allow", "Action": ["rds-db:connect"], "Resource": resource}]


def invoke_models(region: pulumi.Input[str]) -> list[Statement]:
    """Ask the region's language models."""
    return [
        {
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
            "Resource": pulumi.Output.format("arn:aws:bedrock:{0}::foundation-model/*", region),
        }
    ]


def watch_lease(
    region: str, account_id: str, table: str, regions: Sequence[str], site: str, extension: str
) -> list[Statement]:
    """What a warden may do: read the record, answer its own mailbox, report, read the break-glass.

    Its heartbeat is an item of its own. It never writes the record: who moves the active site is an operator.
    """
    replicas = [f"arn:aws:dynamodb:{each}:{account_id}:table/{table}" for each in regions]
    mailbox = f"mailbox#{site}"
    return [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": replicas,
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["record", mailbox]}},
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": replicas,
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [mailbox, f"heartbeat#{site}"]}},
        },
        *report(),
        {
            "Effect": "Allow",
            "Action": ["ssm:GetParameter"],
            "Resource": f"arn:aws:ssm:{region}:{account_id}:parameter{extension}",
        },
    ]


def watch_record(account_id: str, table: str, regions: Sequence[str], site: str, peer: str) -> list[Statement]:
    """What a guard may do: read the record and both guards' notes, keep its own, report. It never writes the record."""
    replicas = [f"arn:aws:dynamodb:{each}:{account_id}:table/{table}" for each in regions]
    own, other = f"guard#{site}", f"guard#{peer}"
    return [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": replicas,
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["record", own, other]}},
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem"],
            "Resource": replicas,
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [own]}},
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            # The service takes no resource; the namespace is the narrowest there is.
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": METRICS}},
        },
    ]
