"""Cloud Map namespaces. Names are kept, not resolved: see `docs/sandbox.md`."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Refused


def _create(at: At) -> str:
    tags = [{"Key": key, "Value": value} for key, value in (at.inputs.get("tags") or {}).items()]
    given = {"Name": at.inputs["name"], **({"Tags": tags} if tags else {})}
    if at.inputs.get("description"):
        given["Description"] = at.inputs["description"]
    made = at.call("create_http_namespace", **given)
    operation = at.call("get_operation", OperationId=made["OperationId"])["Operation"]
    if operation["Status"] != "SUCCESS":
        raise Refused(f"unexpected state '{operation['Status']}', wanted target 'SUCCESS'")
    return str(operation["Targets"]["NAMESPACE"])


def _description(at: At) -> None:
    change = {"Description": at.inputs.get("description", "")}
    at.call("update_http_namespace", Id=at.id, Namespace=change)


ROWS = (
    Row(
        type="aws:servicediscovery/httpNamespace:HttpNamespace",
        service="servicediscovery",
        verb_noun="Service Discovery HTTP Namespace",
        create=_create,
        read=Call("get_namespace", lambda s: {"Id": s.id}, answer="Namespace"),
        gone=("NamespaceNotFound",),
        delete=Call("delete_namespace", lambda s: {"Id": s.id}),
        changes=(Change(("description",), "aws api: UpdateHttpNamespace", _description),),
        fields={"httpName": Field(found="Properties.HttpProperties.HttpName")},
        tags="servicediscovery",
        fixed=("name",),
        outputs={"arn": "Arn"},
    ),
)
