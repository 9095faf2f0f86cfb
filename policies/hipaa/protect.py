"""Pulumi's own options: what the engine itself refuses to delete."""

from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import in_production

PROTECTED_TYPES = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:dynamodb/table:Table",
    "aws:kms/key:Key",
    "aws:backup/vault:Vault",
    "aws:redshift/cluster:Cluster",
)


def _guarded(case: Case) -> Verdict:
    if case.resource.protect or case.resource.retain:
        return PASS
    return fail("it has neither protect nor retainOnDelete: a destroy, or a change of its name, deletes it")


PROTECT_STATEFUL = Rule(
    id="stack-protect-stateful",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=PROTECTED_TYPES,
    what="In production, what holds data or keys is protected by Pulumi's option protect or retainOnDelete.",
    why="AWS refuses to delete only some of it; with the option the engine refuses all, before it deleted the rest.",
    fix=Fix(
        "Set the resource option protect (or retain_on_delete).",
        python="opts=pulumi.ResourceOptions(protect=True)",
        yaml="options:\n  protect: true",
    ),
    check=in_production(_guarded),
    passing=(
        Given("aws:rds/cluster:Cluster", "orders", protect=True),
        example(Given("aws:s3/bucket:Bucket", "orders"), environment="staging"),
        Given("aws:kms/key:Key", "scratch", {"tags": {"environment": "dev"}}),
    ),
    failing=(
        Given("aws:rds/cluster:Cluster", "orders"),
        Given("aws:backup/vault:Vault", "orders"),
        Given("aws:redshift/cluster:Cluster", "reports"),
        Given("aws:dynamodb/table:Table", "orders", {"deletionProtectionEnabled": True}),
    ),
)
