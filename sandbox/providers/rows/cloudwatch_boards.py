"""CloudWatch's composite alarms and dashboards."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row

COMPOSITE = (
    "actionsSuppressor",
    "alarmActions",
    "alarmDescription",
    "alarmRule",
    "insufficientDataActions",
    "okActions",
)


def _put(at: At) -> None:
    """PutCompositeAlarm replaces the whole alarm; it ignores the tags of one that exists."""
    from sandbox.providers.aws.convert import request

    sent = {name: at.inputs[name] for name in (*COMPOSITE, "actionsEnabled", "alarmName") if name in at.inputs}
    shape = at.session.input_shape("cloudwatch", at.subject.region, "put_composite_alarm")
    at.call("put_composite_alarm", **request(sent, shape, FIELDS))


FIELDS = {"okActions": Field("OKActions")}

ROWS = (
    Row(
        type="aws:cloudwatch/compositeAlarm:CompositeAlarm",
        service="cloudwatch",
        verb_noun="CloudWatch Composite Alarm",
        create=Call("put_composite_alarm", sends=None),
        id="=alarmName",
        fields=FIELDS,
        read=Call(
            "describe_alarms",
            lambda s: {"AlarmNames": [s.id], "AlarmTypes": ["CompositeAlarm"]},
            answer="CompositeAlarms[0]",
        ),
        delete=Call("delete_alarms", lambda s: {"AlarmNames": [s.id]}),
        gone=("ResourceNotFound",),
        changes=(Change(COMPOSITE, "aws api: PutCompositeAlarm", _put),),
        tags="cloudwatch",
        defaults={"actionsEnabled": True},
        outputs={"arn": "AlarmArn"},
        extended="kept and evaluated by us; actions are not carried out",
    ),
    Row(
        type="aws:cloudwatch/dashboard:Dashboard",
        service="cloudwatch",
        verb_noun="CloudWatch Dashboard",
        create=Call("put_dashboard", sends=("dashboardBody", "dashboardName")),
        id="=dashboardName",
        read=Call("get_dashboard", lambda s: {"DashboardName": s.id}),
        delete=Call("delete_dashboards", lambda s: {"DashboardNames": [s.id]}),
        gone=("ResourceNotFound", "DashboardNotFoundError"),
        changes=(
            Change(
                ("dashboardBody",),
                "aws api: PutDashboard",
                Call("put_dashboard", lambda s: {"DashboardName": s.id}),
            ),
        ),
        documents=("dashboardBody",),
        outputs={"dashboardArn": "DashboardArn"},
    ),
)
