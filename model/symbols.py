"""Ids and ARNs for resources that do not exist yet: made up, stable, and of the form that AWS gives them.

With them a policy document stays analysable that would be one unknown text, and links can be followed. They stand for
"this very resource", so they never hold a wildcard, and nothing is to be read from the parts that AWS makes up.
"""

from model.types import canonical, service

ACCOUNT = "000000000000"
"""No account has this number."""

_FORMS = {
    "aws:s3/bucket:Bucket": "arn:aws:s3:::{name}",
    "aws:sns/topic:Topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws:sqs/queue:Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "aws:kms/key:Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "aws:kms/replicaKey:ReplicaKey": "arn:aws:kms:{region}:{account}:key/{name}",
    "aws:iam/role:Role": "arn:aws:iam::{account}:role/{name}",
    "aws:iam/policy:Policy": "arn:aws:iam::{account}:policy/{name}",
    "aws:iam/user:User": "arn:aws:iam::{account}:user/{name}",
    "aws:iam/group:Group": "arn:aws:iam::{account}:group/{name}",
    "aws:dynamodb/table:Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "aws:rds/cluster:Cluster": "arn:aws:rds:{region}:{account}:cluster:{name}",
    "aws:rds/instance:Instance": "arn:aws:rds:{region}:{account}:db:{name}",
    "aws:rds/clusterInstance:ClusterInstance": "arn:aws:rds:{region}:{account}:db:{name}",
    "aws:rds/globalCluster:GlobalCluster": "arn:aws:rds::{account}:global-cluster:{name}",
    "aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws:secretsmanager/secret:Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-symbol",
    "aws:lambda/function:Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "aws:lb/loadBalancer:LoadBalancer": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/0",
    "aws:lb/targetGroup:TargetGroup": "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/0",
    "aws:ecs/cluster:Cluster": "arn:aws:ecs:{region}:{account}:cluster/{name}",
    "aws:ecr/repository:Repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "aws:backup/vault:Vault": "arn:aws:backup:{region}:{account}:backup-vault:{name}",
    "aws:ebs/volume:Volume": "arn:aws:ec2:{region}:{account}:volume/{name}",
    "aws:efs/fileSystem:FileSystem": "arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}",
}


def arn(type: str, name: str, region: str = "", account: str = ACCOUNT) -> str:
    """The ARN of a resource that is yet to be made."""
    form = _FORMS.get(canonical(type))
    if form is None:
        form = "arn:aws:{service}:{region}:{account}:{kind}/{name}"
    kind = type.rsplit(":", 1)[-1].lower()
    return form.format(
        service=service(type) or "unknown", kind=kind, name=name, region=region or "us-east-1", account=account
    )
