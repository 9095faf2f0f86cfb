"""RDS and Aurora: the engine's logs leave the instance."""

from typing import Any

from model.values import UNKNOWN
from policies.case import Case
from policies.databases import AURORA, CLUSTER, INSTANCE
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import unless

_LOGS = "enabledCloudwatchLogsExports"


def _exports(case: Case) -> Verdict:
    """The logs that the engine's family is asked for; any at all where the engine is not said or another."""
    engine = str(case.at("engine") or "").strip().lower().removeprefix("aurora-")
    families = {name.removesuffix("_logs"): logs for name, logs in case.parameters.items()}
    wanted = next(({log.lower() for log in logs} for family, logs in families.items() if family in engine), set())
    value = case.at(_LOGS)
    if value is UNKNOWN:
        return unknown(f"{_LOGS} is not known yet", _LOGS)
    listed: list[Any] = value if isinstance(value, list) else [] if value is None else [value]
    found = {str(item).strip().lower() for item in listed if item is not UNKNOWN}
    if wanted - found if wanted else not found:
        if any(item is UNKNOWN for item in listed):
            return unknown(f"{_LOGS} has items that are not known yet", _LOGS)
        return fail(f"{_LOGS} lacks {', '.join(sorted(wanted - found)) or 'every log'}", _LOGS)
    return PASS


def _logs(family: str, engine: str, *names: str) -> Parameter:
    return Parameter(f"{family}_logs", list(names), f"The logs that {engine} has to export.", "array")


INSTANCE_LOGS = Rule(
    id="rds-logs-exported",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="A database instance exports its engine's logs to CloudWatch.",
    why="On the instance they are rotated away within days, and go with it: what was done cannot be examined.",
    fix=Fix(
        "Name the engine's logs in enabled_cloudwatch_logs_exports.",
        python='enabled_cloudwatch_logs_exports=["postgresql", "upgrade"]',
        yaml="enabledCloudwatchLogsExports: [postgresql, upgrade]",
    ),
    parameters=(
        _logs("postgres", "PostgreSQL", "postgresql", "upgrade"),
        _logs("mysql", "MySQL", "audit", "error", "general", "slowquery"),
        _logs("mariadb", "MariaDB", "audit", "error", "general", "slowquery"),
        _logs("oracle", "Oracle", "alert", "audit", "listener", "trace"),
        _logs("sqlserver", "SQL Server", "agent", "error"),
    ),
    check=unless(AURORA, _exports),
    passing=(
        {"engine": "postgres", _LOGS: ["postgresql", "upgrade"]},
        {"engine": "mysql", _LOGS: ["audit", "error", "general", "slowquery"]},
        {"engine": "sqlserver-se", _LOGS: ["error", "agent"]},
        {"replicateSourceDb": "orders", _LOGS: ["postgresql"]},
        example(
            Given(INSTANCE, "orders", {"engine": "postgres", _LOGS: ["postgresql"]}),
            parameters={"postgres_logs": ["postgresql"]},
        ),
    ),
    failing=(
        {},
        {"engine": "postgres"},
        {"engine": "postgres", _LOGS: []},
        {"engine": "postgres", _LOGS: ["postgresql"]},
        {"engine": "mysql", _LOGS: ["error"]},
        {"engine": "db2-se"},
    ),
)

CLUSTER_LOGS = Rule(
    id="rds-cluster-logs-exported",
    pack="hipaa",
    severity="high",
    types=(CLUSTER,),
    what="A database cluster exports its engine's logs to CloudWatch.",
    why="On the cluster they are rotated away within days, and go with it: what was done cannot be examined.",
    fix=Fix(
        'Name the log in enabled_cloudwatch_logs_exports: "postgresql", or "audit" for Aurora MySQL.',
        python='enabled_cloudwatch_logs_exports=["postgresql"]',
        yaml="enabledCloudwatchLogsExports: [postgresql]",
    ),
    parameters=(
        _logs("postgres", "PostgreSQL", "postgresql"),
        _logs("mysql", "MySQL", "audit"),
    ),
    check=_exports,
    passing=(
        {"engine": "aurora-postgresql", _LOGS: ["postgresql"]},
        {"engine": "aurora-mysql", _LOGS: ["error", "audit"]},
    ),
    failing=(
        {},
        {"engine": "aurora-postgresql"},
        {"engine": "aurora-postgresql", _LOGS: ["instance"]},
        {"engine": "aurora-mysql", _LOGS: ["error", "slowquery"]},
    ),
)
