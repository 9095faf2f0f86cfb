"""Route tables, routes, their associations, and prefix lists."""

import zlib
from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field, lookup
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait, arn
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
TARGETS = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)


def _destination(subject: Subject) -> dict[str, Any]:
    names = {name: subject.value(name) for name in DESTINATIONS}
    return {name[0].upper() + name[1:]: value for name, value in names.items() if value}


def _make_route(at: At) -> str:
    at.call("create_route", RouteTableId=at.inputs["routeTableId"], **_destination(at.subject), **_target(at))
    return _route_id(at.subject)


def _target(at: At) -> dict[str, Any]:
    return {name[0].upper() + name[1:]: at.inputs[name] for name in TARGETS if at.inputs.get(name)}


def _replace_route(at: At) -> None:
    at.call("replace_route", RouteTableId=at.inputs["routeTableId"], **_destination(at.subject), **_target(at))


def _route_id(subject: Subject) -> str:
    """The id that the real provider makes up: the table and a checksum of the destination."""
    destination = next(iter(_destination(subject).values()), "")
    return f"r-{subject.value('routeTableId')}{zlib.crc32(str(destination).encode())}"


def _this_route(at: At, found: Found) -> Found:
    wanted = _destination(at.subject)
    for route in found.get("Routes", []):
        if all(route.get(name) == value for name, value in wanted.items()):
            return {"route": route}
    return {"route": None}


def _of_route(name: str) -> Any:
    return lambda _subject, found: lookup(found["route"], name)


def _route_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names a route `<table>_<destination>`."""
    table, _, destination = subject.id.partition("_")
    kind = "destinationPrefixListId" if destination.startswith("pl-") else DESTINATIONS[":" in destination]
    return {"routeTableId": table, kind: destination}


def _association_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names an association `<subnet>/<table>`."""
    subnet, _, table = subject.id.partition("/")
    return {"subnetId": subnet, "routeTableId": table} if table else {}


def _own_association(at: At) -> str | None:
    filters = [
        {"Name": "association.subnet-id", "Values": [at.inputs["subnetId"]]},
        {"Name": "route-table-id", "Values": [at.inputs["routeTableId"]]},
    ]
    for table in at.call("describe_route_tables", Filters=filters)["RouteTables"]:
        for association in table["Associations"]:
            if association.get("SubnetId") == at.inputs["subnetId"]:
                return str(association["RouteTableAssociationId"])
    return None


def _change_entries(at: At) -> None:
    def flat(entries: Any) -> dict[str, str]:
        return {entry["cidr"]: entry.get("description", "") for entry in entries or ()}

    old, new = flat(at.subject.old_inputs.get("entries")), flat(at.inputs.get("entries"))
    found = at.call("describe_managed_prefix_lists", PrefixListIds=[at.id])["PrefixLists"][0]
    changed = {cidr: text for cidr, text in new.items() if old.get(cidr) != text}
    gone = [{"Cidr": cidr} for cidr in old if cidr not in new]
    request: dict[str, Any] = {"PrefixListId": at.id, "CurrentVersion": found["Version"]}
    if changed:
        request["AddEntries"] = [{"Cidr": cidr, "Description": text} for cidr, text in changed.items()]
    if gone:
        request["RemoveEntries"] = gone
    if changed or gone:
        at.call("modify_managed_prefix_list", **request)


def _change_list(at: At) -> None:
    request: dict[str, Any] = {"PrefixListName": at.inputs["name"]}
    if at.inputs.get("maxEntries") != at.subject.old_inputs.get("maxEntries"):
        request["MaxEntries"] = at.inputs["maxEntries"]
    at.call("modify_managed_prefix_list", PrefixListId=at.id, **request)


ROWS = (
    Row(
        type="aws:ec2/routeTable:RouteTable",
        service="ec2",
        verb_noun="EC2 Route Table",
        create=Call("create_route_table", sends=None),
        id="RouteTable.RouteTableId",
        read=Call("describe_route_tables", lambda s: {"RouteTableIds": [s.id]}, answer="RouteTables[0]"),
        delete=Call("delete_route_table", lambda s: {"RouteTableId": s.id}),
        gone=("InvalidRouteTableID.NotFound",),
        tags="ec2",
        computed=("routes", "propagatingVgws"),
        # Routes are resources of their own here; a table's inline ones would otherwise show them as drift.
        fields={"routes": Field(decode=lambda _value: None)},
        outputs={"arn": arn("ec2", "route-table/{id}"), "ownerId": lambda s, _f: s.setup.account_id},
    ),
    Row(
        type="aws:ec2/route:Route",
        service="ec2",
        verb_noun="EC2 Route",
        create=_make_route,
        read=Call(
            "describe_route_tables", lambda s: {"RouteTableIds": [s.value("routeTableId")]}, answer="RouteTables[0]"
        ),
        also_read=(_this_route,),
        gone=("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"),
        gone_states=("route", (None,)),
        delete=Call("delete_route", lambda s: {"RouteTableId": s.value("routeTableId"), **_destination(s)}),
        changes=(Change(TARGETS, "aws api: ReplaceRoute", _replace_route),),
        fixed=("destinationCidrBlock",),
        computed=("networkInterfaceId",),
        outputs={
            "state": _of_route("State"),
            "origin": _of_route("Origin"),
            **{name: _of_route(name) for name in TARGETS},
        },
        import_parts=_route_from_id,
        own_id=lambda at: _route_id(at.subject),
    ),
    Row(
        type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        verb_noun="EC2 Route Table Association",
        create=Call("associate_route_table", sends=None),
        id="AssociationId",
        read=Call(
            "describe_route_tables",
            lambda s: {
                "Filters": [{"Name": "association.route-table-association-id", "Values": [s.id]}],
            },
            answer="RouteTables[0]",
        ),
        gone=("InvalidAssociationID.NotFound",),
        delete=Call("disassociate_route_table", lambda s: {"AssociationId": s.id}),
        # A subnet has one association; ReplaceRouteTableAssociation gives it another id, so it is replaced.
        delete_first=True,
        outputs={
            "subnetId": lambda s, f: next(
                (a.get("SubnetId") for a in f["Associations"] if a["RouteTableAssociationId"] == s.id), None
            ),
        },
        import_parts=_association_from_id,
        own_id=lambda at: _own_association(at) if "/" in at.id else at.id,
    ),
    Row(
        type="aws:ec2/managedPrefixList:ManagedPrefixList",
        service="ec2",
        verb_noun="EC2 Managed Prefix List",
        create=Call("create_managed_prefix_list", sends=None),
        id="PrefixList.PrefixListId",
        fields={"name": Field("PrefixListName")},
        read=Call("describe_managed_prefix_lists", lambda s: {"PrefixListIds": [s.id]}, answer="PrefixLists[0]"),
        also_read=(
            Call("get_managed_prefix_list_entries", lambda s: {"PrefixListId": s.id}, answer="{Entries: Entries}"),
        ),
        gone=("InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound"),
        gone_states=("State", ("delete-complete",)),
        delete=Call("delete_managed_prefix_list", lambda s: {"PrefixListId": s.id}),
        changes=(
            Change(("name", "maxEntries"), "aws api: ModifyManagedPrefixList", _change_list),
            Change(("entries",), "aws api: ModifyManagedPrefixList", _change_entries),
        ),
        wait=Wait("State", ("create-complete", "modify-complete")),
        tags="ec2",
        auto_name=AutoName("name", 255),
        outputs={"arn": "PrefixListArn"},
    ),
)
