"""CloudWatch: logs that are kept for good."""

from policies.rule import Fix, Rule
from policies.vocabulary import at_least

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

LOG_RETENTION = Rule(
    id="cost-cwl-retention",
    pack="cost",
    severity="high",
    types=(LOG_GROUP,),
    what="A log group says how long it keeps its events.",
    why="Without it they are kept, and paid for, for ever; what has to be kept for years is far cheaper in S3.",
    fix=Fix("Set retention_in_days.", python="retention_in_days=400", yaml="retentionInDays: 400"),
    check=at_least("retentionInDays", 1),  # 0 means for ever
    passing=({"retentionInDays": 400},),
    failing=({}, {"retentionInDays": 0}),
)
