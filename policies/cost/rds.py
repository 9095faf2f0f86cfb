"""RDS and Aurora: classes, storage, and what databases cost outside production."""

from model.values import UNKNOWN, UnknownMet
from policies import sizes
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.versions import ending
from policies.vocabulary import (
    absent,
    all_of,
    any_of,
    at_most,
    by_type,
    matches,
    none_of,
    not_true,
    one_of,
    outside_production,
    param,
    present,
    unless,
    when,
)

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"

GP3 = Rule(
    id="cost-rds-gp3",
    pack="cost",
    severity="medium",
    types=(INSTANCE,),
    what="A database instance is not on gp2 or magnetic storage.",
    why="gp3 costs no more and does not tie its operations to its size.",
    fix=Fix("Set storage_type to gp3.", python='storage_type="gp3"', yaml="storageType: gp3"),
    # The provider's default is gp2, or io1 with iops. Aurora's storage is the cluster's.
    check=unless(
        any_of(matches("engine", "^aurora", "an Aurora engine"), present("replicateSourceDb"), present("iops")),
        all_of(present("storageType"), none_of("storageType", "gp2", "standard")),
    ),
    passing=({"storageType": "gp3"}, {"storageType": "io2"}, {"engine": "aurora-postgresql"}, {"iops": 3000}),
    failing=({}, {"storageType": "gp2"}, {"storageType": "standard"}),
)

PREVIOUS = Rule(
    id="cost-rds-previous-gen",
    pack="cost",
    severity="medium",
    types=(INSTANCE, MEMBER),
    what="No database is of a previous generation.",
    why="Newer classes do the same work for less, and old ones fall out of the versions that engines support.",
    fix=Fix("Choose a current class.", python='instance_class="db.r7g.large"', yaml="instanceClass: db.r7g.large"),
    parameters=(
        Parameter(
            "previous",
            ["t1", "t2", "m1", "m2", "m3", "m4", "r3", "r4", "x1"],
            "Families of previous generations.",
            "array",
        ),
    ),
    check=sizes.current("instanceClass"),
    passing=({"instanceClass": "db.m7g.large"}, Given(MEMBER, "one", {"instanceClass": "db.serverless"})),
    failing=({"instanceClass": "db.m4.large"}, Given(MEMBER, "one", {"instanceClass": "db.r4.large"})),
)

GRAVITON = Rule(
    id="cost-rds-graviton",
    pack="cost",
    severity="low",
    level="recommended",
    types=(INSTANCE, MEMBER),
    what="A database runs on Graviton.",
    why="The class with a g costs less than its neighbour, and nothing of the database changes.",
    fix=Fix("Choose a class with a g.", python='instance_class="db.r7g.large"', yaml="instanceClass: db.r7g.large"),
    parameters=(
        Parameter(
            "without_equivalent", ["serverless", "x2i*", "z1d"], "Families that have no arm64 neighbour.", "array"
        ),
    ),
    # These engines are made for x86 only.
    check=unless(
        matches("engine", "^(custom-)?(sqlserver|oracle|db2)", "an engine for x86"), sizes.on_arm("instanceClass")
    ),
    passing=(
        {"instanceClass": "db.t4g.micro"},
        {"instanceClass": "db.m6i.large", "engine": "sqlserver-ee"},
        Given(MEMBER, "one", {"instanceClass": "db.serverless"}),
    ),
    failing=({"instanceClass": "db.m6i.large"}, Given(MEMBER, "one", {"instanceClass": "db.r6i.large"})),
)

ALLOWED = Rule(
    id="cost-rds-allowed-classes",
    pack="cost",
    severity="high",
    types=(INSTANCE, MEMBER),
    what="A database's class is one that its environment may have.",
    why="The database is the largest single item in most stacks.",
    fix=Fix(
        "Choose an allowed class, or extend the parameter.",
        python='instance_class="db.t4g.medium"',
        yaml="instanceClass: db.t4g.medium",
    ),
    parameters=(
        Parameter(
            "allowed_production",
            ["db.serverless", "*.micro", "*.small", "*.medium", "*.large", "*.xlarge", "*.2xlarge", "*.4xlarge"],
            "Classes in production; * stands for anything, and region:class binds one to a region.",
            "array",
        ),
        Parameter(
            "allowed",
            ["db.serverless", "*.micro", "*.small", "*.medium", "*.large"],
            "Classes elsewhere, written alike.",
            "array",
        ),
    ),
    check=sizes.allowed("instanceClass"),
    passing=(
        {"instanceClass": "db.r7g.4xlarge"},
        example(Given(MEMBER, "one", {"instanceClass": "db.r7g.large"}), environment="staging"),
    ),
    failing=(
        {"instanceClass": "db.r7g.16xlarge"},
        example(Given(MEMBER, "one", {"instanceClass": "db.r7g.2xlarge"}), environment="staging"),
    ),
)


