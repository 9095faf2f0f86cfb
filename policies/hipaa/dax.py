"""DynamoDB Accelerator."""

from policies.rule import Fix, Rule
from policies.vocabulary import true

ENCRYPTED = Rule(
    id="dax-encrypted",
    pack="hipaa",
    severity="high",
    types=("aws:dax/cluster:Cluster",),
    what="A DAX cluster is encrypted at rest.",
    why="It holds what its tables hold, and an existing cluster cannot be encrypted any more.",
    fix=Fix(
        "Set server_side_encryption with enabled, when the cluster is made.",
        python='server_side_encryption={"enabled": True}',
        yaml="serverSideEncryption:\n  enabled: true",
    ),
    check=true("serverSideEncryption.enabled"),
    passing=({"serverSideEncryption": {"enabled": True}},),
    failing=({}, {"serverSideEncryption": {"enabled": False}}),
)
