"""The way from the edge to the database, hop by hop."""

from typing import Any

from infra.cloudflare_addresses import EDGE_IPV4
from model.values import truth
from policies import path_hops as hops
from policies.asking import ask
from policies.balancers import BALANCER, LISTENER, TARGET_GROUP
from policies.case import Case
from policies.databases import CLUSTER, INSTANCE
from policies.edge import BALANCER as EDGE_BALANCER
from policies.edge import RECORD
from policies.examples import Example, Given, Ref, example, ref
from policies.path_walk import POOL, SERVICE, Way, way
from policies.reach import GROUP, INGRESS_RULE
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, unknown

EDGE_IPV6 = (
    "2400:cb00::/32",
    "2405:8100::/32",
    "2405:b500::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
)
"""Cloudflare, "IP ranges", IPv6 list, read 2026-11."""

DNS, EDGE_TLS, PULL = "1 (DNS record)", "2 (edge TLS)", "3 (origin pull)"
LISTENS, DOOR, TASK = "4 (load balancer)", "5 (load balancer's security group)", "6 (task's security group)"
STORE, STORE_TLS = "7 (database's security group)", "8 (database TLS)"


def _every_hop(case: Case) -> Verdict:
    """Each hop that the resource is part of; the first that is broken is named."""
    walked = way(case.view)
    certain = _hops(case, walked)
    if not certain and not walked.unclear:
        return NOT_APPLICABLE
    verdicts = [(name, ask(lambda one, hop=hop: hop(one, walked), case)) for name, hop in certain or _any(case)]
    for outcome in ("fail", "unknown"):
        for name, verdict in verdicts:
            if verdict.outcome != outcome:
                continue
            if walked.unclear and name not in (EDGE_TLS, PULL):
                return unknown(f"what stands on the way is not known yet; hop {name}: {verdict.message}", verdict.path)
            return Verdict(verdict.outcome, f"hop {name} is broken: {verdict.message}", verdict.path)
    if certain and any(verdict.outcome == "pass" for _, verdict in verdicts):
        return PASS
    return NOT_APPLICABLE


def _hops(case: Case, walked: Way) -> list[tuple[str, hops.Hop]]:
    """The hops that the resource is certainly part of."""
    one, kind = case.resource, case.resource.kind
    if kind == EDGE_BALANCER or (kind == RECORD and one.urn in walked.origins):
        # An origin's own record is no entrance: the zone's settings are asked of what users reach.
        entrance = kind == EDGE_BALANCER or truth(one.at("proxied")) is True
        return [(DNS, hops.dns), *(((EDGE_TLS, hops.edge_tls), (PULL, hops.edge_certificate)) if entrance else ())]
    if kind == LISTENER and one in walked.listeners:
        return [(PULL, hops.certificate_asked), (LISTENS, hops.listener_tls)]
    if kind == GROUP:
        return [
            *([(DOOR, hops.from_the_edge)] if one.urn in walked.balancer_groups else []),
            *([(TASK, hops.from_the_balancer)] if one.urn in walked.door_groups else []),
            *([(STORE, hops.from_tasks)] if walked.databases_of(one) else []),
        ]
    if kind in (CLUSTER, INSTANCE) and one.urn in walked.databases:
        return [(STORE_TLS, hops.database_tls)]
    return []


def _any(case: Case) -> list[tuple[str, hops.Hop]]:
    """The hops that it may be part of, where some link is not known."""
    asked: dict[str, list[tuple[str, hops.Hop]]] = {
        RECORD: [(DNS, hops.dns)],
        LISTENER: [(PULL, hops.certificate_asked), (LISTENS, hops.listener_tls)],
        GROUP: [(DOOR, hops.from_the_edge), (TASK, hops.from_the_balancer), (STORE, hops.from_tasks)],
        CLUSTER: [(STORE_TLS, hops.database_tls)],
        INSTANCE: [(STORE_TLS, hops.database_tls)],
    }
    return asked.get(case.resource.kind, [])


SETTING, PULLS = hops.SETTING, hops.PULLS
_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_VERIFY = {"mode": "verify", "trustStoreArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/edge"}


def _rule(group: str, port: int, **source: object) -> dict[str, object]:
    return {"securityGroupId": ref(group), "ipProtocol": "tcp", "fromPort": port, "toPort": port, **source}


