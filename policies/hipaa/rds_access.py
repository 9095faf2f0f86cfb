"""RDS and Aurora: who logs in, and over which connections."""

from collections.abc import Mapping

from model.values import UNKNOWN
from policies.case import Case, Check
from policies.databases import AURORA, CLUSTER, INSTANCE
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, by_type, matches, one_of, param, refers_to, true, unless, when

PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup"

_IAM_FIX = Fix(
    "Set iam_database_authentication_enabled, and let services connect with tokens of their roles.",
    python="iam_database_authentication_enabled=True",
    yaml="iamDatabaseAuthenticationEnabled: true",
)
_IAM = true("iamDatabaseAuthenticationEnabled")

INSTANCE_IAM = Rule(
    id="rds-iam-auth",
    pack="hipaa",
    severity="medium",
    types=(INSTANCE,),
    what="A database instance accepts IAM authentication.",
    why="Sessions then belong to named identities, with tokens that end after 15 minutes instead of shared passwords.",
    fix=_IAM_FIX,
    parameters=(
        Parameter("engines", ["postgres", "mysql", "mariadb"], "Engines that know IAM authentication.", "array"),
    ),
    check=when(all_of(one_of("engine", param("engines"), or_absent=True)), unless(AURORA, _IAM)),
    passing=(
        {"engine": "postgres", "iamDatabaseAuthenticationEnabled": True},
        {"engine": "oracle-se2"},
        {"engine": "sqlserver-se", "iamDatabaseAuthenticationEnabled": False},
    ),
    failing=({}, {"engine": "postgres"}, {"engine": "mysql", "iamDatabaseAuthenticationEnabled": False}),
)

CLUSTER_IAM = Rule(
    id="rds-cluster-iam-auth",
    pack="hipaa",
    severity="medium",
    types=(CLUSTER,),
    what="A database cluster accepts IAM authentication.",
    why="Sessions then belong to named identities, with tokens that end after 15 minutes instead of shared passwords.",
    fix=_IAM_FIX,
    check=_IAM,
    passing=({"iamDatabaseAuthenticationEnabled": True},),
    failing=({}, {"iamDatabaseAuthenticationEnabled": False}),
)


def _no_literal(*properties: str) -> Check:
    """A password is managed by AWS, a Pulumi secret, or comes out of another resource."""

    def check(case: Case) -> Verdict:
        verdict = NOT_APPLICABLE
        for name in properties:
            value = case.resource.at(name)
            if value is None:
                continue
            if not case.fed(name) and not case.resource.secret(name):
                if value is UNKNOWN:
                    return unknown(f"where {name} comes from is not known yet", name)
                return fail(f"{name} is written out, and is no secret: it stands in code and state", name)
            verdict = PASS
        return verdict

    return check


# The AWS SDK of Python makes a secret of every password that it is given, so what is written out in a Python program is
# seen only where the source of the view is the program's YAML or a list; a scanner of secrets looks at the code.
MASTER_PASSWORD = Rule(
    id="rds-managed-master-password",
    pack="hipaa",
    severity="high",
    types=(INSTANCE, CLUSTER),
    what="A database's master password is managed by AWS or comes from a secret, and is never written out.",
    why="A password in code or state is read by everyone who reads those, and nobody changes it any more.",
    fix=Fix(
        "Set manage_master_user_password, or take the password from a secret.",
        python="manage_master_user_password=True",
        yaml="manageMasterUserPassword: true",
    ),
    check=by_type(
        {
            INSTANCE: any_of(true("manageMasterUserPassword"), _no_literal("password", "passwordWo")),
            CLUSTER: any_of(true("manageMasterUserPassword"), _no_literal("masterPassword", "masterPasswordWo")),
        }
    ),
    passing=(
        {"manageMasterUserPassword": True},
        Given(INSTANCE, "orders", {"password": "from-config"}, secrets=("password",)),
        example(
            Given("aws:secretsmanager/secretVersion:SecretVersion", "master", {"secretString": "made-up"}),
            Given(CLUSTER, "orders", {"masterPasswordWo": ref("master", "secretString")}),
        ),
    ),
    failing=(
        {"password": "hunter2"},
        {"passwordWo": "hunter2"},
        {"manageMasterUserPassword": False, "password": "hunter2"},
        Given(CLUSTER, "orders", {"masterPassword": "hunter2"}),
    ),
)


