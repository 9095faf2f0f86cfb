"""ECS clusters, task definitions and services."""

import json
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row, Wait, pick
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Refused, Subject
from sandbox.providers.rules import AutoName, InPlace


def _containers(text: str) -> list[dict[str, Any]]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Refused(f"ECS Task Definition container_definitions is invalid: {error}") from None
    if not isinstance(value, list):
        raise Refused("ECS Task Definition container_definitions is invalid: it is no list of containers")
    return value


def _deployment(subject: Subject) -> dict[str, Any]:
    inputs = subject.inputs
    made: dict[str, Any] = {}
    if inputs.get("deploymentMaximumPercent") is not None:
        made["maximumPercent"] = inputs["deploymentMaximumPercent"]
    if inputs.get("deploymentMinimumHealthyPercent") is not None:
        made["minimumHealthyPercent"] = inputs["deploymentMinimumHealthyPercent"]
    breaker = inputs.get("deploymentCircuitBreaker")
    if breaker:
        made["deploymentCircuitBreaker"] = {"enable": breaker["enable"], "rollback": breaker["rollback"]}
    alarms = inputs.get("alarms")
    if alarms:
        made["alarms"] = {
            "alarmNames": alarms["alarmNames"],
            "enable": alarms["enable"],
            "rollback": alarms["rollback"],
        }
    return {"deploymentConfiguration": made} if made else {}


def _awsvpc(value: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "subnets": value["subnets"],
        "assignPublicIp": "ENABLED" if value.get("assignPublicIp") else "DISABLED",
    }
    if value.get("securityGroups"):
        made["securityGroups"] = value["securityGroups"]
    return {"awsvpcConfiguration": made}


def _from_awsvpc(value: dict[str, Any]) -> dict[str, Any] | None:
    found = value.get("awsvpcConfiguration")
    if not found:
        return None
    return {
        "subnets": found.get("subnets", []),
        "securityGroups": found.get("securityGroups", []),
        "assignPublicIp": found.get("assignPublicIp") == "ENABLED",
    }


def _cluster_of(subject: Subject) -> str:
    """The service's cluster: as given, or from the service's ARN."""
    asked = subject.value("cluster")
    if asked:
        return str(asked)
    parts = subject.id.split("/")
    return parts[1] if len(parts) == 3 else "default"


def _service(subject: Subject) -> dict[str, Any]:
    return {"cluster": _cluster_of(subject), "service": subject.id}


def _remove(at: At) -> None:
    """A service is drained before it goes, as the real provider does it."""
    daemon = at.subject.value("schedulingStrategy") == "DAEMON"
    if not daemon and not at.subject.value("forceDelete"):
        at.call("update_service", **_service(at.subject), desiredCount=0)
    at.call("delete_service", **_service(at.subject), force=bool(at.subject.value("forceDelete")))


def _deregister(at: At) -> None:
    if at.subject.value("skipDestroy"):
        return
    try:
        at.call("deregister_task_definition", taskDefinition=at.subject.outputs.get("arn") or at.id)
    except Failed as failed:
        if "in the process of being deleted" not in str(failed) and "not found" not in str(failed).lower():
            raise


def _task_definition(subject: Subject, found: dict[str, Any]) -> str | None:
    """A program may name the task definition by family and revision, or by ARN."""
    arn = found.get("taskDefinition")
    asked = subject.value("taskDefinition")
    if isinstance(asked, str) and isinstance(arn, str) and not asked.startswith("arn:"):
        family = arn.rsplit("/", 1)[-1]
        return family if ":" in asked else family.split(":", 1)[0]
    return arn


def _cluster_name(subject: Subject, found: dict[str, Any]) -> str | None:
    arn, asked = found.get("clusterArn"), subject.value("cluster")
    if isinstance(asked, str) and isinstance(arn, str) and not asked.startswith("arn:"):
        return arn.rsplit("/", 1)[-1]
    return arn


def _own_cluster(at: At) -> str | None:
    """An import names the cluster."""
    found = at.call("describe_clusters", clusters=[at.id])["clusters"]
    return str(found[0]["clusterArn"]) if found else None


def _service_from_id(subject: Subject) -> dict[str, Any]:
    """An import names it `<cluster>/<service>`; the cluster may be an ARN, which has slashes of its own."""
    cluster, _, _name = subject.id.rpartition("/")
    return {"cluster": subject.inputs.get("cluster") or cluster} if cluster else {}


def _own_service(at: At) -> str | None:
    found = at.call("describe_services", cluster=_cluster_of(at.subject), services=[at.id.rpartition("/")[2]])
    return str(found["services"][0]["serviceArn"]) if found["services"] else None


