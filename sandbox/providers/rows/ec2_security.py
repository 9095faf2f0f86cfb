"""Security groups and their rules."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, arn
from sandbox.providers.rules import AutoName, InPlace


def _revoke_default_egress(at: At) -> None:
    """AWS opens a new group to the outside; the real provider closes it again."""
    group = at.call("describe_security_groups", GroupIds=[at.id])["SecurityGroups"][0]
    if group.get("IpPermissionsEgress"):
        at.call("revoke_security_group_egress", GroupId=at.id, IpPermissions=group["IpPermissionsEgress"])


def _adopt_default(at: At) -> str:
    """The default group is not made: it is taken over, and stripped of its rules."""
    filters = [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [at.inputs["vpcId"]]}]
    group = at.call("describe_security_groups", Filters=filters)["SecurityGroups"][0]
    if group.get("IpPermissions"):
        at.call("revoke_security_group_ingress", GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group.get("IpPermissionsEgress"):
        at.call("revoke_security_group_egress", GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    return str(group["GroupId"])


def _permission(inputs: dict[str, Any]) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(inputs["ipProtocol"])}
    for name, key in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if inputs.get(name) is not None:
            permission[key] = int(inputs[name])
    note = {"Description": inputs["description"]} if inputs.get("description") else {}
    if inputs.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], **note}]
    if inputs.get("cidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": inputs["cidrIpv6"], **note}]
    if inputs.get("prefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": inputs["prefixListId"], **note}]
    if inputs.get("referencedSecurityGroupId"):
        permission["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"], **note}]
    return permission


def _rule(kind: str) -> Row:
    """The two kinds of rule differ in their operation's name only."""
    operation = f"authorize_security_group_{kind}"

    def make(at: At) -> str:
        answer = at.call(operation, GroupId=at.inputs["securityGroupId"], IpPermissions=[_permission(at.inputs)])
        return str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def change(at: At) -> None:
        inputs = at.inputs
        rule: dict[str, Any] = {"IpProtocol": str(inputs["ipProtocol"])}
        for name, key in (
            ("fromPort", "FromPort"),
            ("toPort", "ToPort"),
            ("cidrIpv4", "CidrIpv4"),
            ("cidrIpv6", "CidrIpv6"),
            ("prefixListId", "PrefixListId"),
            ("referencedSecurityGroupId", "ReferencedGroupId"),
            ("description", "Description"),
        ):
            if inputs.get(name) is not None:
                rule[key] = inputs[name]
        at.call(
            "modify_security_group_rules",
            GroupId=inputs["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": at.id, "SecurityGroupRule": rule}],
        )

    return Row(
        type=f"aws:vpc/securityGroup{kind.title()}Rule:SecurityGroup{kind.title()}Rule",
        service="ec2",
        verb_noun=f"VPC Security Group {kind.title()} Rule",
        create=make,
        read=Call(
            "describe_security_group_rules",
            lambda s: {"SecurityGroupRuleIds": [s.id]},
            answer="SecurityGroupRules[0]",
        ),
        also_read=(_open_ports,),
        delete=Call(
            f"revoke_security_group_{kind}",
            lambda s: {"GroupId": s.value("securityGroupId"), "SecurityGroupRuleIds": [s.id]},
        ),
        gone=("InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidPermission.NotFound"),
        fields={
            "securityGroupId": Field("GroupId"),
            "referencedSecurityGroupId": Field(found="ReferencedGroupInfo.GroupId"),
        },
        changes=(
            Change(
                (
                    "cidrIpv4",
                    "cidrIpv6",
                    "description",
                    "fromPort",
                    "ipProtocol",
                    "prefixListId",
                    "referencedSecurityGroupId",
                    "toPort",
                ),
                "aws api: ModifySecurityGroupRules",
                change,
            ),
        ),
        tags="ec2",
        outputs={
            "arn": arn("ec2", "security-group-rule/{id}"),
            "securityGroupRuleId": "SecurityGroupRuleId",
        },
    )


def _open_ports(at: At, found: Found) -> Found:
    """A rule for all protocols has ports -1 at AWS and none in the program."""
    if found.get("IpProtocol") == "-1" and at.inputs.get("fromPort") is None:
        return {"FromPort": None, "ToPort": None}
    return {}


ROWS = (
    Row(
        type="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        verb_noun="Security Group",
        create=Call("create_security_group", sends=None),
        id="GroupId",
        read=Call("describe_security_groups", lambda s: {"GroupIds": [s.id]}, answer="SecurityGroups[0]"),
        delete=Call("delete_security_group", lambda s: {"GroupId": s.id}),
        gone=("InvalidGroup.NotFound", "InvalidGroupId.NotFound"),
        fields={
            "name": Field("GroupName"),
            # Rules are resources of their own here; inline ones would otherwise show them as drift.
            "ingress": Field("-", found="-"),
            "egress": Field("-", found="-"),
        },
        after_create=(_revoke_default_egress,),
        local=(InPlace(("revokeRulesOnDelete",), "provider: read at deletion only"),),
        tags="ec2",
        auto_name=AutoName("name", 255, rival="namePrefix"),
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        computed=("ingress", "egress", "vpcId"),
        outputs={"arn": arn("ec2", "security-group/{id}")},
    ),
    Row(
        type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        verb_noun="EC2 Default Security Group",
        create=_adopt_default,
        read=Call("describe_security_groups", lambda s: {"GroupIds": [s.id]}, answer="SecurityGroups[0]"),
        # AWS keeps the group as long as its VPC: the provider only lets go of it.
        delete=None,
        gone=("InvalidGroup.NotFound", "InvalidGroupId.NotFound"),
        fields={
            "name": Field("GroupName"),
            "ingress": Field("-", found="IpPermissions", decode=lambda rules: rules and _inline(rules)),
            "egress": Field("-", found="IpPermissionsEgress", decode=lambda rules: rules and _inline(rules)),
        },
        local=(InPlace(("revokeRulesOnDelete",), "provider: read at deletion only"),),
        changes=(Change(("ingress", "egress"), "provider: revokes what is not declared", lambda at: _strip(at)),),
        tags="ec2",
        outputs={"arn": arn("ec2", "security-group/{id}")},
    ),
    _rule("ingress"),
    _rule("egress"),
)


def _strip(at: At) -> None:
    _adopt_default(at)


def _inline(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A group's rules as the provider's inline form."""
    return [
        {
            "fromPort": int(rule.get("FromPort", 0)),
            "toPort": int(rule.get("ToPort", 0)),
            "protocol": rule["IpProtocol"],
            "cidrBlocks": [item["CidrIp"] for item in rule.get("IpRanges", [])],
            "securityGroups": [item["GroupId"] for item in rule.get("UserIdGroupPairs", [])],
        }
        for rule in rules
    ]
