"""Subnet groups and cluster parameter groups."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.rules import AutoName

BATCH = 20
"""Parameters that one ModifyDBClusterParameterGroup takes."""


def _sent(parameters: Any) -> dict[str, dict[str, str]]:
    return {
        item["name"].lower(): {
            "ParameterName": item["name"].lower(),
            "ParameterValue": str(item["value"]),
            "ApplyMethod": item.get("applyMethod") or "immediate",
        }
        for item in parameters or ()
    }


def _set_parameters(at: At) -> None:
    old, new = _sent(at.subject.old_inputs.get("parameters")), _sent(at.inputs.get("parameters"))
    changed = [entry for name, entry in new.items() if old.get(name) != entry]
    for start in range(0, len(changed), BATCH):
        at.call(
            "modify_db_cluster_parameter_group",
            DBClusterParameterGroupName=at.id,
            Parameters=changed[start : start + BATCH],
        )
    lost = [
        {"ParameterName": name, "ApplyMethod": entry["ApplyMethod"]} for name, entry in old.items() if name not in new
    ]
    for start in range(0, len(lost), BATCH):
        at.call(
            "reset_db_cluster_parameter_group",
            DBClusterParameterGroupName=at.id,
            Parameters=lost[start : start + BATCH],
        )


def _user_parameters(at: At, _found: Found) -> Found:
    """Only what the program declares is compared: the family's defaults are AWS's own."""
    answer = at.call("describe_db_cluster_parameters", DBClusterParameterGroupName=at.id)
    parameters = answer.get("Parameters", [])
    asked = _sent(at.subject.value("parameters"))
    return {
        "Parameters": [
            {
                "name": item["ParameterName"],
                "value": str(item.get("ParameterValue", "")),
                "applyMethod": item.get("ApplyMethod") or asked.get(item["ParameterName"], {}).get("ApplyMethod"),
            }
            for item in parameters
            if item.get("Source") == "user" or item["ParameterName"] in asked
        ]
    }


ROWS = (
    Row(
        type="aws:rds/subnetGroup:SubnetGroup",
        service="rds",
        verb_noun="RDS DB Subnet Group",
        create=Call("create_db_subnet_group", sends=None),
        id="=name",
        fields={
            "name": Field("DBSubnetGroupName"),
            "description": Field("DBSubnetGroupDescription"),
            "subnetIds": Field(found="Subnets", decode=lambda items: [item["SubnetIdentifier"] for item in items]),
        },
        read=Call("describe_db_subnet_groups", lambda s: {"DBSubnetGroupName": s.id}, answer="DBSubnetGroups[0]"),
        gone=("DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound"),
        delete=Call("delete_db_subnet_group", lambda s: {"DBSubnetGroupName": s.id}),
        waits_gone=True,
        changes=(
            Change(
                ("description", "subnetIds"),
                "aws api: ModifyDBSubnetGroup",
                Call(
                    "modify_db_subnet_group",
                    lambda s: {"DBSubnetGroupName": s.id},
                    sends=("description", "subnetIds"),
                ),
            ),
        ),
        tags="rds",
        auto_name=AutoName("name", 255, rival="namePrefix"),
        folded=("name",),
        defaults={"description": "Managed by Pulumi"},
        outputs={"arn": "DBSubnetGroupArn", "vpcId": "VpcId"},
    ),
    Row(
        type="aws:rds/clusterParameterGroup:ClusterParameterGroup",
        service="rds",
        verb_noun="RDS Cluster Parameter Group",
        create=Call("create_db_cluster_parameter_group", sends=("description", "family", "name", "tags")),
        id="=name",
        fields={
            "name": Field("DBClusterParameterGroupName"),
            "family": Field("DBParameterGroupFamily"),
            "parameters": Field("-", found="Parameters", decode=lambda items: items),
        },
        read=Call(
            "describe_db_cluster_parameter_groups",
            lambda s: {"DBClusterParameterGroupName": s.id},
            answer="DBClusterParameterGroups[0]",
        ),
        also_read=(_user_parameters,),
        gone=("DBParameterGroupNotFound", "DBParameterGroupNotFoundFault", "DBClusterParameterGroupNotFound"),
        delete=Call("delete_db_cluster_parameter_group", lambda s: {"DBClusterParameterGroupName": s.id}),
        after_create=(_set_parameters,),
        changes=(
            Change(
                ("parameters",),
                "aws api: ModifyDBClusterParameterGroup, ResetDBClusterParameterGroup",
                _set_parameters,
            ),
        ),
        tags="rds",
        auto_name=AutoName("name", 255, rival="namePrefix"),
        folded=("name",),
        defaults={"description": "Managed by Pulumi"},
        outputs={"arn": "DBClusterParameterGroupArn"},
    ),
)
