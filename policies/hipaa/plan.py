"""What the engine intends: changes that lose data. Read from previews only, where operations are known."""

from policies.case import Case
from policies.examples import Given
from policies.rule import Fix, Rule
from policies.stateful import STATEFUL
from policies.verdict import PASS, Verdict, fail


def _kept(case: Case) -> Verdict:
    change = case.change
    if change is None or change.kind not in ("delete", "replace"):
        return PASS
    why = f", because of {', '.join(change.properties)}" if change.properties else ""
    return fail(f"the change would {change.kind} it{why}: what it holds is lost")


STATEFUL_KEPT = Rule(
    id="plan-stateful-kept",
    pack="hipaa",
    severity="critical",
    scope="plan",
    types=STATEFUL,
    what="No change deletes or replaces a resource that holds data or keys.",
    why="A renamed argument or a changed region is enough to make the engine delete a database and make an empty one.",
    fix=Fix(
        "Undo what makes the engine replace it (an alias for a rename), or move the data first and waive this once.",
        python='opts=pulumi.ResourceOptions(protect=True, aliases=[pulumi.Alias(name="old-name")])',
        yaml="options:\n  protect: true\n  aliases:\n    - name: old-name",
    ),
    check=_kept,
    passing=(
        Given("aws:rds/cluster:Cluster", "orders", {"backupRetentionPeriod": 7}, change="update", before={}),
        Given("aws:s3/bucket:Bucket", "orders", {}, change="create"),
    ),
    failing=(
        Given("aws:s3/bucket:Bucket", "orders", {}, change="delete"),
        Given(
            "aws:rds/cluster:Cluster",
            "orders",
            {"region": "us-west-2"},
            change="replace",
            before={"region": "us-east-1"},
            differs=("region",),
        ),
    ),
)
