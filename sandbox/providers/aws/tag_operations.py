"""How each AWS service adds, removes and lists tags: every taggable row names one of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tagging:
    """One service's tag operations. `target` names the parameter that says which resource."""

    add: str
    remove: str
    target: str
    keys: str
    tags: str = "Tags"
    pairs: tuple[str, str] | None = ("Key", "Value")
    """Names of a tag's two halves; None where tags are a map."""
    read: str | None = None
    """The operation that lists tags, where the description does not hold them."""
    answer: str = "Tags"
    by: Callable[[Any], Any] = lambda at: at.id
    """The value of `target`, from the `At` of the resource."""

    @property
    def source(self) -> str:
        """The API's operations, for the documentation."""
        return "aws api: " + ", ".join(
            "".join(part.title() for part in name.split("_")) for name in (self.add, self.remove)
        )


def _arn(at: Any) -> Any:
    return at.subject.outputs.get("arn") or at.id


def _backup_arn(at: Any) -> str:
    kind = "backup-vault" if at.subject.token.endswith(":Vault") else "backup-plan"
    return f"arn:aws:backup:{at.subject.region}:{at.subject.setup.account_id}:{kind}:{at.id}"


def _namespace_arn(at: Any) -> str:
    return f"arn:aws:servicediscovery:{at.subject.region}:{at.subject.setup.account_id}:namespace/{at.id}"


TAGGINGS: Mapping[str, Tagging] = {
    "ec2": Tagging("create_tags", "delete_tags", "Resources", "Tags", by=lambda at: [at.id]),
    "kms": Tagging(
        "tag_resource", "untag_resource", "KeyId", "TagKeys", pairs=("TagKey", "TagValue"), read="list_resource_tags"
    ),
    "secretsmanager": Tagging("tag_resource", "untag_resource", "SecretId", "TagKeys"),
    "rds": Tagging(
        "add_tags_to_resource",
        "remove_tags_from_resource",
        "ResourceName",
        "TagKeys",
        read="list_tags_for_resource",
        answer="TagList",
        by=_arn,
    ),
    "ecs": Tagging(
        "tag_resource",
        "untag_resource",
        "resourceArn",
        "tagKeys",
        tags="tags",
        pairs=("key", "value"),
        read="list_tags_for_resource",
        answer="tags",
        by=_arn,
    ),
    "iam-role": Tagging("tag_role", "untag_role", "RoleName", "TagKeys"),
    "logs": Tagging(
        "tag_resource",
        "untag_resource",
        "resourceArn",
        "tagKeys",
        tags="tags",
        pairs=None,
        read="list_tags_for_resource",
        answer="tags",
        by=_arn,
    ),
    "cloudwatch": Tagging(
        "tag_resource", "untag_resource", "ResourceARN", "TagKeys", read="list_tags_for_resource", by=_arn
    ),
    "budgets": Tagging(
        "tag_resource",
        "untag_resource",
        "ResourceARN",
        "ResourceTagKeys",
        tags="ResourceTags",
        read="list_tags_for_resource",
        answer="ResourceTags",
        by=lambda at: f"arn:aws:budgets::{at.subject.setup.account_id}:budget/{at.id.partition(':')[2]}",
    ),
    "ce": Tagging(
        "tag_resource",
        "untag_resource",
        "ResourceArn",
        "ResourceTagKeys",
        tags="ResourceTags",
        read="list_tags_for_resource",
        answer="ResourceTags",
    ),
    "events": Tagging(
        "tag_resource", "untag_resource", "ResourceARN", "TagKeys", read="list_tags_for_resource", by=_arn
    ),
    "sns": Tagging("tag_resource", "untag_resource", "ResourceArn", "TagKeys", read="list_tags_for_resource"),
    "sqs": Tagging("tag_queue", "untag_queue", "QueueUrl", "TagKeys", pairs=None, read="list_queue_tags"),
    "elasticache": Tagging(
        "add_tags_to_resource",
        "remove_tags_from_resource",
        "ResourceName",
        "TagKeys",
        read="list_tags_for_resource",
        answer="TagList",
        by=_arn,
    ),
    "ecr": Tagging(
        "tag_resource",
        "untag_resource",
        "resourceArn",
        "tagKeys",
        tags="tags",
        read="list_tags_for_resource",
        answer="tags",
        by=_arn,
    ),
    "dynamodb": Tagging(
        "tag_resource", "untag_resource", "ResourceArn", "TagKeys", read="list_tags_of_resource", by=_arn
    ),
    "elbv2": Tagging(
        "add_tags",
        "remove_tags",
        "ResourceArns",
        "TagKeys",
        read="describe_tags",
        answer="TagDescriptions[0].Tags",
        by=lambda at: [at.id],
    ),
    "acm": Tagging(
        "add_tags_to_certificate",
        "remove_tags_from_certificate",
        "CertificateArn",
        "Tags",
        read="list_tags_for_certificate",
    ),
    "backup": Tagging(
        "tag_resource", "untag_resource", "ResourceArn", "TagKeyList", pairs=None, read="list_tags", by=_backup_arn
    ),
    "wafv2": Tagging(
        "tag_resource",
        "untag_resource",
        "ResourceARN",
        "TagKeys",
        read="list_tags_for_resource",
        answer="TagInfoForResource.TagList",
        by=_arn,
    ),
    "servicediscovery": Tagging(
        "tag_resource", "untag_resource", "ResourceARN", "TagKeys", read="list_tags_for_resource", by=_namespace_arn
    ),
}
