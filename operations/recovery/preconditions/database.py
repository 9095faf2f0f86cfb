"""The target's database: there, alike, idle, and not too far behind."""

from operations.recovery.preconditions.finding import Finding, Weight
from operations.recovery.preconditions.look import Look


def target(look: Look) -> Finding:
    """The member and its instances are available; a pilot standby has no instance yet."""
    move = look.move
    rds, name = look.client("rds"), move.topology.one("database", move.target).id
    status = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Status"]
    shown = rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])["DBInstances"]
    available = [item for item in shown if item["DBInstanceStatus"] == "available"]
    if status != "available":
        return Finding("target-database", "fail", f"{name} is {status}: wait, or see what RDS does there")
    if not available and move.topology.standby == "warm":
        return Finding("target-database", "fail", f"{name} has no available instance among {len(shown)}: add one")
    return Finding("target-database", "pass", f"{name} is available with {len(available)} instances")


def versions(look: Look) -> Finding:
    """The target runs the global database's engine version, with parameters of its own: they are not inherited."""
    move = look.move
    name = move.topology.one("database", move.target).id
    shown = look.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    wanted, found = look.global_cluster["EngineVersion"], shown["EngineVersion"]
    if found != wanted:
        return Finding("versions", "fail", f"{name} runs {found}, the global database {wanted}: RDS refuses a move")
    group = str(shown.get("DBClusterParameterGroup", ""))
    if not group or group.startswith("default."):
        return Finding("versions", "fail", f"{name} has no parameter group of its own: the fence needs its settings")
    return Finding("versions", "pass", f"both {found}, parameters {group}")


def idle(look: Look) -> Finding:
    """Nothing else is being done to the global database."""
    state = look.global_cluster.get("FailoverState", {}).get("Status")
    if state:
        return Finding("replica-idle", "fail", f"the global database is {state}: wait for it")
    return Finding("replica-idle", "pass", f"the global database is {look.global_cluster.get('Status')}")


def replication(look: Look) -> Finding:
    """The target follows the writer: one that was never caught up lacks more than the lag tells."""
    weight: Weight = "absolute" if look.move.mode == "switchover" else "blocks"
    state = look.member(look.move.target).get("SynchronizationStatus")
    if state == "connected":
        return Finding("replication", "pass", f"{look.move.target} follows the writer", weight)
    if state is None:
        text = f"RDS does not say whether {look.move.target} follows the writer"
        return Finding("replication", "unknown", text, weight)
    text = f"{look.move.target} is {state}: wait until it has caught up, or bring it back by `lifeline rejoin`"
    return Finding("replication", "fail", text, weight)


def lag(look: Look) -> Finding:
    """What the target replayed last is younger than the RPO. With the writer gone this grows with the outage."""
    limit = look.move.topology.recovery.rpo_seconds
    behind = look.probe(look.move.target).get("behind_seconds")
    if not isinstance(behind, (int, float)):
        return Finding("lag", "unknown", f"the database of {look.move.target} does not say how far it is behind")
    if behind > limit:
        return Finding("lag", "fail", f"{behind:.1f} s behind, the RPO is {limit} s: that much may be lost")
    return Finding("lag", "pass", f"{behind:.1f} s behind, the RPO is {limit} s")


def primary(look: Look) -> Finding:
    """Switchover only: the old site is there, writes, and can hand over."""
    origin = look.move.origin
    seen = look.probe(origin)
    if seen.get("writer") is True and seen.get("serves") is True:
        return Finding("primary", "pass", f"{origin} writes and serves", "absolute")
    text = f"{origin} does not serve as a healthy primary: a switchover needs one; --mode failover does not"
    return Finding("primary", "fail", text, "absolute")
