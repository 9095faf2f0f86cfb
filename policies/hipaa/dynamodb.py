"""DynamoDB tables."""

from model.resource import Resource
from model.values import UNKNOWN
from policies.backup_coverage import SELECTION, in_backup_plan
from policies.case import Case
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, by_type, cmk, every, one_of, true, unless

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"
KEY = "aws:kms/key:Key"

_READ, _WRITE = "dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"


def _about(case: Case, kind: str, targets: list[Resource]) -> tuple[list[Resource], bool]:
    """(those of a kind whose `resourceId` is the table, or comes from one of its targets; whether others may be)."""
    links = [case.view.linked(item, kind, "resourceId") for item in (case.resource, *targets)]
    found = {item.urn: item for link in links for item in link.found}
    unclear = [item for link in links for item in link.unclear]
    name, own = case.resource.output("name"), case.resource.at("name")
    for item in case.view.of(kind):
        identifier = item.at("resourceId")
        if isinstance(identifier, str) and identifier == (f"table/{name}" if name is not UNKNOWN else ""):
            found[item.urn] = item
        elif own is UNKNOWN and isinstance(identifier, str):
            unclear.append(item)
    return list(found.values()), any(item.urn not in found for item in unclear)


def _scales(case: Case) -> Verdict:
    """A target and a policy for reading, and the same for writing."""
    targets, unclear = _about(case, TARGET, [])
    scaling, more = _about(case, POLICY, targets)
    lacks = []
    for dimension in (_READ, _WRITE):
        for listed, what in ((targets, "target"), (scaling, "policy")):
            dimensions = [item.at("scalableDimension") for item in listed]
            if any(one is not UNKNOWN and str(one) == dimension for one in dimensions):
                continue
            if any(one is UNKNOWN for one in dimensions):
                unclear = True
            else:
                lacks.append(f"no scaling {what} for {dimension}")
    if not lacks and not unclear:
        return PASS
    if unclear or more:
        return unknown("which scaling targets and policies the table has is not known yet")
    return fail(f"its capacity is provisioned, and it has {', '.join(lacks)}")


_TABLE = Given(TABLE, "orders", {"name": "orders", "billingMode": "PROVISIONED"})


def _scaling(dimension: str, table: str = "orders") -> tuple[Given, Given]:
    props = {"resourceId": joined("table/", ref(table, "name")), "scalableDimension": dimension}
    name = dimension.rsplit(":", 1)[-1]
    return Given(TARGET, f"target-{name}", props), Given(POLICY, f"policy-{name}", props)


CAPACITY = Rule(
    id="dynamodb-autoscaling",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(TABLE,),
    what="A table's capacity follows what is asked of it.",
    why="A fixed capacity refuses requests above it, which for a user is the same as being down.",
    fix=Fix(
        "Set billing_mode to PAY_PER_REQUEST, or add scaling targets and policies for reading and writing.",
        python='billing_mode="PAY_PER_REQUEST"',
        yaml="billingMode: PAY_PER_REQUEST",
    ),
    check=any_of(one_of("billingMode", "PAY_PER_REQUEST"), _scales),
    passing=(
        {"billingMode": "PAY_PER_REQUEST"},
        example(_TABLE, *_scaling(_READ), *_scaling(_WRITE)),
        example(
            _TABLE,
            *(
                Given(kind, f"{number}-{kind[-6:]}", {"resourceId": "table/orders", "scalableDimension": dimension})
                for number, dimension in enumerate((_READ, _WRITE))
                for kind in (TARGET, POLICY)
            ),
        ),
    ),
    failing=(
        {},
        {"billingMode": "PROVISIONED", "readCapacity": 5, "writeCapacity": 5},
        example(_TABLE, *_scaling(_READ)),
        example(_TABLE, _scaling(_READ)[0], _scaling(_WRITE)[0], note="targets without policies scale nothing"),
        example(
            Given(TABLE, "other", {"name": "other", "billingMode": "PAY_PER_REQUEST"}),
            _TABLE,
            *_scaling(_READ, "other"),
            *_scaling(_WRITE, "other"),
        ),
    ),
)


def _taken_elsewhere(case: Case) -> Verdict:
    """No rule sees two stacks: that the other one takes it is for its owner to know."""
    return PASS if case.resource.name in case.value("elsewhere") else fail("it is not among elsewhere")


IN_BACKUP_PLAN = Rule(
    id="dynamodb-backup-plan",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(TABLE,),
    what="A table is in a backup plan of AWS Backup.",
    why="Point-in-time recovery ends after 35 days and goes with the table; a plan keeps copies longer, elsewhere.",
    fix=Fix(
        "Let a backup selection name it by its ARN or by a tag.",
        python='aws.backup.Selection("tables", plan_id=plan.id, iam_role_arn=role.arn, resources=[table.arn])',
        yaml=(
            "type: aws:backup:Selection\n"
            "properties:\n"
            "  planId: ${plan.id}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  resources: ['${table.arn}']"
        ),
    ),
    parameters=(Parameter("elsewhere", [], "Pulumi names of tables that the plan of another stack takes.", "array"),),
    check=unless(_taken_elsewhere, in_backup_plan()),
    passing=(
        example(Given(TABLE, "orders"), parameters={"elsewhere": ["orders"]}),
        example(Given(TABLE, "orders"), Given(SELECTION, "plan", {"resources": [ref("orders", "arn")]})),
        example(Given(TABLE, "orders"), Given(SELECTION, "plan", {"resources": ["arn:aws:dynamodb:*:*:table/*"]})),
        example(
            Given(TABLE, "orders", {"tags": {"backup": "daily"}}),
            Given(
                SELECTION,
                "plan",
                {
                    "resources": ["*"],
                    "conditions": [{"stringLikes": [{"key": "aws:ResourceTag/backup", "value": "d*"}]}],
                },
            ),
        ),
    ),
    failing=(
        {},
        example(Given(TABLE, "orders"), Given(SELECTION, "plan", {"selectionTags": [{"key": "backup", "value": "x"}]})),
        example(
            Given(TABLE, "other"),
            Given(TABLE, "orders"),
            Given(SELECTION, "plan", {"resources": [ref("other", "arn")]}),
        ),
    ),
)


