"""Load balancers and target groups, with the attributes that AWS keeps beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

BALANCER: Mapping[str, str] = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
LOGS: Mapping[str, str] = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}
TARGETS: Mapping[str, str] = {
    "connectionTermination": "deregistration_delay.connection_termination.enabled",
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "lambdaMultiValueHeadersEnabled": "lambda.multi_value_headers.enabled",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "preserveClientIp": "preserve_client_ip.enabled",
    "proxyProtocolV2": "proxy_protocol_v2.enabled",
    "slowStart": "slow_start.duration_seconds",
}
HEALTH: Mapping[str, str] = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changed(at: At, names: Iterable[str]) -> list[str]:
    """Those given that differ from before; at creation, all that differ from nothing."""
    return [
        name for name in names if at.inputs.get(name) is not None and at.inputs[name] != at.subject.old_inputs.get(name)
    ]


def _balancer_attributes(at: At) -> None:
    balancer = at.inputs.get("loadBalancerType", "application")
    attributes = [
        {"Key": BALANCER[name], "Value": _text(at.inputs[name])}
        for name in _changed(at, BALANCER)
        if not (name == "enableCrossZoneLoadBalancing" and balancer == "application")
    ]
    for name in _changed(at, LOGS):
        logs = at.inputs[name]
        attributes.append({"Key": f"{LOGS[name]}.enabled", "Value": _text(bool(logs.get("enabled", False)))})
        attributes += [
            {"Key": f"{LOGS[name]}.{part}", "Value": logs[part]} for part in ("bucket", "prefix") if logs.get(part)
        ]
    if attributes:
        at.call("modify_load_balancer_attributes", LoadBalancerArn=at.id, Attributes=attributes)


def _group_attributes(at: At) -> None:
    attributes = [{"Key": TARGETS[name], "Value": _text(at.inputs[name])} for name in _changed(at, TARGETS)]
    for name in _changed(at, ("stickiness",)):
        sticky = at.inputs[name]
        attributes += [
            {"Key": "stickiness.enabled", "Value": _text(bool(sticky.get("enabled", True)))},
            {"Key": "stickiness.type", "Value": sticky["type"]},
        ]
        if sticky.get("cookieDuration"):
            attributes.append({"Key": "stickiness.lb_cookie.duration_seconds", "Value": str(sticky["cookieDuration"])})
    if attributes:
        at.call("modify_target_group_attributes", TargetGroupArn=at.id, Attributes=attributes)


def _read_balancer(at: At, _found: Found) -> Found:
    answer = at.call("describe_load_balancer_attributes", LoadBalancerArn=at.id)
    kept = {item["Key"]: item["Value"] for item in answer["Attributes"]}
    more: Found = {name: kept[key] for name, key in BALANCER.items() if key in kept}
    for name, key in LOGS.items():
        if at.subject.value(name):
            more[name] = {
                "enabled": kept.get(f"{key}.enabled") == "true",
                "bucket": kept.get(f"{key}.bucket", ""),
                "prefix": kept.get(f"{key}.prefix", ""),
            }
    return more


def _read_group(at: At, found: Found) -> Found:
    answer = at.call("describe_target_group_attributes", TargetGroupArn=at.id)
    kept = {item["Key"]: item["Value"] for item in answer["Attributes"]}
    more: Found = {name: kept[key] for name, key in TARGETS.items() if key in kept}
    if at.subject.value("stickiness"):
        more["stickiness"] = {
            "enabled": kept.get("stickiness.enabled") == "true",
            "type": kept.get("stickiness.type", "lb_cookie"),
            "cookieDuration": int(kept.get("stickiness.lb_cookie.duration_seconds", 86400)),
        }
    more["healthCheck"] = {name: found[member] for name, member in HEALTH.items() if member in found}
    matcher = found.get("Matcher") or {}
    if matcher:
        more["healthCheck"]["matcher"] = matcher.get("HttpCode") or matcher.get("GrpcCode")
    return more


def _health(subject: Subject) -> dict[str, Any]:
    check = subject.inputs.get("healthCheck") or {}
    made: dict[str, Any] = {
        member: str(check[name]) if name == "port" else check[name]
        for name, member in HEALTH.items()
        if check.get(name) is not None
    }
    if check.get("matcher"):
        grpc = subject.inputs.get("protocolVersion") == "GRPC"
        made["Matcher"] = {"GrpcCode" if grpc else "HttpCode": check["matcher"]}
    return made


def suffix(arn: str, kind: str) -> str:
    """`app/name/id` of a load balancer's ARN, `targetgroup/name/id` of a group's: what CloudWatch calls them."""
    tail = arn.rsplit(":", 1)[-1]
    return tail.removeprefix("loadbalancer/") if kind == "loadbalancer" else tail


def _subnets(at: At) -> None:
    at.call("set_subnets", LoadBalancerArn=at.id, Subnets=at.inputs["subnets"])


def _groups(at: At) -> None:
    at.call("set_security_groups", LoadBalancerArn=at.id, SecurityGroups=at.inputs.get("securityGroups") or [])


def _address_type(at: At) -> None:
    at.call("set_ip_address_type", LoadBalancerArn=at.id, IpAddressType=at.inputs.get("ipAddressType") or "ipv4")


def _change_health(at: At) -> None:
    at.call("modify_target_group", TargetGroupArn=at.id, **_health(at.subject))


ROWS = (
    Row(
        type="aws:lb/loadBalancer:LoadBalancer",
        service="elbv2",
        verb_noun="ELBv2 Load Balancer",
        create=Call("create_load_balancer", sends=None),
        id="LoadBalancers[0].LoadBalancerArn",
        fields={
            "internal": Field(
                "Scheme",
                encode=lambda internal: "internal" if internal else "internet-facing",
                decode=lambda scheme: scheme == "internal",
            ),
            "loadBalancerType": Field("Type"),
            "name": Field(found="LoadBalancerName"),
            "subnets": Field(found="AvailabilityZones", decode=lambda zones: [zone["SubnetId"] for zone in zones]),
            "subnetMappings": Field(
                found="AvailabilityZones", decode=lambda zones: [{"subnetId": zone["SubnetId"]} for zone in zones]
            ),
            "zoneId": Field(found="CanonicalHostedZoneId"),
            "minimumLoadBalancerCapacity": Field("-", found="-"),
        },
        read=Call("describe_load_balancers", lambda s: {"LoadBalancerArns": [s.id]}, answer="LoadBalancers[0]"),
        also_read=(_read_balancer,),
        gone=("LoadBalancerNotFound", "LoadBalancerNotFoundException"),
        delete=Call("delete_load_balancer", lambda s: {"LoadBalancerArn": s.id}),
        waits_gone=True,
        wait=Wait("State.Code", ("active", "active_impaired"), failed=("failed",)),
        after_create=(_balancer_attributes,),
        changes=(
            Change((*BALANCER, *LOGS), "aws api: ModifyLoadBalancerAttributes", _balancer_attributes),
            Change(("subnets",), "aws api: SetSubnets", _subnets),
            Change(("securityGroups",), "aws api: SetSecurityGroups", _groups),
            Change(("ipAddressType",), "aws api: SetIpAddressType", _address_type),
        ),
        tags="elbv2",
        auto_name=AutoName("name", 32, rival="namePrefix"),
        defaults={
            "enableDeletionProtection": False,
            "loadBalancerType": "application",
            "idleTimeout": 60,
            "enableHttp2": True,
            "dropInvalidHeaderFields": False,
        },
        computed=("internal", "ipAddressType", "securityGroups", "subnets", "subnetMappings"),
        outputs={
            "arn": "LoadBalancerArn",
            "dnsName": "DNSName",
            "vpcId": "VpcId",
            "arnSuffix": lambda s, _f: suffix(s.id, "loadbalancer"),
        },
        extended="the edge routes by its listeners, rules and registered targets (`sandbox/edge`)",
    ),
    Row(
        type="aws:lb/targetGroup:TargetGroup",
        service="elbv2",
        verb_noun="ELBv2 Target Group",
        create=Call("create_target_group", _health, sends=None),
        id="TargetGroups[0].TargetGroupArn",
        fields={
            "name": Field(found="TargetGroupName"),
            "healthCheck": Field("-", decode=lambda value: value),
            "stickiness": Field("-", decode=lambda value: value),
            "targetGroupHealth": Field("-", found="-"),
        },
        read=Call("describe_target_groups", lambda s: {"TargetGroupArns": [s.id]}, answer="TargetGroups[0]"),
        also_read=(_read_group,),
        gone=("TargetGroupNotFound", "TargetGroupNotFoundException"),
        delete=Call("delete_target_group", lambda s: {"TargetGroupArn": s.id}),
        after_create=(_group_attributes,),
        changes=(
            Change((*TARGETS, "stickiness"), "aws api: ModifyTargetGroupAttributes", _group_attributes),
            Change(("healthCheck",), "aws api: ModifyTargetGroup", _change_health),
        ),
        tags="elbv2",
        auto_name=AutoName("name", 32, rival="namePrefix"),
        defaults={
            "deregistrationDelay": 300,
            "lambdaMultiValueHeadersEnabled": False,
            "proxyProtocolV2": False,
            "slowStart": 0,
            "targetType": "instance",
        },
        computed=(
            "connectionTermination",
            "healthCheck",
            "ipAddressType",
            "loadBalancingAlgorithmType",
            "loadBalancingAnomalyMitigation",
            "loadBalancingCrossZoneEnabled",
            "preserveClientIp",
            "protocolVersion",
            "stickiness",
            "targetFailovers",
            "targetGroupHealth",
            "targetHealthStates",
        ),
        outputs={"arn": "TargetGroupArn", "arnSuffix": lambda s, _f: suffix(s.id, "targetgroup")},
        extended="targets are the tasks that run (`sandbox/tasks.py`)",
    ),
)