_PATH: dict[str, tuple[str, dict[str, Any]]] = {
    "app": (
        EDGE_BALANCER,
        {"zoneId": "a-zone", "name": "app.example.com", "proxied": True, "defaultPools": [ref("pool")]},
    ),
    "pool": (POOL, {"origins": [{"address": "origin.example.com", "enabled": True}]}),
    "min-tls": (SETTING, {"zoneId": "a-zone", "settingId": "min_tls_version", "value": "1.2"}),
    "ssl": (SETTING, {"zoneId": "a-zone", "settingId": "ssl", "value": "strict"}),
    "pulls": (PULLS, {"zoneId": "a-zone", "enabled": True}),
    "origin": (
        RECORD,
        {
            "name": "origin.example.com",
            "content": ref("web", "dnsName"),
            "proxied": False,
        },
    ),
    "web": (BALANCER, {"securityGroups": [ref("web-group")]}),
    "https": (
        LISTENER,
        {
            "loadBalancerArn": ref("web", "arn"),
            "protocol": "HTTPS",
            "sslPolicy": _TLS,
            "mutualAuthentication": _VERIFY,
            "defaultActions": [{"type": "forward", "targetGroupArn": ref("targets", "arn")}],
        },
    ),
    "web-group": (GROUP, {}),
    "from-edge": (INGRESS_RULE, _rule("web-group", 443, cidrIpv4="104.16.0.0/13")),
    "targets": (TARGET_GROUP, {}),
    "service": (
        SERVICE,
        {
            "loadBalancers": [{"targetGroupArn": ref("targets", "arn"), "containerPort": 8080}],
            "networkConfiguration": {"securityGroups": [ref("task-group")]},
        },
    ),
    "task-group": (GROUP, {}),
    "from-web": (INGRESS_RULE, _rule("task-group", 8080, referencedSecurityGroupId=ref("web-group"))),
    "database": (
        CLUSTER,
        {
            "engine": "aurora-postgresql",
            "vpcSecurityGroupIds": [ref("database-group")],
            "dbClusterParameterGroupName": ref("parameters", "name"),
        },
    ),
    "parameters": (
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        {"family": "aurora-postgresql17", "parameters": [{"name": "rds.force_ssl", "value": "1"}]},
    ),
    "database-group": (GROUP, {}),
    "from-task": (INGRESS_RULE, _rule("database-group", 5432, referencedSecurityGroupId=ref("task-group"))),
}


_EDGE = ("app", "min-tls", "ssl", "pulls")
_DOOR = ("origin", "web", "https")
_DOOR_GROUP = ("origin", "web", "web-group", "from-edge")
_TASKS = (*_DOOR, "web-group", "from-edge", "targets", "service", "task-group", "from-web")
_STORE = (*_TASKS, "database", "parameters", "database-group", "from-task")


def _path(*names: str, note: str = "", **changed: dict[str, Any]) -> Example:
    """The way, or what is named of it, with what is changed (`from_edge={"cidrIpv4": …}`)."""
    chosen, listed = names or tuple(_PATH), []
    for name in chosen:
        type_, props = _PATH[name]
        given = {**props, **changed.get(name.replace("-", "_"), {})}
        listed.append(Given(type_, name, {key: _within(value, chosen) for key, value in given.items()}))
    return example(*listed, note=note)


def _within(value: Any, names: tuple[str, ...]) -> Any:
    """What the example leaves out stands elsewhere, under an id."""
    if isinstance(value, Ref):
        return value if value.name in names else f"{value.name}-elsewhere"
    if isinstance(value, dict):
        return {key: _within(item, names) for key, item in value.items()}
    return [_within(item, names) for item in value] if isinstance(value, list) else value


