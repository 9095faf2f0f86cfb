"""RDS and Aurora: a zone, an upgrade or a mistaken delete does not take the database away."""

from model.values import UNKNOWN
from policies.case import Case
from policies.databases import (
    AURORA,
    CLUSTER,
    CLUSTER_INSTANCE,
    GLOBAL_CLUSTER,
    INSTANCE,
    SERVERLESS_V1,
    own_or_cluster,
)
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import (
    all_of,
    any_of,
    at_least,
    by_type,
    in_production,
    not_false,
    param,
    present,
    true,
    unless,
)

MULTI_AZ = Rule(
    id="rds-multi-az",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="In production, a database instance has a standby in another zone.",
    why="Without one, the loss of a zone takes the data out of reach until the instance is restored by hand.",
    fix=Fix("Set multi_az (it doubles the price of the instance).", python="multi_az=True", yaml="multiAz: true"),
    check=in_production(unless(AURORA, true("multiAz"))),
    passing=(
        {"multiAz": True},
        example(Given(INSTANCE, "orders"), environment="staging"),
        {"multiAz": False, "tags": {"environment": "staging"}},
    ),
    failing=({}, {"multiAz": False}),
)


def _spread(case: Case) -> Verdict:
    least = case.value("min_instances")
    links = case.view.linked(case.resource, CLUSTER_INSTANCE, "clusterIdentifier")
    zones = [instance.at("availabilityZone") for instance in links.found]
    known = {str(zone) for zone in zones if zone is not UNKNOWN}
    if len(zones) < least:
        if len(zones) + len(links.unclear) >= least:
            return unknown("how many instances the cluster has is not known yet")
        return fail(f"the cluster has {len(zones)} instances in this stack; at least {least} are asked for")
    if len(zones) < 2 or len(known) > 1 or known == {"None"}:
        return PASS  # AWS spreads those that name no zone
    if any(zone is UNKNOWN for zone in zones):
        return unknown("whether the instances are in different zones is not known yet")
    return fail("all instances of the cluster are in one zone")


_CLUSTER = Given(CLUSTER, "orders", {"engine": "aurora-postgresql"})


def _instance(name: str, cluster: str = "orders", **props: object) -> Given:
    return Given(CLUSTER_INSTANCE, name, {"clusterIdentifier": ref(cluster), **props})


CLUSTER_MULTI_AZ = Rule(
    id="rds-cluster-multi-az",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(CLUSTER,),
    what="An Aurora cluster has two instances, in two zones.",
    why="With one there is nothing to fail over to: its storage is in three zones, but nobody serves it.",
    fix=Fix(
        "Add a second ClusterInstance; leave its availability zone to AWS.",
        python='aws.rds.ClusterInstance("second", cluster_identifier=cluster.id, instance_class="db.r7g.large", '
        'engine="aurora-postgresql")',
        yaml=(
            "type: aws:rds:ClusterInstance\n"
            "properties:\n"
            "  clusterIdentifier: ${cluster.id}\n"
            "  instanceClass: db.r7g.large\n"
            "  engine: aurora-postgresql"
        ),
    ),
    parameters=(Parameter("min_instances", 2, "How many instances a cluster has at least.", "integer", minimum=1),),
    # `availabilityZones` says where storage may be, which is three zones whatever it says, and is no second instance. A
    # Multi-AZ cluster, which names a class itself, has three instances; Serverless v1 is moved by AWS.
    check=unless(any_of(present("dbClusterInstanceClass"), SERVERLESS_V1), _spread),
    passing=(
        example(_CLUSTER, _instance("first"), _instance("second")),
        example(
            _CLUSTER,
            _instance("first", availabilityZone="us-east-1a"),
            _instance("second", availabilityZone="us-east-1b"),
        ),
        {"engine": "postgres", "dbClusterInstanceClass": "db.m6gd.large"},
        example(_CLUSTER, _instance("first"), parameters={"min_instances": 1}),
    ),
    failing=(
        example(_CLUSTER),
        example(_CLUSTER, _instance("first")),
        example(_CLUSTER, _instance("first"), Given(CLUSTER, "other"), _instance("second", "other")),
        example(
            _CLUSTER,
            _instance("first", availabilityZone="us-east-1a"),
            _instance("second", availabilityZone="us-east-1a"),
        ),
        {"availabilityZones": ["us-east-1a", "us-east-1b"]},
    ),
)

