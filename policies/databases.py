"""Relational databases: their types, and what one takes from another, which then answers for it."""

from policies.case import Check
from policies.vocabulary import any_of, matches, present, refers_to

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL_CLUSTER = "aws:rds/globalCluster:GlobalCluster"

REPLICA = present("replicateSourceDb")
"""It is a read replica of an instance: engine, storage encryption and master user are its source's."""
AURORA = matches("engine", "^aurora", "an Aurora engine")
"""Encryption, backups, logs and deletion protection of an Aurora instance are its cluster's."""
SERVERLESS_V1 = matches("engineMode", "^serverless$", "the engine mode serverless")


def own_or_cluster(check: Check) -> Check:
    """It holds of a cluster's instance, or of its cluster: what is set there goes for all instances."""
    return any_of(check, refers_to("clusterIdentifier", CLUSTER, check))
