"""Running the program under mocks: what it would register, call and say, with every option of each request."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import SETTINGS, set_root_resource
from pulumi.runtime.stack import run_pulumi_func

from infra.program import declare
from infra.settings import Settings
from infra.settings.load import load

ROOT = Path(__file__).parents[2]
STACKS = {"global": "global", "east": "prod", "west": "dr"}
Item = Mapping[str, Any]


class Fails(grpc.RpcError):
    """How a provider's refusal of an invoke reaches the SDK."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return self._text


class World(mocks.Mocks):
    """AWS and Cloudflare as the program meets them. `invokes` replaces answers by token: a value, or Fails."""

    def __init__(self, invokes: Mapping[str, Item | Fails] | None = None) -> None:
        self.invokes: dict[str, Item | Fails] = {**dict(invokes or {})}

    def call(self, args: mocks.MockCallArgs) -> Any:
        answer = self.invokes.get(args.token) or _answer(args.token, args.args)
        if isinstance(answer, Fails):
            raise answer
        return dict(answer)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return f"{args.name}-id", {**_outputs(args), **args.inputs}


def _answer(token: str, given: Item) -> Item:
    region = given.get("region", "")
    match token:
        case "aws:index/getAvailabilityZones:getAvailabilityZones":
            return {"names": [f"{region}{letter}" for letter in "dbacef"], "id": region}
        case "aws:acm/getCertificate:getCertificate":
            return {"arn": f"arn:aws:acm:{region}:111122223333:certificate/1", "id": "1"}
        case "aws:secretsmanager/getSecret:getSecret":
            return {"arn": f"arn:aws:secretsmanager:{region}:111122223333:secret:{given['name']}-AbCdEf", "id": "1"}
        case "aws:secretsmanager/getSecretVersion:getSecretVersion":
            return {"secretString": "of the mocks", "id": "1"}
        case "aws:kms/getKey:getKey":
            return {"arn": f"arn:aws:kms:{region}:111122223333:key/of-{given['keyId']}", "id": "1"}
        case "cloudflare:index/getZone:getZone":
            return {"zoneId": "zone-1", "id": "zone-1", "account": {"id": "account-1", "name": "clinic"}}
    raise AssertionError(f"the program calls {token}, which the mocks do not know")


def _outputs(args: mocks.MockResourceArgs) -> dict[str, Any]:
    outputs: dict[str, Any] = {"arn": f"arn:mock:{args.name}", "keyId": f"{args.name}-key"}
    match args.typ:
        case "aws:rds/cluster:Cluster":
            host = f"{args.inputs['clusterIdentifier']}.cluster.example"
            outputs |= {"endpoint": host, "readerEndpoint": f"ro.{host}", "port": 5432}
            outputs |= {"clusterResourceId": "cluster-RESOURCE"}
        case "aws:acm/certificate:Certificate":
            name, value = f"_a.{args.inputs['domainName']}.", "_b.acm-validations.example."
            option = {"resourceRecordName": name, "resourceRecordType": "CNAME", "resourceRecordValue": value}
            outputs["domainValidationOptions"] = [{"domainName": args.inputs["domainName"], **option}]
        case "aws:lb/loadBalancer:LoadBalancer" | "aws:lb/targetGroup:TargetGroup":
            outputs |= {"arnSuffix": f"suffix/{args.name}", "dnsName": f"{args.name}.elb.example"}
        case "aws:sqs/queue:Queue":
            outputs["url"] = f"https://sqs.{args.inputs['region']}.example/{args.inputs.get('name', args.name)}"
        case "aws:s3/bucket:Bucket":
            outputs["arn"] = f"arn:aws:s3:::{args.inputs.get('bucket', args.name)}"
        case "aws:ecr/repository:Repository":
            host = f"111122223333.dkr.ecr.{args.inputs['region']}.amazonaws.com"
            outputs["repositoryUrl"] = f"{host}/{args.inputs['name']}"
        case "aws:elasticache/replicationGroup:ReplicationGroup":
            outputs["primaryEndpointAddress"] = f"master.{args.inputs['replicationGroupId']}.cache.example"
        case "random:index/randomPassword:RandomPassword":
            outputs["result"] = f"random of {args.name}"
    return outputs