_PROTECT_FIX = Fix(
    "Set deletion_protection to true.", python="deletion_protection=True", yaml="deletionProtection: true"
)

DELETION_PROTECTION = Rule(
    id="rds-deletion-protection",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="A database instance is protected from deletion.",
    why="Otherwise one mistaken destroy, in any tool, removes the system of record.",
    fix=_PROTECT_FIX,
    check=unless(AURORA, true("deletionProtection")),
    passing=({"deletionProtection": True}, {"engine": "aurora-mysql"}),
    failing=({}, {"deletionProtection": False}),
)

CLUSTER_DELETION_PROTECTION = Rule(
    id="rds-cluster-deletion-protection",
    pack="hipaa",
    severity="high",
    types=(CLUSTER, GLOBAL_CLUSTER),
    what="A database cluster, and a global one, is protected from deletion.",
    why="Otherwise one mistaken destroy, in any tool, removes the system of record.",
    fix=_PROTECT_FIX,
    check=true("deletionProtection"),
    passing=({"deletionProtection": True}, Given(GLOBAL_CLUSTER, "orders", {"deletionProtection": True})),
    failing=({}, {"deletionProtection": False}, Given(GLOBAL_CLUSTER, "orders")),
)

MINOR_UPGRADES = Rule(
    id="rds-minor-upgrades",
    pack="hipaa",
    severity="medium",
    types=(INSTANCE, CLUSTER_INSTANCE),
    what="Minor versions of the engine are installed by themselves.",
    why="Fixes of the engine's security flaws come as minor versions; what waits for a person waits for months.",
    fix=Fix(
        "Leave auto_minor_version_upgrade at its default, true.",
        python="auto_minor_version_upgrade=True",
        yaml="autoMinorVersionUpgrade: true",
    ),
    check=not_false("autoMinorVersionUpgrade"),
    passing=({}, {"autoMinorVersionUpgrade": True}, Given(CLUSTER_INSTANCE, "first")),
    failing=(
        {"autoMinorVersionUpgrade": False},
        Given(CLUSTER_INSTANCE, "first", {"autoMinorVersionUpgrade": False}),
    ),
)

_MONITORED = all_of(at_least("monitoringInterval", param("min_seconds")), present("monitoringRoleArn"))

ENHANCED_MONITORING = Rule(
    id="rds-enhanced-monitoring",
    pack="hipaa",
    severity="low",
    types=(INSTANCE, CLUSTER_INSTANCE),
    what="A database instance sends the operating system's metrics (enhanced monitoring).",
    why="What the hypervisor sees does not tell which process takes memory or waits for the disk.",
    fix=Fix(
        "Set monitoring_interval (seconds) and monitoring_role_arn.",
        python="monitoring_interval=60, monitoring_role_arn=role.arn",
        yaml="monitoringInterval: 60\nmonitoringRoleArn: ${role.arn}",
    ),
    parameters=(
        Parameter("min_seconds", 1, "The least interval that counts; 0 is off.", "integer", minimum=1, maximum=60),
    ),
    # On a cluster both go for all of its instances.
    check=by_type({INSTANCE: _MONITORED, CLUSTER_INSTANCE: own_or_cluster(_MONITORED)}),
    passing=(
        example(
            Given("aws:iam/role:Role", "role"),
            Given(INSTANCE, "orders", {"monitoringInterval": 60, "monitoringRoleArn": ref("role", "arn")}),
        ),
        example(
            Given("aws:iam/role:Role", "role"),
            Given(CLUSTER, "orders", {"monitoringInterval": 1, "monitoringRoleArn": ref("role", "arn")}),
            _instance("first"),
        ),
    ),
    failing=(
        {},
        {"monitoringInterval": 0},
        {"monitoringInterval": 60},
        example(Given(CLUSTER, "orders"), _instance("first", monitoringInterval=60)),
    ),
)
