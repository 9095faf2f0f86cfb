"""Finders of what runs, and of what leads to it, watches it and speaks for it."""

import json

from operations.adoption.finders import Again, Asked, AtTheEdge, Begun, Finder, Listed, Named
from operations.adoption.search import pages


def _certificates(begun: Begun) -> list[str]:
    """Of the same host there may be one that is not ours: the tags tell."""
    found = []
    for page in pages("acm", begun.region, "list_certificates", {}):
        for item in page["CertificateSummaryList"]:
            if item["DomainName"] != begun.inputs.get("domainName"):
                continue
            arn = str(item["CertificateArn"])
            listed = pages("acm", begun.region, "list_tags_for_certificate", {"CertificateArn": arn})
            tags = {tag["Key"]: tag.get("Value", "") for more in listed for tag in more["Tags"]}
            if all(tags.get(name) == value for name, value in (begun.inputs.get("tags") or {}).items()):
                found.append(arn)
    return found


def _permissions(begun: Begun) -> list[str]:
    """A statement of the function's policy, whose id the provider made up."""
    function = str(begun.inputs.get("function"))
    found = []
    for page in pages("lambda", begun.region, "get_policy", {"FunctionName": function}):
        for statement in json.loads(page["Policy"])["Statement"]:
            principal = statement.get("Principal") or {}
            who = principal.get("Service") or principal.get("AWS") if isinstance(principal, dict) else principal
            if (statement.get("Action"), who) == (begun.inputs.get("action"), begun.inputs.get("principal")):
                found.append(f"{function}/{statement['Sid']}")
    return found


SCALED = "{serviceNamespace}/{resourceId}/{scalableDimension}"

FINDERS: dict[str, Finder] = {
    "aws:acm/certificate:Certificate": Asked(_certificates),
    "aws:acm/certificateValidation:CertificateValidation": Again("it only waits"),
    "aws:appautoscaling/policy:Policy": Named(SCALED + "/{name}"),
    "aws:appautoscaling/scheduledAction:ScheduledAction": Again("PutScheduledAction"),
    "aws:appautoscaling/target:Target": Named(SCALED),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Named("{alarmName}"),
    "aws:cloudwatch/dashboard:Dashboard": Named("{dashboardName}"),
    "aws:cloudwatch/eventRule:EventRule": Named("{name}"),
    "aws:cloudwatch/eventTarget:EventTarget": Listed(
        "events",
        "list_targets_by_rule",
        "Targets",
        "Id",
        given={"Rule": "{rule}"},
        like={"Arn": "{arn}"},
        import_as="{rule}/{id}",
    ),
    "aws:cloudwatch/logGroup:LogGroup": Named("{name}"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Named("{logGroupName}:{name}"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Again("PutResourcePolicy"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Named("{name}"),
    "aws:ecs/cluster:Cluster": Listed(
        "ecs",
        "describe_clusters",
        "clusters[?status=='ACTIVE']",
        "clusterArn",
        given={"clusters": ["{name}"]},
        import_as="{name}",
    ),
    "aws:ecs/service:Service": Listed(
        "ecs",
        "describe_services",
        "services[?status=='ACTIVE']",
        "serviceArn",
        given={"cluster": "{cluster}", "services": ["{name}"]},
        import_as="{cluster}/{name}",
    ),
    "aws:ecs/taskDefinition:TaskDefinition": Listed(
        "ecs",
        "list_task_definitions",
        "taskDefinitionArns",
        given={"familyPrefix": "{family}", "sort": "DESC"},
    ),
    "aws:iam/role:Role": Named("{name}"),
    "aws:iam/rolePolicy:RolePolicy": Named("{role}:{name}"),
    "aws:lambda/function:Function": Named("{name}"),
    "aws:lambda/permission:Permission": Asked(_permissions),
    "aws:lb/listener:Listener": Listed(
        "elbv2",
        "describe_listeners",
        "Listeners",
        "ListenerArn",
        given={"LoadBalancerArn": "{loadBalancerArn}"},
        like={"Port": "{port:g}"},
    ),
    "aws:lb/listenerRule:ListenerRule": Listed(
        "elbv2",
        "describe_rules",
        "Rules",
        "RuleArn",
        given={"ListenerArn": "{listenerArn}"},
        like={"Priority": "{priority:g}"},
    ),
    "aws:lb/loadBalancer:LoadBalancer": Listed(
        "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn", given={"Names": ["{name}"]}
    ),
    "aws:lb/targetGroup:TargetGroup": Listed(
        "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn", given={"Names": ["{name}"]}
    ),
    "aws:lb/trustStore:TrustStore": Listed(
        "elbv2", "describe_trust_stores", "TrustStores", "TrustStoreArn", given={"Names": ["{name}"]}
    ),
    "aws:servicediscovery/httpNamespace:HttpNamespace": Listed(
        "servicediscovery",
        "list_namespaces",
        "Namespaces[?Type=='HTTP']",
        "Id",
        like={"Name": "{name}"},
    ),
    "aws:sns/topic:Topic": Named("arn:aws:sns:{region}:{account}:{name}"),
    "aws:sns/topicSubscription:TopicSubscription": Listed(
        "sns",
        "list_subscriptions_by_topic",
        # One that nobody has confirmed has no ARN yet; subscribing the same endpoint again is the same subscription.
        "Subscriptions[?starts_with(SubscriptionArn, 'arn:')]",
        "SubscriptionArn",
        given={"TopicArn": "{topic}"},
        like={"Protocol": "{protocol}", "Endpoint": "{endpoint}"},
    ),
    "aws:sqs/queue:Queue": Listed("sqs", "get_queue_url", "[@]", "QueueUrl", given={"QueueName": "{name}"}),
    "aws:sqs/queuePolicy:QueuePolicy": Again("SetQueueAttributes"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Again("SetQueueAttributes"),
    "aws:synthetics/canary:Canary": Named("{name}"),
    "aws:wafv2/webAcl:WebAcl": Listed(
        "wafv2",
        "list_web_acls",
        "WebACLs",
        "Id",
        given={"Scope": "{scope}"},
        like={"Name": "{name}"},
        import_as="{id}/{name}/{scope}",
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Again("AssociateWebACL"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Again("PutLoggingConfiguration"),
    "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings": Again("a zone's setting"),
    "cloudflare:index/dnsRecord:DnsRecord": AtTheEdge(
        "/zones/{zoneId}/dns_records?per_page=5000",
        {"name": "{name}", "type": "{type}"},
        "{zoneId}/{id}",
    ),
    "cloudflare:index/loadBalancer:LoadBalancer": AtTheEdge(
        "/zones/{zoneId}/load_balancers", {"name": "{name}"}, "{zoneId}/{id}"
    ),
    "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor": AtTheEdge(
        "/accounts/{accountId}/load_balancers/monitors", {"header.Host[0]": "{header[Host][0]}"}, "{accountId}/{id}"
    ),
    "cloudflare:index/loadBalancerPool:LoadBalancerPool": AtTheEdge(
        "/accounts/{accountId}/load_balancers/pools", {"name": "{name}"}, "{accountId}/{id}"
    ),
    "cloudflare:index/ruleset:Ruleset": AtTheEdge(
        "/zones/{zoneId}/rulesets", {"name": "{name}", "phase": "{phase}"}, "zones/{zoneId}/{id}"
    ),
    "cloudflare:index/tieredCache:TieredCache": Again("a zone's setting"),
    "cloudflare:index/zoneSetting:ZoneSetting": Again("a zone's setting"),
    "random:index/randomPassword:RandomPassword": Again("it exists in the state alone"),
}
