"""The record is made to say what was done without it."""

from collections.abc import Sequence

from operations.record.mailbox import NoAnswer
from operations.record.record import Record, RecordMoved, RecordUnreachable
from operations.recovery.database import describe, writes
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.unrecorded.isolate import NOTE
from operations.steps import retry
from operations.steps.call import Call
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed


class RepairRecord(RecoveryStep):
    """Write into the record that the target is active, under an epoch that is later than its own and no older than the
    lease that the target took; then let the old site's warden run again, which now reads that it stands by.

    As long as no replica answers this is left undone: the promotion ends, and says so loudly.
    `lifeline promote --resume` and `lifeline reconcile` come back to it. A promotion that is under way by the record is
    never written over.
    """

    id = "repair"
    title = "record repaired"
    optional = True
    expected = 3.0

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = (
            *move.table_calls("GetItem", "UpdateItem", "PutItem", required=False),
            *move.here("rds", "DescribeGlobalClusters", required=False),
            *move.here("ssm", "DeleteParameter", required=False),
            Call("ecs", "UpdateService", move.origin_region, required=False),
        )

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        record = repair(self.move, hands)
        hands.note("repaired", {"epoch": record.epoch, "at": self.move.world.clock.now().isoformat(timespec="seconds")})
        self._take_back(hands)
        start_warden(self.move, hands)

    def _take_back(self, hands: Hands) -> None:
        """The grant: the lease rests on the record again, and nobody shall take the site for one that was extended."""
        from botocore.exceptions import ClientError

        parameter = self.move.topology.one("lease_extension", self.move.target)
        try:
            hands.client("ssm", parameter.region).delete_parameter(Name=parameter.id)
        except ClientError as error:
            if retry.code(error) != "ParameterNotFound":
                raise


def repair(move: Move, hands: Hands) -> Record:
    """The record as it is afterwards. Raises StepFailed where it cannot be written, or must not be."""
    try:
        record = move.store(hands.client).read()
        taken = _lease(move, hands)
        if record.lock is not None and record.lock.promotion != move.promotion:
            raise StepFailed(
                f"THE RECORD IS NOT REPAIRED: promotion {record.lock.promotion} of {record.lock.holder} is under way: "
                "look together which site serves before either goes on"
            )
        seen = describe(hands.client("rds", move.region), move.topology.one("global_cluster").id)
        if not writes(seen, str(move.topology.one("database", move.target).arn)):
            raise StepFailed(f"THE RECORD IS NOT REPAIRED: {move.target}'s database is not the writer")
        if record.active == move.target and record.epoch >= taken:
            return record
        return move.store(hands.client).move(record, move.target, max(record.epoch + 1, taken))
    except RecordUnreachable:
        raise StepFailed(
            "THE RECORD IS NOT REPAIRED: no replica of the control table answers yet. Until it is, keep "
            f"{move.origin_region} cut off, and make sure that nobody promotes. When the table is back: "
            f"lifeline promote --to {move.target} --resume"
        ) from None
    except RecordMoved as moved:
        raise StepFailed(f"THE RECORD IS NOT REPAIRED: somebody else wrote it meanwhile: {moved}") from None


def start_warden(move: Move, hands: Hands) -> None:
    """The old site's, if this promotion stopped it. Raises StepFailed where ECS there does not answer."""
    noted = hands.noted(NOTE)
    wanted = noted.get("warden") if noted else None
    if not isinstance(wanted, int):
        return
    topology = move.topology
    try:
        hands.client("ecs", move.origin_region).update_service(
            cluster=topology.one("ecs_cluster", move.origin).id,
            service=topology.one("warden", move.origin).id,
            desiredCount=wanted,
        )
    except Exception as error:
        if not retry.unanswered(error):
            raise
        raise StepFailed(
            f"{move.origin}'s warden is still stopped, since {move.origin_region} does not answer: go on when it does"
        ) from None


def _lease(move: Move, hands: Hands) -> int:
    """The epoch of the newest lease that the target knows; 0 where nobody says."""
    epochs = [0]
    noted = hands.noted("writable") or {}
    if isinstance(epoch := noted.get("epoch"), int):
        epochs.append(epoch)
    try:
        epoch = move.ask(hands, move.target, "probe").get("epoch")
    except NoAnswer:
        return max(epochs)
    return max([*epochs, epoch]) if isinstance(epoch, int) else max(epochs)
