"""The account's own registry in one region: a repository for each image, and what a region has of it once."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, policy

UNTAGGED_DAYS = 30
"""Layers of builds that never got a tag. An image that runs has one, and keeps it: tags are immutable."""
TOUCHING = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchDeleteImage",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""Everything that reads or writes an image."""


class Registry(TypedDict):
    """What a region has once for the whole account."""

    copies_to: pulumi.Input[str]
    """Region to which what is pushed here is copied."""
    scanning: str
    """Plain, since it decides which rules there are: `basic`, at push, or `enhanced`, by Inspector, all the time."""


class ImagesArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the registry."""
    account_id: pulumi.Input[str]
    """Whose images they are: nobody of another account touches them."""
    repositories: Sequence[str]
    """Plain, since it decides what exists: names such as `nl-fhir/web`."""
    registry: Registry | None
    """Plain, since it decides what exists: None where somebody else declares what the account has once."""
    key_arn: pulumi.Input[str]
    """The region's own key; a repository keeps the one that it was made with."""
    keep: pulumi.Input[int]
    """Images kept in a repository."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives it, and whether a repository with images may go."""
    tags: TagsInput
    """On every repository."""


class Images(Component):
    """Encrypted repositories with immutable tags, scanned, and copied to the other region as they are filled.

    Each region has repositories of its own making: those that replication would make have no key, no policy, and
    tags that can be moved. Both directions are declared, so a release can be pushed at either site; a copy is not
    copied on.
    """

    urls: dict[str, pulumi.Output[str]]
    """Repository → where to push."""

    def __init__(self, name: str, args: ImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.urls = {repository: self._repository(repository).repository_url for repository in args["repositories"]}
        if args["registry"] is not None:
            self._once(args["registry"])
        self.register_outputs({"urls": self.urls})

    def _repository(self, repository: str) -> aws.ecr.Repository:
        args = self._args
        child = f"{self._name}-{repository.replace('/', '-')}"
        made = aws.ecr.Repository(
            child,
            region=args["region"],
            name=repository,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args["key_arn"]}],
            force_delete=not args["protection"],
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        aws.ecr.RepositoryPolicy(
            f"{child}-policy",
            region=args["region"],
            repository=made.name,
            policy=policy(_ours_alone(args["account_id"])),
            opts=self.child(),
        )
        aws.ecr.LifecyclePolicy(
            f"{child}-lifecycle",
            region=args["region"],
            repository=made.name,
            policy=pulumi.Output.json_dumps({"rules": _expiry(args["keep"])}),
            opts=self.child(),
        )
        return made

    def _once(self, registry: Registry) -> None:
        name, args = self._name, self._args
        own = [{"filter": repository, "filter_type": "PREFIX_MATCH"} for repository in sorted(args["repositories"])]
        aws.ecr.ReplicationConfiguration(
            f"{name}-copies",
            region=args["region"],
            replication_configuration={
                "rules": [
                    {
                        "destinations": [{"region": registry["copies_to"], "registry_id": args["account_id"]}],
                        "repository_filters": own,
                    }
                ]
            },
            opts=self.child(),
        )
        frequency = "CONTINUOUS_SCAN" if registry["scanning"] == "enhanced" else "SCAN_ON_PUSH"
        aws.ecr.RegistryScanningConfiguration(
            f"{name}-scanning",
            region=args["region"],
            scan_type=registry["scanning"].upper(),
            rules=[
                {
                    "scan_frequency": frequency,
                    "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
                }
            ],
            opts=self.child(),
        )


def _ours_alone(account_id: pulumi.Input[str]) -> Statement:
    return {
        "Sid": "OursAlone",
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(TOUCHING),
        "Condition": {
            "StringNotEquals": {"aws:PrincipalAccount": account_id},
            # Services of AWS that act for the account (scanning, copying) have no account of their own.
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
    }


def _expiry(keep: pulumi.Input[int]) -> list[dict[str, Any]]:
    untagged = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"}
    return [
        {
            "rulePriority": 1,
            "description": "Builds that never got a tag",
            "selection": {**untagged, "countNumber": UNTAGGED_DAYS},
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": "The oldest of very many",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep},
            "action": {"type": "expire"},
        },
    ]
