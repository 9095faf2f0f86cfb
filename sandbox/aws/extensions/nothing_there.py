"""Lists of what is only recorded here: nothing of it is made, so there is none, and the answer says so."""

from sandbox.aws.call import Handler, Rows

LISTS = {
    ("elbv2", "DescribeTrustStores"): "TrustStores",
    ("macie2", "ListClassificationJobs"): "items",
    ("securityhub", "ListFindingAggregators"): "FindingAggregators",
}
"""(service, operation) → the member that would hold them."""


class NothingThere:
    """Answers without a memory."""

    def rows(self) -> Rows:
        return {operation: _empty(member) for operation, member in LISTS.items()}

    def reset(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """An outage is the layer's business."""


def _empty(member: str) -> Handler:
    return lambda _call, _passthrough: {member: []}