def _supported(case: Case) -> Verdict:
    engine, version = case.at("engine"), case.at("engineVersion")
    if engine is UNKNOWN or version is UNKNOWN:
        raise UnknownMet
    if engine is None or version is None:
        return NOT_APPLICABLE
    plain = {"aurora-postgresql": "postgres", "aurora-mysql": "mysql"}.get(str(engine).lower(), str(engine).lower())
    # An Aurora version begins with that of its engine: `5.7.mysql_aurora.2.11.0`.
    if ending(plain, str(version), case.value("ending")):
        return fail(f"{engine} {version} is near the end of its standard support, or past it", "engineVersion")
    return PASS


EXTENDED_SUPPORT = Rule(
    id="cost-rds-extended-support",
    pack="cost",
    severity="high",
    types=(INSTANCE, CLUSTER),
    what="A database never goes into paid extended support.",
    why="An engine past its standard support is charged for by the vCPU and hour, often more than the machine itself; "
    "it is the default.",
    fix=Fix(
        "Set engine_lifecycle_support, and upgrade the engine while it is supported.",
        python='engine_lifecycle_support="open-source-rds-extended-support-disabled"',
        yaml="engineLifecycleSupport: open-source-rds-extended-support-disabled",
    ),
    parameters=(
        Parameter(
            "ending",
            ["postgres 11", "postgres 12", "postgres 13", "mysql 5.7", "mysql 8.0", "mariadb 10.5"],
            "Engines and versions that are near the end of standard support, or past it.",
            "array",
        ),
    ),
    # Only MySQL and PostgreSQL have it, also under Aurora; a replica takes it from its source.
    check=all_of(
        when(
            all_of(
                matches("engine", "mysql|postgres", "an engine that has it"),
                by_type({INSTANCE: absent("replicateSourceDb"), CLUSTER: absent("replicationSourceIdentifier")}),
            ),
            one_of("engineLifecycleSupport", "open-source-rds-extended-support-disabled"),
        ),
        _supported,
    ),
    passing=(
        {"engine": "postgres", "engineLifecycleSupport": "open-source-rds-extended-support-disabled"},
        {"engine": "sqlserver-ee"},
        {"engine": "postgres", "replicateSourceDb": "orders"},
        {
            "engine": "postgres",
            "engineVersion": "16.4",
            "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
        },
    ),
    failing=(
        {
            "engine": "postgres",
            "engineVersion": "11.22",
            "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
        },
        {"engine": "postgres"},
        Given(CLUSTER, "orders", {"engine": "aurora-postgresql"}),
    ),
)

SINGLE_AZ = Rule(
    id="cost-rds-single-az-nonprod",
    pack="cost",
    severity="medium",
    types=(INSTANCE,),
    what="A database instance outside production has no standby.",
    why="A standby doubles the price; in production HIPAA's rule on availability asks for it.",
    fix=Fix("Leave multi_az out outside production.", python="multi_az=False", yaml="multiAz: false"),
    check=outside_production(not_true("multiAz")),
    passing=(example(Given(INSTANCE, "orders", {}), environment="staging"), {"multiAz": True}),
    failing=(example(Given(INSTANCE, "orders", {"multiAz": True}), environment="staging"),),
)

AUTOSCALE = Rule(
    id="cost-rds-storage-autoscale",
    pack="cost",
    severity="low",
    types=(INSTANCE,),
    what="A database instance starts small and grows, instead of starting large.",
    why="Storage is paid for from the first day, used or not, and cannot be shrunk.",
    fix=Fix(
        "Set a smaller allocated_storage, and max_allocated_storage for the growth.",
        python="allocated_storage=50, max_allocated_storage=500",
        yaml="allocatedStorage: 50\nmaxAllocatedStorage: 500",
    ),
    parameters=(
        Parameter("large_gb", 100, "From how many GiB on growth has to be left to RDS.", "integer", minimum=20),
    ),
    check=unless(
        matches("engine", "^aurora", "an Aurora engine"),
        any_of(
            at_most("allocatedStorage", param("large_gb")), matches("maxAllocatedStorage", "^[1-9]", "it has to be set")
        ),
    ),
    passing=({"allocatedStorage": 100}, {"allocatedStorage": 400, "maxAllocatedStorage": 1000}, {}),
    failing=({"allocatedStorage": 101}, {"allocatedStorage": 400, "maxAllocatedStorage": 0}),
)

RETENTION_CAP = Rule(
    id="cost-rds-backup-retention-cap",
    pack="cost",
    severity="low",
    types=(INSTANCE,),
    what="Automatic backups outside production are kept for a few days only.",
    why="What exceeds the database's own size is paid for, and test data is made anew.",
    fix=Fix("Lower backup_retention_period.", python="backup_retention_period=7", yaml="backupRetentionPeriod: 7"),
    # HIPAA's rule asks for seven days everywhere: the two meet there.
    parameters=(Parameter("max_nonprod", 7, "Most days outside production.", "integer", minimum=0, maximum=35),),
    check=outside_production(at_most("backupRetentionPeriod", param("max_nonprod"))),
    passing=(
        example(Given(INSTANCE, "orders", {"backupRetentionPeriod": 7}), environment="staging"),
        {"backupRetentionPeriod": 35},
    ),
    failing=(example(Given(INSTANCE, "orders", {"backupRetentionPeriod": 8}), environment="staging"),),
)
