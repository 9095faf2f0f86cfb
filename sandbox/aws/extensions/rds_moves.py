"""Moving the writer of a global cluster to another region: planned, forced, and what comes after.

A switchover needs the old primary and loses nothing; a failover needs only the target and loses what it never
received. Either way the members left behind follow the new writer as soon as it reaches them; of one that a failover
left behind a snapshot is taken first.
"""

from typing import TYPE_CHECKING

from sandbox.aws.call import Call, Handler, Passthrough, Result
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.rds_compute import Compute
from sandbox.aws.extensions.rds_reach import Reach
from sandbox.aws.extensions.rds_snapshots import Snapshots
from sandbox.aws.extensions.rds_state import Estate, GlobalCluster, Member

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


class Moves:
    """Operations start a move and answer; the database's worker ends it, under the backend's lock."""

    def __init__(
        self, emulation: "Emulation", estate: Estate, compute: Compute, reach: Reach, snapshots: Snapshots
    ) -> None:
        self._emulation = emulation
        self._estate = estate
        self._compute = compute
        self._reach = reach
        self._snapshots = snapshots

    def rows(self) -> dict[str, Handler]:
        return {"FailoverGlobalCluster": self._failover, "SwitchoverGlobalCluster": self._switchover}

    def _switchover(self, call: Call, passthrough: Passthrough) -> Result:
        return self._move(call, allow_data_loss=False)

    def _failover(self, call: Call, passthrough: Passthrough) -> Result:
        allow, switch = bool(call.parameters.get("AllowDataLoss")), bool(call.parameters.get("Switchover"))
        if allow and switch:
            raise ApiError("InvalidParameterCombination", "AllowDataLoss and Switchover cannot be specified together.")
        return self._move(call, allow_data_loss=allow)

    def _move(self, call: Call, *, allow_data_loss: bool) -> Result:
        self._reach.check_connected(call.region)
        cluster = self._estate.settled(call.parameters["GlobalClusterIdentifier"])
        target = cluster.member(call.parameters["TargetDbClusterIdentifier"])
        old = cluster.writer_member
        if old is None or target.arn == cluster.writer:
            raise ApiError(
                "InvalidGlobalClusterStateFault", f"{target.arn} is the primary of {cluster.identifier} already"
            )
        self._reach.check(call.region, target.region)
        if not self._runs(target):
            raise ApiError("InvalidDBClusterStateFault", f"{target.arn} has no running instance to become the primary")
        connected = self._reach.between(target.region, old.region)
        if not allow_data_loss and not (connected and target.synchronized and self._runs(old)):
            raise ApiError(
                "InvalidGlobalClusterStateFault",
                f"Global cluster {cluster.identifier} cannot switch over: its primary {old.arn} is not available or "
                f"{target.arn} is not synchronized; a failover with AllowDataLoss does not need them",
            )
        cluster.status = "failing-over" if allow_data_loss else "switching-over"
        cluster.failover = {
            "Status": cluster.status,
            "FromDbClusterArn": old.arn,
            "ToDbClusterArn": target.arn,
            "IsDataLossAllowed": allow_data_loss,
        }

        def moved(problem: str | None) -> None:
            with self._emulation.backend.lock:
                self._finish_move(cluster, target, problem, everybody_follows=not allow_data_loss)

        if allow_data_loss:
            self._compute.promote(target.volume, moved)
        else:
            self._compute.switchover(target.volume, moved)
        return {"GlobalCluster": cluster.describe()}

    def _finish_move(
        self, cluster: GlobalCluster, target: Member, problem: str | None, *, everybody_follows: bool
    ) -> None:
        cluster.failover = None
        cluster.status = "available"
        if problem is not None:
            return  # as it was; the target's instances say why
        old, cluster.writer = cluster.writer_member, target.arn
        target.snapshot = None
        for member in cluster.members:
            member.synchronized = member is target or everybody_follows
        if old is not None and not everybody_follows:
            old.snapshot = self._snapshots.name(old)
        self.rejoin_members(cluster)

    def rejoin_members(self, cluster: GlobalCluster) -> None:
        """Let members that were left behind follow the writer again, where it reaches them."""
        writer = cluster.writer_member
        if writer is None or cluster.status != "available":
            return
        for member in cluster.members:
            if member.synchronized or member is writer:
                continue
            if self._reach.between(writer.region, member.region):
                self._rejoin(cluster, member, writer)

    def _rejoin(self, cluster: GlobalCluster, member: Member, writer: Member) -> None:
        regional = self._estate.by_arn(member.arn)
        if regional is not None and not regional.instances and not self._compute.has_data(member.volume):
            member.synchronized = True  # nothing was ever copied there, so nothing parted
            return
        if regional is None or regional.status == "rejoining":
            return
        regional.status = "rejoining"

        def done(problem: str | None) -> None:
            with self._emulation.backend.lock:
                regional.status = None
                # Where it failed, the next change of faults tries again.
                if cluster.writer != member.arn:
                    member.synchronized = problem is None
                if problem is None:
                    self._snapshots.taken(member)

        self._compute.rejoin(member.volume, writer.volume, member.snapshot, done)

    def _runs(self, member: Member) -> bool:
        return self._compute.state(member.volume) == "running"
