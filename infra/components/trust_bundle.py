"""The authority that a site's load balancer trusts for its clients, where the load balancer can fetch it."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput
from infra.components.private_bucket import PrivateBucket


class TrustBundleArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the site: what its load balancer needs lies there."""
    bucket: pulumi.Input[str]
    """The bucket's name."""
    log_bucket: pulumi.Input[str]
    """The site's bucket for access logs: whoever changes the authority is seen."""
    key_arn: pulumi.Input[str]
    """A key of the region; whoever makes the trust store reads with their own rights, and needs the key too."""
    key: pulumi.Input[str]
    """The object's key; another authority has another."""
    certificate: pulumi.Input[str]
    """In PEM. Public: it verifies, it signs nothing."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives the bucket's."""
    tags: TagsInput
    """On the bucket and the object."""


class TrustBundle(Component):
    """A private bucket with one public certificate. Not secret, but whoever can change it can let others in."""

    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: TrustBundleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        bucket = PrivateBucket(
            f"{name}-store",
            {
                "region": args["region"],
                "bucket": args["bucket"],
                "key_arn": args["key_arn"],
                "log": {"bucket": args["log_bucket"], "prefix": "s3/trust/"},
                "protection": args["protection"],
                "tags": args["tags"],
            },
            self.child(),
        )
        aws.s3.BucketObjectv2(
            f"{name}-authority",
            region=args["region"],
            bucket=bucket.bucket_name,
            key=args["key"],
            content=args["certificate"],
            content_type="application/x-pem-file",
            tags=args["tags"],
            opts=self.child(),
        )
        self.bucket_name = bucket.bucket_name
        self.register_outputs({"bucket_name": bucket.bucket_name})