EVERY_HOP = Rule(
    id="path-every-hop",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    # A first preview does not know every address, and what a stack alone does not show is asked over all of them.
    unknown_blocks=False,
    across=True,
    types=(EDGE_BALANCER, RECORD, LISTENER, GROUP, CLUSTER, INSTANCE),
    what="Every hop from the edge to the database is closed to all but the hop before it, and encrypted.",
    why="The way is as strong as its weakest hop, and the hops stand in different stacks of two providers, where "
    "nobody sees all of them at once.",
    fix=Fix(
        "Mend the hop that the finding names: 1 proxied; 2 the zone's ssl strict and min_tls_version 1.2; 3 "
        "AuthenticatedOriginPullsSettings at the edge and mutual_authentication with a trust store at the listener; 4 "
        "ssl_policy; 5 the edge's networks only; 6 the load balancer's group only; 7 the tasks' group, on the "
        "database's port; 8 rds.force_ssl.",
        python="""\
cloudflare.LoadBalancer("app", zone_id=zone_id, name=host, proxied=True, default_pools=[pool.id], fallback_pool=pool.id)
cloudflare.ZoneSetting("ssl", zone_id=zone_id, setting_id="ssl", value="strict")
cloudflare.AuthenticatedOriginPullsSettings("pulls", zone_id=zone_id, enabled=True)
aws.lb.Listener("https", load_balancer_arn=web.arn, port=443, protocol="HTTPS", default_actions=actions,
    ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    mutual_authentication={"mode": "verify", "trust_store_arn": store.arn})
aws.vpc.SecurityGroupIngressRule("edge", security_group_id=web_group.id, prefix_list_id=edge.id,
    ip_protocol="tcp", from_port=443, to_port=443)
aws.vpc.SecurityGroupIngressRule("web", security_group_id=task_group.id, referenced_security_group_id=web_group.id,
    ip_protocol="tcp", from_port=8080, to_port=8080)
aws.vpc.SecurityGroupIngressRule("task", security_group_id=database_group.id,
    referenced_security_group_id=task_group.id, ip_protocol="tcp", from_port=5432, to_port=5432)
aws.rds.ClusterParameterGroup("tls", family="aurora-postgresql17",
    parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"}])""",
        yaml="""\
- {type: "cloudflare:LoadBalancer", properties: {proxied: true}}
- {type: "cloudflare:ZoneSetting", properties: {settingId: ssl, value: strict}}
- {type: "cloudflare:AuthenticatedOriginPullsSettings", properties: {enabled: true}}
- type: aws:lb:Listener
  properties:
    protocol: HTTPS
    sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
    mutualAuthentication: {mode: verify, trustStoreArn: "${store.arn}"}
- type: aws:vpc:SecurityGroupIngressRule
  properties: {securityGroupId: "${webGroup.id}", prefixListId: "${edge.id}"}
- type: aws:vpc:SecurityGroupIngressRule
  properties: {securityGroupId: "${taskGroup.id}", referencedSecurityGroupId: "${webGroup.id}"}
- type: aws:vpc:SecurityGroupIngressRule
  properties: {securityGroupId: "${databaseGroup.id}", referencedSecurityGroupId: "${taskGroup.id}"}
- type: aws:rds:ClusterParameterGroup
  properties: {parameters: [{name: rds.force_ssl, value: "1"}]}""",
    ),
    parameters=(
        Parameter(
            "edge_networks",
            [*EDGE_IPV4, *EDGE_IPV6],
            "Networks that the edge connects from.",
            "array",
        ),
    ),
    check=_every_hop,
    # The tests break every hop of this program's own stacks, in more ways than stand here.
    passing=(
        _path(note="the whole way"),
        _path(*_DOOR_GROUP, origin={"proxied": False}, note="a site's stack: the edge's part stands in another"),
        example(Given(GROUP, "free", {"ingress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]}), note="no way"),
    ),
    failing=(
        _path(*_EDGE, app={"proxied": False}, note="hop 1"),
        _path("app", "pool", "origin", "web", app={"proxied": None}, note="hop 1"),
        _path(*_EDGE, min_tls={"value": "1.1"}, note="hop 2"),
        _path("app", "min-tls", "ssl", note="hop 3, at the edge"),
        _path(*_DOOR, https={"mutualAuthentication": {"mode": "off"}}, note="hop 3, at the load balancer"),
        _path(*_DOOR, https={"sslPolicy": "ELBSecurityPolicy-2016-08"}, note="hop 4"),
        _path(*_DOOR_GROUP, from_edge={"cidrIpv4": "0.0.0.0/0"}, note="hop 5"),
        _path(*_TASKS, from_web={"referencedSecurityGroupId": None, "cidrIpv4": "10.0.0.0/8"}, note="hop 6"),
        _path(*_STORE, from_task={"toPort": 65535}, note="hop 7"),
        _path(
            *_DOOR,
            "targets",
            "service",
            "database",
            database={"dbClusterParameterGroupName": "default.aurora-postgresql17"},
            note="hop 8",
        ),
    ),
)
