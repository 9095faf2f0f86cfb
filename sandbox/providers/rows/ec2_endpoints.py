"""VPC endpoints and flow logs."""

import json
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row, Wait, arn
from sandbox.providers.handlers import Refused, Subject

SETS = {"subnetIds": "SubnetIds", "routeTableIds": "RouteTableIds", "securityGroupIds": "SecurityGroupIds"}
RESOURCES = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface", "transitGatewayId": "TransitGateway"}


def _change_endpoint(at: At) -> None:
    request: dict[str, Any] = {"VpcEndpointId": at.id}
    for name, member in SETS.items():
        old, new = set(at.subject.old_inputs.get(name) or ()), set(at.inputs.get(name) or ())
        if new - old:
            request[f"Add{member}"] = sorted(new - old)
        if old - new:
            request[f"Remove{member}"] = sorted(old - new)
    if at.inputs.get("policy") != at.subject.old_inputs.get("policy"):
        request["PolicyDocument"] = at.inputs.get("policy") or ""
        request["ResetPolicy"] = not at.inputs.get("policy")
    if at.inputs.get("privateDnsEnabled") != at.subject.old_inputs.get("privateDnsEnabled"):
        request["PrivateDnsEnabled"] = bool(at.inputs.get("privateDnsEnabled"))
    if at.inputs.get("ipAddressType"):
        request["IpAddressType"] = at.inputs["ipAddressType"]
    at.call("modify_vpc_endpoint", **request)


def _watched(subject: Subject) -> dict[str, Any]:
    for name, kind in RESOURCES.items():
        if subject.inputs.get(name):
            return {"ResourceIds": [subject.inputs[name]], "ResourceType": kind}
    raise Refused(f"one of `{'`, `'.join(RESOURCES)}` must be specified")


def _make_flow_log(at: At) -> str:
    inputs = at.inputs
    request: dict[str, Any] = {
        **_watched(at.subject),
        "TrafficType": inputs.get("trafficType", "ALL"),
        "LogDestinationType": inputs["logDestinationType"],
        "MaxAggregationInterval": inputs["maxAggregationInterval"],
    }
    for name, member in (
        ("iamRoleArn", "DeliverLogsPermissionArn"),
        ("logDestination", "LogDestination"),
        ("logFormat", "LogFormat"),
    ):
        if inputs.get(name):
            request[member] = inputs[name]
    answer = at.call("create_flow_logs", **request)
    if answer.get("Unsuccessful"):
        error = answer["Unsuccessful"][0]["Error"]
        raise Refused(f"{error['Code']}: {error['Message']}")
    return str(answer["FlowLogIds"][0])


ROWS = (
    Row(
        type="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        verb_noun="EC2 VPC Endpoint",
        create=Call("create_vpc_endpoint", sends=None),
        id="VpcEndpoint.VpcEndpointId",
        read=Call("describe_vpc_endpoints", lambda s: {"VpcEndpointIds": [s.id]}, answer="VpcEndpoints[0]"),
        delete=Call("delete_vpc_endpoints", lambda s: {"VpcEndpointIds": [s.id]}),
        gone=("InvalidVpcEndpointId.NotFound",),
        gone_states=("State", ("deleted", "Deleted")),
        waits_gone=True,
        fields={
            "policy": Field("PolicyDocument", decode=lambda text: text if isinstance(text, str) else json.dumps(text)),
            "securityGroupIds": Field(found="Groups", decode=lambda groups: [group["GroupId"] for group in groups]),
            "dnsEntries": Field(nested={"dnsName": "DnsName", "hostedZoneId": "HostedZoneId"}),
        },
        changes=(
            Change(
                (*SETS, "policy", "privateDnsEnabled", "ipAddressType", "dnsOptions"),
                "aws api: ModifyVpcEndpoint",
                _change_endpoint,
            ),
        ),
        wait=Wait("State", ("available", "Available", "pendingAcceptance")),
        tags="ec2",
        policies=("policy",),
        defaults={"vpcEndpointType": "Gateway"},
        computed=(
            "policy",
            "privateDnsEnabled",
            "routeTableIds",
            "securityGroupIds",
            "subnetIds",
            "ipAddressType",
            "dnsOptions",
            "serviceRegion",
            "subnetConfigurations",
        ),
        outputs={"arn": arn("ec2", "vpc-endpoint/{id}")},
    ),
    Row(
        type="aws:ec2/flowLog:FlowLog",
        service="ec2",
        verb_noun="EC2 Flow Log",
        create=_make_flow_log,
        read=Call("describe_flow_logs", lambda s: {"FlowLogIds": [s.id]}, answer="FlowLogs[0]"),
        delete=Call("delete_flow_logs", lambda s: {"FlowLogIds": [s.id]}),
        gone=("InvalidFlowLogId.NotFound",),
        fields={
            "iamRoleArn": Field("DeliverLogsPermissionArn"),
            "vpcId": Field(found="ResourceId", decode=lambda value: value if value.startswith("vpc-") else None),
            "subnetId": Field(found="ResourceId", decode=lambda value: value if value.startswith("subnet-") else None),
            "logDestination": Field(decode=lambda value: value.removesuffix(":*") or None),
        },
        tags="ec2",
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        computed=("logDestination", "logFormat"),
        outputs={"arn": arn("ec2", "vpc-flow-log/{id}")},
    ),
)
