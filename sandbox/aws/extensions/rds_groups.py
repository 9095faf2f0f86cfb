"""Parameter groups, subnet groups and automatic snapshots, where moto loses or keeps what AWS would not."""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Handler, Passthrough, Result
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


class Groups:
    """Works on moto's own objects, which is what its other operations read."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def rows(self) -> dict[str, Handler]:
        return {
            "ResetDBClusterParameterGroup": self._reset_parameters,
            "ModifyDBSubnetGroup": self._modify_subnets,
            "DeleteDBSubnetGroup": self._delete_subnets,
        }

    def drop_automatic_snapshots(self, region: str, cluster_arn: str) -> None:
        """They go with their cluster; moto keeps them, and a cluster of the same name cannot be made again."""
        snapshots = self._regional(region).cluster_snapshots
        for name, snapshot in [*snapshots.items()]:
            if snapshot.snapshot_type == "automated" and snapshot.cluster.db_cluster_arn == cluster_arn:
                snapshots.pop(name)

    def _reset_parameters(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        name = given["DBClusterParameterGroupName"]
        groups = self._regional(call.region).db_cluster_parameter_groups
        if name not in groups:
            raise ApiError("DBParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}", 404)
        # A group in moto is a map of what was set; a parameter that is reset leaves it.
        parameters = groups[name].parameters
        names = [*parameters] if given.get("ResetAllParameters") else [p["ParameterName"] for p in given["Parameters"]]
        for parameter in names:
            parameters.pop(parameter, None)
        return {"DBClusterParameterGroupName": name}

    def _modify_subnets(self, call: Call, passthrough: Passthrough) -> Result:
        groups = self._regional(call.region).subnet_groups
        name = call.parameters["DBSubnetGroupName"]
        group = groups.get(name)
        output = passthrough()
        if group is not None:
            groups[name] = group  # moto takes the group out to change it and does not put it back
        return output

    def _delete_subnets(self, call: Call, passthrough: Passthrough) -> Result:
        name = call.parameters["DBSubnetGroupName"]
        clusters = self._regional(call.region).clusters.values()
        if any(cluster.db_subnet_group_name == name for cluster in clusters):
            raise ApiError(
                "InvalidDBSubnetGroupStateFault", f"Cannot delete the subnet group '{name}' because it is in use"
            )
        return passthrough.raw()

    def _regional(self, region: str) -> Any:
        from moto.rds.models import rds_backends

        return rds_backends[self._emulation.backend.account_id][region]
