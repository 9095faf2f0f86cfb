"""The authority that a site's load balancer trusts for its clients, where the load balancer can fetch it."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, policy


class TrustBundleArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the site: what its load balancer needs lies there."""
    bucket: pulumi.Input[str]
    """The bucket's name."""
    key: pulumi.Input[str]
    """The object's key; another authority has another."""
    certificate: pulumi.Input[str]
    """In PEM. Public: it verifies, it signs nothing."""
    tags: TagsInput
    """On the bucket and the object."""


class TrustBundle(Component):
    """A private bucket with one public certificate."""

    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: TrustBundleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            region=args["region"],
            bucket=args["bucket"],
            # What is in it can be made again: nothing to protect.
            force_destroy=True,
            tags=args["tags"],
            opts=self.child(),
        )
        closed = aws.s3.BucketPublicAccessBlock(
            f"{name}-closed",
            region=args["region"],
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        aws.s3.BucketPolicy(
            f"{name}-tls-only",
            region=args["region"],
            bucket=bucket.id,
            policy=policy(
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [
                        pulumi.Output.format("arn:aws:s3:::{0}", args["bucket"]),
                        pulumi.Output.format("arn:aws:s3:::{0}/*", args["bucket"]),
                    ],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
            # The block refuses a policy that is being put while it is.
            opts=self.child(depends_on=[closed]),
        )
        aws.s3.BucketObjectv2(
            f"{name}-authority",
            region=args["region"],
            bucket=bucket.id,
            key=args["key"],
            content=args["certificate"],
            content_type="application/x-pem-file",
            tags=args["tags"],
            opts=self.child(),
        )
        self.bucket_name = bucket.bucket
        self.register_outputs({"bucket_name": bucket.bucket})
