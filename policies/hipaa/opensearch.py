"""OpenSearch domains."""

from collections.abc import Mapping

from model.values import UNKNOWN, truth
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, matches, not_false, present, true

DOMAIN = "aws:opensearch/domain:Domain"


def _published(case: Case) -> Verdict:
    """Every wanted log goes to a log group, and is not turned off."""
    wanted, unclear = {item.upper() for item in case.value("logs")}, False
    for item in case.at("logPublishingOptions[*]") or ():
        if item is UNKNOWN:
            unclear = True
        if not isinstance(item, Mapping):
            continue
        kind, on, group = item.get("logType"), item.get("enabled"), item.get("cloudwatchLogGroupArn")
        if UNKNOWN is kind or UNKNOWN is on:
            unclear = True
        elif truth(on) is not False and (group is UNKNOWN or group):
            wanted.discard(str(kind).upper())
    if not wanted:
        return PASS
    if unclear:
        return unknown("which logs it publishes is not known yet", "logPublishingOptions")
    return fail(f"logPublishingOptions lacks {', '.join(sorted(wanted))}", "logPublishingOptions")


def _log(kind: str, **more: object) -> dict[str, object]:
    return {"logType": kind, "cloudwatchLogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:search", **more}


LOGS = Rule(
    id="opensearch-logs",
    pack="hipaa",
    severity="medium",
    types=(DOMAIN,),
    what="A search domain publishes its application and audit logs.",
    why="Without the audit log nobody can say who searched for whom; without the other, why it failed.",
    fix=Fix(
        "Add log_publishing_options for ES_APPLICATION_LOGS and AUDIT_LOGS.",
        python='log_publishing_options=[{"log_type": "AUDIT_LOGS", "cloudwatch_log_group_arn": group.arn}, '
        '{"log_type": "ES_APPLICATION_LOGS", "cloudwatch_log_group_arn": group.arn}]',
        yaml="logPublishingOptions:\n"
        "  - {logType: AUDIT_LOGS, cloudwatchLogGroupArn: '${group.arn}'}\n"
        "  - {logType: ES_APPLICATION_LOGS, cloudwatchLogGroupArn: '${group.arn}'}",
    ),
    parameters=(Parameter("logs", ["ES_APPLICATION_LOGS", "AUDIT_LOGS"], "The types of log to publish.", "array"),),
    check=_published,
    passing=(
        {"logPublishingOptions": [_log("ES_APPLICATION_LOGS"), _log("AUDIT_LOGS", enabled=True)]},
        example(
            Given("aws:cloudwatch/logGroup:LogGroup", "group"),
            Given(
                DOMAIN,
                "search",
                {
                    "logPublishingOptions": [
                        {"logType": kind, "cloudwatchLogGroupArn": ref("group", "arn")}
                        for kind in ("AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS")
                    ]
                },
            ),
        ),
        example(
            Given(DOMAIN, "s", {"logPublishingOptions": [_log("AUDIT_LOGS")]}), parameters={"logs": ["AUDIT_LOGS"]}
        ),
    ),
    failing=(
        {},
        {"logPublishingOptions": [_log("ES_APPLICATION_LOGS")]},
        {"logPublishingOptions": [_log("ES_APPLICATION_LOGS"), _log("AUDIT_LOGS", enabled=False)]},
    ),
)

AT_REST = Rule(
    id="opensearch-at-rest",
    pack="hipaa",
    severity="critical",
    types=(DOMAIN,),
    what="A search domain is encrypted at rest.",
    why="Its indexes are copies of the text that is searched, and its snapshots are copies of them.",
    fix=Fix(
        "Set encrypt_at_rest with enabled, and a key of your own.",
        python='encrypt_at_rest={"enabled": True, "kms_key_id": key.arn}',
        yaml="encryptAtRest:\n  enabled: true\n  kmsKeyId: ${key.arn}",
    ),
    check=true("encryptAtRest.enabled"),
    passing=({"encryptAtRest": {"enabled": True}},),
    failing=({}, {"encryptAtRest": {"enabled": False}}),
)

HTTPS = Rule(
    id="opensearch-https",
    pack="hipaa",
    severity="high",
    types=(DOMAIN,),
    what="A search domain answers HTTPS only, with TLS 1.2 or later.",
    why="Queries and their results are PHI in clear text otherwise, or under ciphers that can be broken.",
    fix=Fix(
        "Set domain_endpoint_options with enforce_https and a tls_security_policy of TLS 1.2.",
        python='domain_endpoint_options={"enforce_https": True, '
        '"tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"}',
        yaml="domainEndpointOptions:\n  enforceHttps: true\n  tlsSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10",
    ),
    # Where the block stands, enforceHttps is true by default; without it AWS enforces nothing. The policy, which has to
    # be named, can stand nowhere else.
    check=all_of(
        not_false("domainEndpointOptions.enforceHttps"),
        matches(
            "domainEndpointOptions.tlsSecurityPolicy",
            r"^Policy-Min-TLS-1-[23]-",
            "it has to name a policy of TLS 1.2 or later, such as Policy-Min-TLS-1-2-PFS-2023-10",
        ),
    ),
    passing=(
        {"domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}},
        {"domainEndpointOptions": {"tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"}},
    ),
    failing=(
        {},
        {"domainEndpointOptions": {"enforceHttps": True}},
        {"domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}},
        {"domainEndpointOptions": {"enforceHttps": False, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}},
    ),
)

NODE_TO_NODE = Rule(
    id="opensearch-node-to-node",
    pack="hipaa",
    severity="high",
    types=(DOMAIN,),
    what="The nodes of a search domain speak TLS with each other.",
    why="Shards move between nodes all the time; without it they do so in clear text.",
    fix=Fix(
        "Set node_to_node_encryption with enabled.",
        python='node_to_node_encryption={"enabled": True}',
        yaml="nodeToNodeEncryption:\n  enabled: true",
    ),
    check=true("nodeToNodeEncryption.enabled"),
    passing=({"nodeToNodeEncryption": {"enabled": True}},),
    failing=({}, {"nodeToNodeEncryption": {"enabled": False}}),
)

IN_NETWORK = Rule(
    id="opensearch-vpc",
    pack="hipaa",
    severity="critical",
    types=(DOMAIN,),
    what="A search domain stands in a private network.",
    why="Without one its endpoint is on the internet, and one wrong access policy shows every index to everyone.",
    fix=Fix(
        "Set vpc_options with private subnets and a security group, when the domain is made.",
        python='vpc_options={"subnet_ids": subnet_ids, "security_group_ids": [group.id]}',
        yaml="vpcOptions:\n  subnetIds: ['${subnet.id}']\n  securityGroupIds: ['${group.id}']",
    ),
    check=present("vpcOptions.subnetIds"),
    passing=(
        {"vpcOptions": {"subnetIds": ["subnet-a"]}},
        example(
            Given("aws:ec2/subnet:Subnet", "subnet"),
            Given(DOMAIN, "search", {"vpcOptions": {"subnetIds": [ref("subnet")]}}),
        ),
    ),
    failing=({}, {"vpcOptions": {}}, {"vpcOptions": {"securityGroupIds": ["sg-1"]}}),
)
