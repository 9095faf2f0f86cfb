"""Scalable targets, their policies and scheduled actions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace

PLACE = ("resourceId", "scalableDimension", "serviceNamespace")


def _place(subject: Subject) -> dict[str, Any]:
    return {
        "ServiceNamespace": subject.value("serviceNamespace"),
        "ResourceId": subject.value("resourceId"),
        "ScalableDimension": subject.value("scalableDimension"),
    }


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _put_policy(at: At) -> str:
    _change_policy(at)
    return str(at.inputs["name"])


def _change_policy(at: At) -> None:
    from sandbox.providers.aws.convert import request

    shape = at.session.input_shape(at.service, at.subject.region, "put_scaling_policy")
    at.call("put_scaling_policy", **request(at.inputs, shape, POLICY_FIELDS))


def _put_action(at: At) -> str:
    _change_action(at)
    inputs = at.inputs
    return "-".join([inputs["name"], inputs["serviceNamespace"], inputs["resourceId"]])


def _change_action(at: At) -> None:
    from sandbox.providers.aws.convert import request

    shape = at.session.input_shape(at.service, at.subject.region, "put_scheduled_action")
    at.call("put_scheduled_action", **request(at.inputs, shape, ACTION_FIELDS))


def _named(member: str) -> Callable[[At, Found], Found]:
    """Picks one by name: moto does not filter by it."""

    def pick(at: At, found: Found) -> Found:
        name = at.subject.value("name") or at.id
        one = next((item for item in found["found"] if item[member] == name), None)
        return {"found": one, **(one or {})}

    return pick


def _target_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names a target `<namespace>/<resource id>/<dimension>`."""
    namespace, _, rest = subject.id.partition("/")
    resource, _, dimension = rest.rpartition("/")
    return {"serviceNamespace": namespace, "resourceId": resource, "scalableDimension": dimension}


def _policy_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names a policy `<namespace>/<resource id>/<dimension>/<name>`."""
    place, _, name = subject.id.rpartition("/")
    return {**_target_from_id(replace(subject, id=place)), "name": name} if place else {}


POLICY_FIELDS = {
    "name": Field("PolicyName"),
    "stepScalingPolicyConfiguration": Field(nested={}),
}
ACTION_FIELDS = {
    "name": Field("ScheduledActionName"),
    "startTime": Field(encode=_time),
    "endTime": Field(encode=_time),
}

ROWS = (
    Row(
        type="aws:appautoscaling/target:Target",
        service="application-autoscaling",
        verb_noun="Application AutoScaling Target",
        create=Call("register_scalable_target", sends=None),
        id="=resourceId",
        read=Call(
            "describe_scalable_targets",
            lambda s: {
                "ServiceNamespace": s.value("serviceNamespace"),
                "ResourceIds": [s.value("resourceId")],
                "ScalableDimension": s.value("scalableDimension"),
            },
            answer="ScalableTargets[0]",
        ),
        gone=("ObjectNotFoundException",),
        delete=Call("deregister_scalable_target", _place),
        fields={"roleArn": Field("RoleARN")},
        changes=(
            Change(
                ("minCapacity", "maxCapacity", "roleArn", "suspendedState"),
                "aws api: RegisterScalableTarget",
                Call("register_scalable_target", _place, sends=("minCapacity", "maxCapacity")),
            ),
        ),
        local=(
            InPlace(
                ("tags",), "aws api: TagResource; moto keeps no tags of a target, so they change in the state alone"
            ),
        ),
        fixed=("resourceId",),
        computed=("roleArn", "suspendedState"),
        outputs={"arn": "ScalableTargetARN"},
        extended="min above max is refused, and the ECS service's `desiredCount` is moved into the range",
        import_parts=_target_from_id,
        own_id=lambda at: str(at.inputs["resourceId"]),
    ),
    Row(
        type="aws:appautoscaling/policy:Policy",
        service="application-autoscaling",
        verb_noun="Application Auto Scaling Scaling Policy",
        create=_put_policy,
        read=Call(
            "describe_scaling_policies",
            lambda s: {**_place(s), "PolicyNames": [s.value("name") or s.id]},
            answer="{found: ScalingPolicies}",
        ),
        also_read=(_named("PolicyName"),),
        gone_states=("found", (None,)),
        gone=("ObjectNotFoundException",),
        delete=Call("delete_scaling_policy", lambda s: {**_place(s), "PolicyName": s.value("name") or s.id}),
        fields=POLICY_FIELDS,
        changes=(
            Change(
                (
                    "policyType",
                    "stepScalingPolicyConfiguration",
                    "targetTrackingScalingPolicyConfiguration",
                    "predictiveScalingPolicyConfiguration",
                ),
                "aws api: PutScalingPolicy",
                _change_policy,
            ),
        ),
        auto_name=AutoName("name", 255),
        defaults={"policyType": "StepScaling"},
        outputs={"arn": "PolicyARN", "alarmArns": "Alarms[].AlarmARN"},
        import_parts=_policy_from_id,
        own_id=lambda at: str(at.inputs["name"]),
    ),
    Row(
        type="aws:appautoscaling/scheduledAction:ScheduledAction",
        service="application-autoscaling",
        verb_noun="Application Auto Scaling Scheduled Action",
        create=_put_action,
        read=Call(
            "describe_scheduled_actions",
            lambda s: {**_place(s), "ScheduledActionNames": [s.value("name")]},
            answer="{found: ScheduledActions}",
        ),
        also_read=(_named("ScheduledActionName"),),
        gone_states=("found", (None,)),
        gone=("ObjectNotFoundException",),
        delete=Call("delete_scheduled_action", lambda s: {**_place(s), "ScheduledActionName": s.value("name")}),
        fields=ACTION_FIELDS,
        changes=(
            Change(
                ("endTime", "scalableTargetAction", "schedule", "startTime", "timezone"),
                "aws api: PutScheduledAction",
                _change_action,
            ),
        ),
        auto_name=AutoName("name", 255),
        defaults={"timezone": "UTC"},
        outputs={"arn": "ScheduledActionARN"},
    ),
)
