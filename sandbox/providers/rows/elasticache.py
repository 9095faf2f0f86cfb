"""ElastiCache: replication groups, and the users and groups that belong to them."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.rules import AutoName, InPlace


def _asked(_at: At, found: Found) -> Found:
    """What DescribeReplicationGroups leaves to other calls or words otherwise; as last known."""
    nodes = found["NodeGroups"][0]
    return {
        "primaryEndpointAddress": nodes["PrimaryEndpoint"]["Address"],
        "readerEndpointAddress": nodes["ReaderEndpoint"]["Address"],
        "port": nodes["PrimaryEndpoint"]["Port"],
        "numCacheClusters": len(found["MemberClusters"]),
        "automaticFailoverEnabled": found["AutomaticFailover"] == "enabled",
        "multiAzEnabled": found["MultiAZ"] == "enabled",
    }


def _resize(at: At) -> None:
    old, new = (int(inputs.get("numCacheClusters") or 1) for inputs in (at.subject.old_inputs, at.inputs))
    # A group without a replica cannot fail over: fewer nodes come after it is turned off, more before it is turned on.
    if new > old:
        at.call("increase_replica_count", ReplicationGroupId=at.id, NewReplicaCount=new - 1, ApplyImmediately=True)
    _fail_over(at)
    if new < old:
        at.call("decrease_replica_count", ReplicationGroupId=at.id, NewReplicaCount=new - 1, ApplyImmediately=True)


def _fail_over(at: At) -> None:
    at.call(
        "modify_replication_group",
        ReplicationGroupId=at.id,
        AutomaticFailoverEnabled=bool(at.inputs.get("automaticFailoverEnabled")),
        MultiAZEnabled=bool(at.inputs.get("multiAzEnabled")),
        ApplyImmediately=True,
    )


def _members(at: At) -> None:
    old, new = (set(inputs.get("userIds") or ()) for inputs in (at.subject.old_inputs, at.inputs))
    request: dict[str, Any] = {"UserIdsToAdd": sorted(new - old), "UserIdsToRemove": sorted(old - new)}
    at.call("modify_user_group", UserGroupId=at.id, **{name: value for name, value in request.items() if value})


def _set_parameters(at: At) -> None:
    pairs = [{"ParameterName": p["name"], "ParameterValue": p["value"]} for p in at.inputs.get("parameters") or ()]
    if pairs:
        at.call("modify_cache_parameter_group", CacheParameterGroupName=at.id, ParameterNameValues=pairs)


def _parameters(at: At, _found: Found) -> Found:
    found = at.call("describe_cache_parameters", CacheParameterGroupName=at.id, Source="user")["Parameters"]
    asked = {item["name"] for item in at.subject.value("parameters") or ()}
    return {
        "parameters": [
            {"name": item["ParameterName"], "value": item.get("ParameterValue", "")}
            for item in found
            if item["ParameterName"] in asked or not asked
        ]
    }


def _group(suffix: str, key: str) -> dict[str, Any]:
    """What subnet groups and parameter groups have in common."""
    return {
        "service": "elasticache",
        "id": "=name",
        "gone": (f"{suffix}NotFoundFault", f"{suffix}NotFound"),
        "tags": "elasticache",
        "auto_name": AutoName("name", 255),
        "folded": ("name",),
        "defaults": {"description": "Managed by Pulumi"},
        "outputs": {"arn": "ARN", "name": key},
    }


ROWS = (
    Row(
        type="aws:elasticache/replicationGroup:ReplicationGroup",
        service="elasticache",
        verb_noun="ElastiCache Replication Group",
        create=Call("create_replication_group", sends=None),
        id="ReplicationGroup.ReplicationGroupId",
        read=Call("describe_replication_groups", lambda s: {"ReplicationGroupId": s.id}, answer="ReplicationGroups[0]"),
        also_read=(_asked,),
        gone=("ReplicationGroupNotFoundFault",),
        delete=Call("delete_replication_group", lambda s: {"ReplicationGroupId": s.id}),
        waits_gone=True,
        wait=Wait("Status", ("available",), failed=("create-failed",)),
        fields={
            "description": Field("ReplicationGroupDescription", found="Description"),
            "nodeType": Field("CacheNodeType"),
            "parameterGroupName": Field("CacheParameterGroupName"),
            "subnetGroupName": Field("CacheSubnetGroupName"),
            "maintenanceWindow": Field("PreferredMaintenanceWindow"),
            "engineVersionActual": Field("-", found="EngineVersion"),
            "arn": Field("-", found="ARN"),
        },
        changes=(
            Change(
                ("automaticFailoverEnabled", "multiAzEnabled", "numCacheClusters"),
                "aws api: IncreaseReplicaCount, DecreaseReplicaCount, ModifyReplicationGroup",
                _resize,
            ),
            Change(
                (
                    "autoMinorVersionUpgrade",
                    "description",
                    "engineVersion",
                    "maintenanceWindow",
                    "nodeType",
                    "parameterGroupName",
                    "securityGroupIds",
                    "snapshotRetentionLimit",
                    "snapshotWindow",
                    "transitEncryptionMode",
                ),
                "aws api: ModifyReplicationGroup",
                Call("modify_replication_group", lambda s: {"ReplicationGroupId": s.id, "ApplyImmediately": True}),
            ),
        ),
        local=(InPlace(("applyImmediately",), "provider: read at another call"),),
        tags="elasticache",
        auto_name=AutoName("replicationGroupId", 40),
        computed=("engineVersion", "port", "maintenanceWindow", "snapshotWindow", "transitEncryptionMode"),
        extended="kept as declared; no Valkey runs behind its endpoint",
    ),
    Row(
        type="aws:elasticache/subnetGroup:SubnetGroup",
        verb_noun="ElastiCache Subnet Group",
        create=Call("create_cache_subnet_group", sends=None),
        read=Call(
            "describe_cache_subnet_groups", lambda s: {"CacheSubnetGroupName": s.id}, answer="CacheSubnetGroups[0]"
        ),
        delete=Call("delete_cache_subnet_group", lambda s: {"CacheSubnetGroupName": s.id}),
        fields={
            "name": Field("CacheSubnetGroupName"),
            "description": Field("CacheSubnetGroupDescription"),
            "subnetIds": Field(found="Subnets", decode=lambda items: [item["SubnetIdentifier"] for item in items]),
        },
        changes=(
            Change(
                ("description", "subnetIds"),
                "aws api: ModifyCacheSubnetGroup",
                Call("modify_cache_subnet_group", lambda s: {"CacheSubnetGroupName": s.id}),
            ),
        ),
        **_group("CacheSubnetGroup", "CacheSubnetGroupName"),
    ),
    Row(
        type="aws:elasticache/parameterGroup:ParameterGroup",
        verb_noun="ElastiCache Parameter Group",
        create=Call("create_cache_parameter_group", sends=("description", "family", "name", "tags")),
        read=Call(
            "describe_cache_parameter_groups",
            lambda s: {"CacheParameterGroupName": s.id},
            answer="CacheParameterGroups[0]",
        ),
        also_read=(_parameters,),
        delete=Call("delete_cache_parameter_group", lambda s: {"CacheParameterGroupName": s.id}),
        fields={"name": Field("CacheParameterGroupName"), "family": Field("CacheParameterGroupFamily")},
        after_create=(_set_parameters,),
        changes=(Change(("parameters",), "aws api: ModifyCacheParameterGroup", _set_parameters),),
        **_group("CacheParameterGroup", "CacheParameterGroupName"),
    ),
    Row(
        type="aws:elasticache/user:User",
        service="elasticache",
        verb_noun="ElastiCache User",
        create=Call("create_user", sends=None),
        id="=userId",
        read=Call("describe_users", lambda s: {"UserId": s.id}, answer="Users[0]"),
        gone=("UserNotFound",),
        delete=Call("delete_user", lambda s: {"UserId": s.id}),
        waits_gone=True,
        wait=Wait("Status", ("active",)),
        fields={
            "authenticationMode": Field("AuthenticationMode", found="AuthenticationMode"),
            "arn": Field("-", found="ARN"),
        },
        changes=(
            Change(
                ("accessString", "authenticationMode"),
                "aws api: ModifyUser",
                Call("modify_user", lambda s: {"UserId": s.id}),
            ),
        ),
        tags="elasticache",
        folded=("engine",),
    ),
    Row(
        type="aws:elasticache/userGroup:UserGroup",
        service="elasticache",
        verb_noun="ElastiCache User Group",
        create=Call("create_user_group", sends=None),
        id="=userGroupId",
        read=Call("describe_user_groups", lambda s: {"UserGroupId": s.id}, answer="UserGroups[0]"),
        gone=("UserGroupNotFound", "UserGroupNotFoundFault"),
        delete=Call("delete_user_group", lambda s: {"UserGroupId": s.id}),
        waits_gone=True,
        wait=Wait("Status", ("active",)),
        fields={"arn": Field("-", found="ARN")},
        changes=(Change(("userIds",), "aws api: ModifyUserGroup", _members),),
        tags="elasticache",
        folded=("engine",),
    ),
)