def _forces_tls(case: Case) -> Verdict:
    engine = str(case.at("family") or "").strip().lower()
    if case.resource.kind == PARAMETERS and engine.startswith("aurora"):
        return NOT_APPLICABLE  # Aurora takes these parameters from the cluster's group
    wanted = next((name for part, name in _PARAMETERS.items() if part in engine), "")
    if not wanted:
        return NOT_APPLICABLE  # Oracle and Db2 have options for it, not parameters
    unclear = False
    for item in case.at("parameters[*]") or []:
        name, value = (item.get("name"), item.get("value")) if isinstance(item, Mapping) else (item, None)
        if name is UNKNOWN or (name == wanted and value is UNKNOWN):
            unclear = True
        elif str(name).strip().lower() == wanted:
            if str(value).strip().lower() in ("1", "on", "true"):
                return PASS
            return fail(f"the parameter {wanted} does not force TLS: it has to be 1", "parameters")
    if unclear:
        return unknown("whether it forces TLS is not known yet", "parameters")
    if _on_by_default(engine):
        return PASS
    return fail(f"the parameter {wanted} is not set: it has to be 1", "parameters")


_PARAMETERS = {
    "postgres": "rds.force_ssl",
    "sqlserver": "rds.force_ssl",
    "mysql": "require_secure_transport",
    "mariadb": "require_secure_transport",
}


def _on_by_default(family: str) -> bool:
    """RDS for PostgreSQL forces TLS since version 15."""
    version = family.removeprefix("postgres")
    return family.startswith("postgres") and version.isdecimal() and int(version) >= 15


_SPEAKS_TLS = matches("engine", "postgres|mysql|mariadb|sqlserver", "an engine with a parameter for it", or_absent=True)

_FORCED = {"name": "rds.force_ssl", "value": "1"}

FORCE_TLS = Rule(
    id="rds-force-ssl",
    pack="hipaa",
    severity="high",
    level="recommended",
    scope="stack",
    types=(CLUSTER_PARAMETERS, PARAMETERS, CLUSTER, INSTANCE),
    what="Every database has a parameter group of this stack, and that refuses connections without TLS.",
    why="Otherwise a client that does not ask for TLS sends PHI and passwords in clear text, and nobody notices.",
    fix=Fix(
        "Set rds.force_ssl to 1 (PostgreSQL, SQL Server) or require_secure_transport to 1 (MySQL, MariaDB) in a "
        "parameter group, and name the group in the database.",
        python='parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"}]',
        yaml='parameters:\n  - {name: rds.force_ssl, value: "1", applyMethod: pending-reboot}',
    ),
    check=by_type(
        {
            PARAMETERS: _forces_tls,
            CLUSTER_PARAMETERS: _forces_tls,
            CLUSTER: refers_to(
                "dbClusterParameterGroupName",
                CLUSTER_PARAMETERS,
                lacks="dbClusterParameterGroupName names no parameter group of this stack that could force TLS",
            ),
            INSTANCE: unless(
                AURORA,
                when(
                    _SPEAKS_TLS,
                    any_of(
                        refers_to(
                            "parameterGroupName",
                            PARAMETERS,
                            lacks="parameterGroupName names no parameter group of this stack that could force TLS",
                        ),
                        matches(
                            "parameterGroupName", r"^default\.postgres(1[5-9]|[2-9]\d)$", "or a default that forces TLS"
                        ),
                    ),
                ),
            ),
        }
    ),
    passing=(
        {"family": "aurora-postgresql16", "parameters": [_FORCED]},
        {"family": "aurora-mysql8.0", "parameters": [{"name": "require_secure_transport", "value": "ON"}]},
        Given(PARAMETERS, "orders", {"family": "postgres15"}),
        Given(PARAMETERS, "orders", {"family": "aurora-postgresql16"}),
        Given(PARAMETERS, "orders", {"family": "oracle-se2-19"}),
        Given(INSTANCE, "orders", {"engine": "oracle-se2"}),
        Given(INSTANCE, "orders", {"engine": "postgres", "parameterGroupName": "default.postgres16"}),
        example(
            Given(
                CLUSTER_PARAMETERS,
                "tls",
                {"family": "aurora-postgresql16", "parameters": [_FORCED]},
            ),
            Given(CLUSTER, "orders", {"dbClusterParameterGroupName": ref("tls", "name")}),
        ),
    ),
    failing=(
        {"family": "aurora-postgresql16"},
        {"family": "aurora-postgresql16", "parameters": [{"name": "rds.force_ssl", "value": "0"}]},
        {"family": "aurora-postgresql16", "parameters": [{"name": "require_secure_transport", "value": "1"}]},
        Given(PARAMETERS, "orders", {"family": "postgres14"}),
        Given(PARAMETERS, "orders", {"family": "mysql8.4", "parameters": [{"name": "max_connections", "value": "9"}]}),
        Given(CLUSTER, "orders"),
        Given(INSTANCE, "orders", {"engine": "postgres", "parameterGroupName": "default.postgres14"}),
        example(
            Given(
                CLUSTER_PARAMETERS,
                "tls",
                {"family": "aurora-postgresql16", "parameters": [_FORCED]},
            ),
            Given(CLUSTER, "orders", {"dbClusterParameterGroupName": "default.aurora-postgresql16"}),
            note="the group is there, but the cluster does not name it",
        ),
    ),
)