ROWS = (
    Row(
        type="aws:ecs/cluster:Cluster",
        service="ecs",
        verb_noun="ECS Cluster",
        create=Call("create_cluster", sends=None),
        id="cluster.clusterArn",
        fields={"name": Field("clusterName"), "serviceConnectDefaults": Field()},
        read=Call(
            "describe_clusters",
            lambda s: {"clusters": [s.id], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
            answer="clusters[0]",
        ),
        gone=("ClusterNotFoundException",),
        gone_states=("status", ("INACTIVE",)),
        delete=Call("delete_cluster", lambda s: {"cluster": s.id}),
        wait=Wait("status", ("ACTIVE",), failed=("FAILED",)),
        waits_gone=True,
        changes=(
            Change(
                ("settings", "configuration", "serviceConnectDefaults"),
                "aws api: UpdateCluster",
                Call("update_cluster", lambda s: {"cluster": s.id}, sends=("settings",)),
            ),
        ),
        tags="ecs",
        auto_name=AutoName("name", 255),
        computed=("settings",),
        outputs={"arn": "clusterArn"},
        own_id=_own_cluster,
    ),
    Row(
        type="aws:ecs/taskDefinition:TaskDefinition",
        service="ecs",
        verb_noun="ECS Task Definition",
        create=Call("register_task_definition", sends=None),
        id="taskDefinition.family",
        fields={
            "containerDefinitions": Field(encode=_containers, found="-"),
            "ephemeralStorage": Field(nested={"sizeInGib": "sizeInGiB"}),
            "volumes": Field(found="-", nested={"hostPath": "host"}),
            "placementConstraints": Field(),
        },
        read=Call(
            "describe_task_definition",
            # A family alone means its latest revision; the state's own is asked for by ARN.
            lambda s: {"taskDefinition": s.value("arn") or s.id},
            answer="taskDefinition",
        ),
        gone=("ClientException",),
        gone_states=("status", ("INACTIVE", "DELETE_IN_PROGRESS")),
        delete=_deregister,
        local=(InPlace(("skipDestroy", "trackLatest"), "provider: read at another call only"),),
        tags="ecs",
        documents=("containerDefinitions",),
        defaults={"skipDestroy": False, "trackLatest": False},
        computed=("networkMode", "enableFaultInjection", "placementConstraints", "volumes"),
        outputs={
            "arn": "taskDefinitionArn",
            "arnWithoutRevision": lambda _s, f: f["taskDefinitionArn"].rsplit(":", 1)[0],
            "containerDefinitions": lambda s, f: (
                s.value("containerDefinitions") or json.dumps(f["containerDefinitions"], default=str)
            ),
        },
        import_parts=lambda s: {"arn": s.id} if s.id.startswith("arn:") else {},
        own_id=lambda at: at.id.rpartition("/")[2].partition(":")[0],
    ),
    Row(
        type="aws:ecs/service:Service",
        service="ecs",
        verb_noun="ECS Service",
        create=Call("create_service", _deployment, sends=None),
        id="service.serviceArn",
        fields={
            "name": Field("serviceName"),
            "iamRole": Field("role", found="-"),
            "networkConfiguration": Field(encode=_awsvpc, decode=_from_awsvpc),
            "loadBalancers": Field(nested={"elbName": "loadBalancerName"}),
            "deploymentConfiguration": Field("-", found="-"),
            "capacityProviderStrategies": Field("capacityProviderStrategy"),
            "orderedPlacementStrategies": Field("placementStrategy"),
            "enableEcsManagedTags": Field("enableECSManagedTags"),
            "deploymentCircuitBreaker": Field("-", found="deploymentConfiguration.deploymentCircuitBreaker"),
            "deploymentMaximumPercent": Field("-", found="deploymentConfiguration.maximumPercent"),
            "deploymentMinimumHealthyPercent": Field("-", found="deploymentConfiguration.minimumHealthyPercent"),
            "alarms": Field("-", found="deploymentConfiguration.alarms"),
            "propagateTags": Field(decode=lambda value: None if value == "NONE" else value),
            "serviceConnectConfiguration": Field(found="-"),
            "cluster": Field(found="-"),
            "taskDefinition": Field(found="-"),
        },
        read=Call(
            "describe_services",
            lambda s: {"cluster": _cluster_of(s), "services": [s.id], "include": ["TAGS"]},
            answer="services[0]",
        ),
        gone=("ServiceNotFoundException", "ClusterNotFoundException"),
        gone_states=("status", ("INACTIVE", "DRAINING")),
        delete=_remove,
        waits_gone=True,
        changes=(
            Change(
                (
                    "availabilityZoneRebalancing",
                    "capacityProviderStrategies",
                    "desiredCount",
                    "enableEcsManagedTags",
                    "enableExecuteCommand",
                    "healthCheckGracePeriodSeconds",
                    "loadBalancers",
                    "networkConfiguration",
                    "orderedPlacementStrategies",
                    "placementConstraints",
                    "platformVersion",
                    "propagateTags",
                    "serviceConnectConfiguration",
                    "serviceRegistries",
                    "taskDefinition",
                    "deploymentCircuitBreaker",
                    "deploymentMaximumPercent",
                    "deploymentMinimumHealthyPercent",
                    "alarms",
                    "forceNewDeployment",
                    "triggers",
                ),
                "aws api: UpdateService",
                Call("update_service", lambda s: {**_service(s), **_deployment(s)}),
            ),
        ),
        local=(
            InPlace(("forceDelete", "sigintRollback", "waitForSteadyState"), "provider: read at another call only"),
        ),
        tags="ecs",
        auto_name=AutoName("name", 255),
        defaults={
            "deploymentMaximumPercent": 200,
            "deploymentMinimumHealthyPercent": 100,
            "enableEcsManagedTags": False,
            "enableExecuteCommand": False,
            "schedulingStrategy": "REPLICA",
            "waitForSteadyState": False,
        },
        computed=(
            "availabilityZoneRebalancing",
            "cluster",
            "iamRole",
            "launchType",
            "platformVersion",
            "deploymentConfiguration",
            "deploymentController",
        ),
        outputs={
            "arn": "serviceArn",
            "cluster": _cluster_name,
            "taskDefinition": _task_definition,
            "launchType": lambda _s, f: pick("launchType", f),
        },
        import_parts=_service_from_id,
        own_id=_own_service,
        extended="`runningCount` is what runs (`sandbox/tasks.py`), and a scalable target moves `desiredCount`",
    ),
)
