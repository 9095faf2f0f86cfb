"""ElastiCache: what a cache is declared as. moto has half of it; here all is kept as it was said, and nothing runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

PORT = 6379


@dataclass(frozen=True)
class _Kind:
    """One of the service's things: how the API calls it."""

    name: str
    key: str
    arn: str
    missing: str
    wrapped: bool = True
    """Whether an answer holds it under its name."""


KINDS = (
    _Kind("ReplicationGroup", "ReplicationGroupId", "replicationgroup", "ReplicationGroupNotFoundFault"),
    _Kind("CacheSubnetGroup", "CacheSubnetGroupName", "subnetgroup", "CacheSubnetGroupNotFoundFault"),
    _Kind("CacheParameterGroup", "CacheParameterGroupName", "parametergroup", "CacheParameterGroupNotFound"),
    _Kind("User", "UserId", "user", "UserNotFound", wrapped=False),
    _Kind("UserGroup", "UserGroupId", "usergroup", "UserGroupNotFound", wrapped=False),
)


class ElastiCache:
    """Things by region, kind and id."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._things: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def rows(self) -> Rows:
        rows: Rows = {}
        for kind in KINDS:
            rows["elasticache", f"Create{kind.name}"] = self._bound(self._create, kind)
            rows["elasticache", f"Describe{kind.name}s"] = self._bound(self._describe, kind)
            rows["elasticache", f"Modify{kind.name}"] = self._bound(self._modify, kind)
            rows["elasticache", f"Delete{kind.name}"] = self._bound(self._delete, kind)
        return {
            **rows,
            ("elasticache", "DescribeCacheParameters"): self._parameters,
            ("elasticache", "IncreaseReplicaCount"): self._count,
            ("elasticache", "DecreaseReplicaCount"): self._count,
            ("elasticache", "ListTagsForResource"): self._list_tags,
            ("elasticache", "AddTagsToResource"): self._add_tags,
            ("elasticache", "RemoveTagsFromResource"): self._remove_tags,
        }

    def reset(self) -> None:
        self._things.clear()
        self._tags.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """A cache is in one region only."""

    @staticmethod
    def _bound(method: Any, kind: _Kind) -> Any:
        return lambda call, _passthrough: method(call, kind)

    def _create(self, call: Call, kind: _Kind) -> Result:
        given = dict(call.parameters)
        name = given[kind.key] = str(given[kind.key]).lower()
        if (call.region, kind.name, name) in self._things:
            raise ApiError(f"{kind.name}AlreadyExists", f"{kind.name} {name} already exists", 400)
        arn = f"arn:aws:elasticache:{call.region}:{self._emulation.backend.account_id}:{kind.arn}:{name}"
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in given.pop("Tags", [])}
        thing = {**given, "ARN": arn, **_shown(kind, call.region, given)}
        self._things[call.region, kind.name, name] = thing
        return _answer(kind, thing)

    def _describe(self, call: Call, kind: _Kind) -> Result:
        wanted = call.parameters.get(kind.key)
        if wanted is not None:
            return {f"{kind.name}s": [self._one(call, kind)]}
        found = [thing for (place, name, _), thing in self._things.items() if (place, name) == (call.region, kind.name)]
        return {f"{kind.name}s": found}

    def _modify(self, call: Call, kind: _Kind) -> Result:
        thing, given = self._one(call, kind), dict(call.parameters)
        if kind.name == "UserGroup":
            kept = [user for user in thing["UserIds"] if user not in given.pop("UserIdsToRemove", [])]
            given["UserIds"] = kept + given.pop("UserIdsToAdd", [])
        if kind.name == "CacheParameterGroup":
            items = [*thing.get("Parameters", []), *given.pop("ParameterNameValues", [])]
            given["Parameters"] = [*{item["ParameterName"]: item for item in items}.values()]
        thing.update(given)
        thing.update(_shown(kind, call.region, thing))
        return _answer(kind, thing)

    def _delete(self, call: Call, kind: _Kind) -> Result:
        thing = self._one(call, kind)
        self._in_use(call.region, kind, thing[kind.key])
        self._tags.pop(thing["ARN"], None)
        del self._things[call.region, kind.name, thing[kind.key]]
        return _answer(kind, thing)

    def _in_use(self, region: str, kind: _Kind, name: str) -> None:
        """Raises ApiError where something else still needs it."""
        for (place, _, other), thing in self._things.items():
            uses = (thing.get(key) for key in ("CacheSubnetGroupName", "CacheParameterGroupName", "UserGroupIds"))
            used = any(name == use or (isinstance(use, list) and name in use) for use in uses)
            if place == region and other != name and kind.name != "User" and used:
                raise ApiError(f"Invalid{kind.name}State", f"{kind.name} {name} is used by {other}", 400)

    def _parameters(self, call: Call, passthrough: Passthrough) -> Result:
        kind = next(each for each in KINDS if each.name == "CacheParameterGroup")
        items = self._one(call, kind).get("Parameters", [])
        return {"Parameters": [{**item, "Source": "user"} for item in items]}

    def _count(self, call: Call, passthrough: Passthrough) -> Result:
        thing = self._one(call, KINDS[0])
        thing["NumCacheClusters"] = int(call.parameters["NewReplicaCount"]) + 1
        thing.update(_shown(KINDS[0], call.region, thing))
        return _answer(KINDS[0], thing)

    def _list_tags(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.get(call.parameters["ResourceName"], {})
        return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _add_tags(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.setdefault(call.parameters["ResourceName"], {})
        tags.update({tag["Key"]: tag["Value"] for tag in call.parameters["Tags"]})
        return self._list_tags(call, passthrough)

    def _remove_tags(self, call: Call, passthrough: Passthrough) -> Result:
        for key in call.parameters["TagKeys"]:
            self._tags.get(call.parameters["ResourceName"], {}).pop(key, None)
        return self._list_tags(call, passthrough)

    def _one(self, call: Call, kind: _Kind) -> dict[str, Any]:
        name = str(call.parameters[kind.key]).lower()
        found = self._things.get((call.region, kind.name, name))
        if found is None:
            raise ApiError(kind.missing, f"{kind.name} {name} not found", 404)
        return found


def _answer(kind: _Kind, thing: dict[str, Any]) -> dict[str, Any]:
    return {kind.name: thing} if kind.wrapped else thing


def _shown(kind: _Kind, region: str, thing: dict[str, Any]) -> dict[str, Any]:
    """What the API shows otherwise than it takes it."""
    match kind.name:
        case "ReplicationGroup":
            return _nodes(region, thing)
        case "CacheSubnetGroup":
            return {"Subnets": [{"SubnetIdentifier": subnet} for subnet in thing["SubnetIds"]]}
        case "User":
            how = thing.get("AuthenticationMode", {}).get("Type", "no-password-required")
            return {"Authentication": {"Type": how.replace("no-password-required", "no-password")}, "Status": "active"}
        case "UserGroup":
            return {"Status": "active"}
    return {}


def _nodes(region: str, thing: dict[str, Any]) -> dict[str, Any]:
    name, count = thing["ReplicationGroupId"], int(thing.get("NumCacheClusters") or 1)
    domain, port = f"{name}.sandbox.{region}.cache.amazonaws.com", thing.get("Port") or PORT
    members = [f"{name}-{index:03d}" for index in range(1, count + 1)]
    return {
        "Status": "available",
        "Description": thing.get("ReplicationGroupDescription", ""),
        "MemberClusters": members,
        "AutomaticFailover": "enabled" if thing.get("AutomaticFailoverEnabled") else "disabled",
        "MultiAZ": "enabled" if thing.get("MultiAZEnabled") else "disabled",
        "NodeGroups": [
            {
                "NodeGroupId": "0001",
                "Status": "available",
                "PrimaryEndpoint": {"Address": f"master.{domain}", "Port": port},
                "ReaderEndpoint": {"Address": f"replica.{domain}", "Port": port},
                "NodeGroupMembers": [{"CacheClusterId": member} for member in members],
            }
        ],
    }