@dataclass(frozen=True)
class Registered:
    """One resource, as the program asked the engine for it."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Item
    protect: bool
    ignored: tuple[str, ...]
    provider: str
    request: Any
    """The whole request, for options that few tests look at."""

    @property
    def package(self) -> str:
        return self.type.split(":")[0]

    @property
    def custom(self) -> bool:
        return bool(self.request.custom)

    def policy(self, key: str = "policy") -> list[dict[str, Any]]:
        """The statements of a policy document."""
        statements: list[dict[str, Any]] = json.loads(self.inputs[key])["Statement"]
        return statements

    def container(self) -> dict[str, Any]:
        """The one container of a task definition."""
        (container,) = json.loads(self.inputs["containerDefinitions"])
        return dict(container)


@dataclass(frozen=True)
class Called:
    """One invoke."""

    token: str
    arguments: Item
    provider: str


@dataclass
class Declared:
    """Everything that one run of the program said."""

    resources: list[Registered] = field(default_factory=list)
    invokes: list[Called] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, type_: str) -> list[Registered]:
        """Resources of a type, which may be given by its end, such as `rds/cluster:Cluster`."""
        return [item for item in self.resources if item.type == type_ or item.type.split(":", 1)[1] == type_]

    def one(self, type_: str, name: str | None = None) -> Registered:
        (found,) = [item for item in self.of(type_) if name in {None, item.name}]
        return found

    @property
    def custom(self) -> list[Registered]:
        """What providers manage: neither components nor the providers themselves."""
        return [item for item in self.resources if item.custom and item.package != "pulumi"]

    def said(self, severity: str) -> str:
        return "\n".join(text for level, text in self.messages if level == severity)


def _comparable(value: Any) -> Any:
    """Files and archives by their paths: two equal ones of the SDK are not equal."""
    if isinstance(value, pulumi.AssetArchive):
        return {"archive": {name: _comparable(item) for name, item in value.assets.items()}}
    if isinstance(value, pulumi.FileAsset):
        return {"file": str(Path(value.path).relative_to(ROOT))}
    if isinstance(value, Mapping):
        return {name: _comparable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return value


class _Monitor(mocks.MockMonitor):
    def __init__(self, world: World, declared: Declared) -> None:
        super().__init__(world)
        self._declared = declared

    def RegisterResource(self, request: Any) -> Any:
        answer = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self._declared.resources.append(
                Registered(
                    type=request.type,
                    name=request.name,
                    urn=answer.urn,
                    parent=request.parent,
                    inputs=_comparable(rpc.deserialize_properties(request.object)),
                    protect=bool(request.protect),
                    ignored=tuple(request.ignoreChanges),
                    provider=request.provider,
                    request=request,
                )
            )
        return answer

    def Invoke(self, request: Any) -> Any:
        arguments = rpc.deserialize_properties(request.args)
        self._declared.invokes.append(Called(request.tok, arguments, request.provider))
        return super().Invoke(request)


class _Messages(logging.Handler):
    def __init__(self, declared: Declared) -> None:
        super().__init__()
        self._declared = declared

    def emit(self, record: logging.LogRecord) -> None:
        self._declared.messages.append((record.levelname.lower(), record.getMessage()))


def shipped(scope: str, **changes: Any) -> Settings:
    """The settings that Lifeline ships, seen from one stack, with fields replaced."""
    return load(ROOT, STACKS[scope]).model_copy(update=changes)


def run(
    settings: Settings,
    *,
    world: World | None = None,
    preview: bool = False,
    check_intent: bool = False,
    program: Callable[[], None] | None = None,
) -> Declared:
    """Run the program (or another) once, on an event loop of its own, and wait for the last child."""
    declared = Declared()
    logger = logging.getLogger(f"pulumi under mocks {id(declared)}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(_Messages(declared))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        set_root_resource(None)  # type: ignore[arg-type]  # or exports would pile up on the stack of the run before
        SETTINGS.rpc_manager.clear()
        SETTINGS.outputs.clear()
        world = world or World()
        mocks.set_mocks(
            world,
            "lifeline",
            STACKS.get(settings.scope, settings.scope),
            preview,
            logger=logger,
            monitor=_Monitor(world, declared),
        )

        SETTINGS.root_directory = str(ROOT)

        def body() -> None:
            if program is not None:
                program()
            else:
                declare(settings, check_intent=check_intent)
            root = pulumi.runtime.get_root_resource()
            declared.outputs.update(root.outputs)  # type: ignore[union-attr]

        loop.run_until_complete(run_pulumi_func(body))
        for key, value in list(declared.outputs.items()):
            declared.outputs[key] = loop.run_until_complete(pulumi.Output.from_input(value).future())
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    return declared