def _of_another_class(case: Case) -> Verdict:
    return PASS if case.classification in case.value("exempt_classes") else fail("its class is not exempt")


OWN_KEY = Rule(
    id="dynamodb-cmk",
    pack="hipaa",
    severity="medium",
    types=(TABLE, REPLICA),
    what="A table and its replicas are encrypted with customer-managed keys.",
    why="The default is a key that AWS owns: nobody can log its use or take it away from a thief.",
    fix=Fix(
        "Set server_side_encryption with enabled and kms_key_arn; a replica needs a key of its own region.",
        python='server_side_encryption={"enabled": True, "kms_key_arn": key.arn}',
        yaml="serverSideEncryption:\n  enabled: true\n  kmsKeyArn: ${key.arn}",
    ),
    parameters=(
        Parameter(
            "exempt_classes", [], "Values of the tag data-classification whose tables may have AWS's own key.", "array"
        ),
    ),
    check=unless(
        _of_another_class,
        by_type(
            {
                TABLE: all_of(
                    true("serverSideEncryption.enabled"),
                    cmk("serverSideEncryption.kmsKeyArn"),
                    every("replicas", cmk("kmsKeyArn")),
                ),
                REPLICA: cmk("kmsKeyArn"),
            }
        ),
    ),
    passing=(
        example(
            Given(KEY, "key"),
            Given(TABLE, "orders", {"serverSideEncryption": {"enabled": True, "kmsKeyArn": ref("key", "arn")}}),
        ),
        {
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a"},
            "replicas": [{"regionName": "us-west-2", "kmsKeyArn": "arn:aws:kms:us-west-2:123456789012:key/b"}],
        },
        Given(REPLICA, "orders", {"kmsKeyArn": "arn:aws:kms:us-west-2:123456789012:key/b"}),
        example(
            Given(TABLE, "locks", {"tags": {"data-classification": "internal"}}),
            parameters={"exempt_classes": ["internal"]},
        ),
    ),
    failing=(
        {},
        example(Given(TABLE, "orders"), parameters={"exempt_classes": ["internal"]}),
        {"tags": {"data-classification": "internal"}},
        {"serverSideEncryption": {"enabled": True}},
        {"serverSideEncryption": {"enabled": False, "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a"}},
        {
            "serverSideEncryption": {
                "enabled": True,
                "kmsKeyArn": "alias/aws/dynamodb",
            }
        },
        {
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a"},
            "replicas": [{"regionName": "us-west-2"}],
        },
        Given(REPLICA, "orders"),
    ),
)

POINT_IN_TIME = Rule(
    id="dynamodb-pitr",
    pack="hipaa",
    severity="high",
    types=(TABLE, REPLICA),
    what="A table, and each of its replicas, can be restored to any point in time of the last weeks.",
    why="A bad write is otherwise final: replicas, which are no backup, have it within a second. Each replica keeps "
    "its own backups, and only those are left where the table's region is lost.",
    fix=Fix(
        "Set point_in_time_recovery with enabled, and to true in every replica.",
        python='point_in_time_recovery={"enabled": True}',
        yaml="pointInTimeRecovery:\n  enabled: true",
    ),
    check=by_type(
        {
            TABLE: all_of(true("pointInTimeRecovery.enabled"), every("replicas", true("pointInTimeRecovery"))),
            REPLICA: true("pointInTimeRecovery"),
        }
    ),
    passing=(
        {"pointInTimeRecovery": {"enabled": True}},
        {
            "pointInTimeRecovery": {"enabled": True},
            "replicas": [{"regionName": "us-west-2", "pointInTimeRecovery": True}],
        },
        Given(REPLICA, "orders", {"pointInTimeRecovery": True}),
    ),
    failing=(
        {},
        {"pointInTimeRecovery": {"enabled": False}},
        {"pointInTimeRecovery": {"enabled": True}, "replicas": [{"regionName": "us-west-2"}]},
        Given(REPLICA, "orders"),
    ),
)

DELETION_PROTECTION = Rule(
    id="dynamodb-deletion-protection",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(TABLE, REPLICA),
    what="A table, and each of its replicas, is protected from deletion.",
    why="Otherwise one mistaken destroy, in any tool, removes the table and its point-in-time backups.",
    fix=Fix(
        "Set deletion_protection_enabled to true, in every replica too.",
        python="deletion_protection_enabled=True",
        yaml="deletionProtectionEnabled: true",
    ),
    check=by_type(
        {
            TABLE: all_of(true("deletionProtectionEnabled"), every("replicas", true("deletionProtectionEnabled"))),
            REPLICA: true("deletionProtectionEnabled"),
        }
    ),
    passing=(
        {"deletionProtectionEnabled": True},
        {
            "deletionProtectionEnabled": True,
            "replicas": [{"regionName": "us-west-2", "deletionProtectionEnabled": True}],
        },
        Given(REPLICA, "orders", {"deletionProtectionEnabled": True}),
    ),
    failing=(
        {},
        {"deletionProtectionEnabled": False},
        {"deletionProtectionEnabled": True, "replicas": [{"regionName": "us-west-2"}]},
        Given(REPLICA, "orders"),
    ),
)
