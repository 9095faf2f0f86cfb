"""The table of extensions: (service, operation) → the function asked before moto. A new service is one line here."""

from sandbox.aws.call import Extension, Rows
from sandbox.aws.emulation import Emulation
from sandbox.aws.extensions.autoscaling import ApplicationAutoScaling
from sandbox.aws.extensions.backup import Backup
from sandbox.aws.extensions.budgets import Budgets
from sandbox.aws.extensions.cloudwatch import CloudWatch
from sandbox.aws.extensions.cost_explorer import CostExplorer
from sandbox.aws.extensions.dynamodb import DynamoDb
from sandbox.aws.extensions.ecs import Ecs
from sandbox.aws.extensions.elasticache import ElastiCache
from sandbox.aws.extensions.elbv2 import Elbv2, TargetRegistry
from sandbox.aws.extensions.iam import Iam
from sandbox.aws.extensions.kms import Kms
from sandbox.aws.extensions.nothing_there import NothingThere
from sandbox.aws.extensions.rds import Rds
from sandbox.aws.extensions.s3 import S3
from sandbox.aws.extensions.secretsmanager import SecretsManager
from sandbox.aws.extensions.sqs import Sqs
from sandbox.aws.extensions.sts import Sts


def extensions(emulation: Emulation, targets: TargetRegistry) -> list[Extension]:
    return [
        DynamoDb(emulation),
        Rds(emulation),
        Ecs(emulation),
        ApplicationAutoScaling(emulation),
        Elbv2(emulation, targets),
        CloudWatch(emulation),
        Budgets(emulation),
        CostExplorer(emulation),
        Kms(emulation),
        S3(emulation),
        ElastiCache(emulation),
        Sqs(emulation),
        SecretsManager(emulation),
        Sts(emulation),
        Backup(emulation),
        Iam(emulation),
        NothingThere(),
    ]


def rows(of: list[Extension]) -> Rows:
    """All rows in one table. Raises ValueError where two extensions claim one operation."""
    table: Rows = {}
    for extension in of:
        for key, handler in extension.rows().items():
            if key in table:
                raise ValueError(f"two extensions answer {key[0]} {key[1]}: keep one row")
            table[key] = handler
    return table
