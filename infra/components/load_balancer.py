"""A site's load balancer: open to Cloudflare's edge only, one target group per public service."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput
from infra.routes import ordered

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3 with forward secrecy."""


class Backend(TypedDict):
    """A public service behind the load balancer."""

    target_group: pulumi.Input[str]
    """The target group's name."""
    port: pulumi.Input[int]
    """What the container listens on."""
    protocol: pulumi.Input[str]
    """`HTTPS` or `HTTP`: what it speaks there, with requests and health checks alike."""
    health: pulumi.Input[str]
    """Path that answers 200 when the task may be sent requests."""
    prefixes: Sequence[str]
    """Plain, since they decide what exists: path prefixes that lead here."""
    tags: TagsInput
    """The service's own tags."""


class Clients(TypedDict):
    """The authority that signs for the clients which may connect."""

    bucket: pulumi.Input[str]
    """The bucket that holds its certificate, in the same region."""
    key: pulumi.Input[str]
    """The object's key."""


class LoadBalancerArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    name: pulumi.Input[str]
    """The load balancer's name."""
    vpc_id: pulumi.Input[str]
    """The site's network."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Public subnets, at least two."""
    certificate_arn: pulumi.Input[str]
    """Certificate of the edge's host name, in this region."""
    edge_addresses: Sequence[str]
    """Plain, since the list's size follows from them: IPv4 blocks that may connect."""
    clients: NotRequired[Clients]
    """Mutual TLS with whom it signs for; without it anybody at a permitted address gets through the handshake."""
    log_bucket: pulumi.Input[str]
    """Bucket for access and connection logs. They can only be encrypted with S3's own key."""
    log_prefix: pulumi.Input[str]
    """Where in it."""
    backends: Mapping[str, Backend]
    """Plain mapping, since it decides what exists: service → its backend."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives it and deletion protection together."""
    tags: TagsInput
    """On every child that belongs to no single service."""


class LoadBalancer(Component):
    """ALB, HTTPS listener, and for each public service its target group and rules."""

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    target_group_arns: dict[str, pulumi.Output[str]]
    """Service → target group, known only once a rule leads to it: ECS refuses a group that nothing uses."""
    request_labels: dict[str, pulumi.Output[str]]
    """Service → `<load balancer>/<target group>`, as CloudWatch counts requests."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        group_id = self._security_group()
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            region=args["region"],
            name=args["name"],
            load_balancer_type="application",
            internal=False,
            subnets=args["subnet_ids"],
            security_groups=[group_id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_deletion_protection=args["protection"],
            access_logs={"enabled": True, "bucket": args["log_bucket"], "prefix": args["log_prefix"]},
            connection_logs={"enabled": True, "bucket": args["log_bucket"], "prefix": args["log_prefix"]},
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        # No listener on port 80: only Cloudflare gets here, and it speaks HTTPS.
        listener = aws.lb.Listener(
            f"{name}-https",
            region=args["region"],
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=args["certificate_arn"],
            mutual_authentication=self._mutual_authentication(),
            default_actions=[
                {
                    "type": "fixed-response",
                    "fixed_response": {
                        "content_type": "text/plain",
                        "message_body": "no such path",
                        "status_code": "404",
                    },
                }
            ],
            tags=args["tags"],
            opts=self.child(),
        )
        groups = {service: self._target_group(service, backend) for service, backend in args["backends"].items()}
        ruled = self._rules(listener.arn, groups)
        self.arn = balancer.arn
        self.dns_name = balancer.dns_name
        self.security_group_id = group_id
        self.target_group_arns = {
            service: pulumi.Output.all(group.arn, *ruled[service]).apply(lambda known: str(known[0]))
            for service, group in groups.items()
        }
        self.request_labels = {
            service: pulumi.Output.format("{0}/{1}", balancer.arn_suffix, group.arn_suffix)
            for service, group in groups.items()
        }
        self.register_outputs({"arn": self.arn, "dns_name": self.dns_name})

    def _mutual_authentication(self) -> dict[str, pulumi.Input[str]]:
        """Whether a client must show a certificate in the handshake."""
        clients = self._args.get("clients")
        if clients is None:
            return {"mode": "off"}
        store = aws.lb.TrustStore(
            f"{self._name}-clients",
            region=self._args["region"],
            ca_certificates_bundle_s3_bucket=clients["bucket"],
            ca_certificates_bundle_s3_key=clients["key"],
            tags=self._args["tags"],
            opts=self.child(),
        )
        return {"mode": "verify", "trust_store_arn": store.arn}

    def _security_group(self) -> pulumi.Output[str]:
        name, args = self._name, self._args
        edge = aws.ec2.ManagedPrefixList(
            f"{name}-edge",
            region=args["region"],
            address_family="IPv4",
            # Room to grow: a rule that refers to the list counts as this many rules.
            max_entries=20,
            entries=[{"cidr": block, "description": "Cloudflare"} for block in args["edge_addresses"]],
            tags=args["tags"],
            opts=self.child(),
        )
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            region=args["region"],
            vpc_id=args["vpc_id"],
            description="Load balancer: HTTPS from Cloudflare's edge only",
            tags=args["tags"],
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-edge",
            region=args["region"],
            security_group_id=group.id,
            description="HTTPS from Cloudflare's edge",
            prefix_list_id=edge.id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=args["tags"],
            opts=self.child(),
        )
        group_id: pulumi.Output[str] = group.id
        return group_id

    def _target_group(self, service: str, backend: Backend) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{self._name}-{service}",
            region=self._args["region"],
            name=backend["target_group"],
            vpc_id=self._args["vpc_id"],
            target_type="ip",
            protocol=backend["protocol"],
            port=backend["port"],
            deregistration_delay=30,
            health_check={
                "path": backend["health"],
                "protocol": backend["protocol"],
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 2,
            },
            tags=backend["tags"],
            opts=self.child(),
        )

    def _rules(
        self, listener_arn: pulumi.Output[str], groups: Mapping[str, aws.lb.TargetGroup]
    ) -> dict[str, list[pulumi.Output[str]]]:
        """Service → ARNs of the rules that lead to it."""
        made: dict[str, list[pulumi.Output[str]]] = {service: [] for service in groups}
        backends = self._args["backends"]
        pairs = [(service, prefix) for service, backend in backends.items() for prefix in backend["prefixes"]]
        for route in ordered(pairs):
            rule = aws.lb.ListenerRule(
                f"{self._name}-{route.service}-{route.slug}",
                region=self._args["region"],
                listener_arn=listener_arn,
                priority=route.priority,
                conditions=[{"path_pattern": {"values": list(route.patterns)}}],
                actions=[{"type": "forward", "target_group_arn": groups[route.service].arn}],
                tags=backends[route.service]["tags"],
                opts=self.child(),
            )
            made[route.service].append(rule.arn)
        return made
