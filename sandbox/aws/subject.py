"""The name of the resource that a call is about, as far as its input tells it."""

import json

from sandbox.aws.http import HttpRequest

# In order of preference: a call about a service in a cluster is about the service.
_FIELDS = (
    "TableName", "GlobalClusterIdentifier", "TargetDbClusterIdentifier", "DBInstanceIdentifier",
    "DBClusterIdentifier", "DBClusterParameterGroupName", "DBSubnetGroupName", "serviceName", "service",
    "services", "family", "taskDefinition", "clusterName", "cluster", "ResourceId", "RoleName", "PolicyName",
    "SecretId", "Name", "AliasName", "KeyId", "AlarmName", "logGroupName", "TopicArn", "TargetGroupArn",
    "ListenerArn", "RuleArn", "LoadBalancerArn", "LoadBalancerName", "CertificateArn", "DomainName", "Bucket",
    "ResourceName", "ResourceArn", "VpcId", "SubnetId", "GroupId", "RouteTableId",
)  # fmt: skip
_LISTED = ("Names.member.1", "VpcId.1", "SubnetId.1", "GroupId.1", "AlarmNames.member.1")


def resource(request: HttpRequest) -> str | None:
    """The best guess, or None; never a value that could be a secret."""
    fields: dict[str, object]
    if "json" in request.content_type:
        try:
            document = json.loads(request.body or b"{}")
        except ValueError:
            return None
        fields = document if isinstance(document, dict) else {}
    else:
        fields = {**request.form()}
        if not fields:
            return request.path.strip("/") or None
    for name in (*_FIELDS, *_LISTED):
        value = fields.get(name)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str):
            return value
    return None
