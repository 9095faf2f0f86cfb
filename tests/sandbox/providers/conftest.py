"""The real engine against the emulated providers, over the AWS layer and the Cloudflare API: one rig for the folder."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

import toolchain
from sandbox.aws import callers
from sandbox.aws.layer import AwsLayer
from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare
from sandbox.faults import Faults
from sandbox.providers import Providers, debug_providers
from tests.sandbox.aws.database_double import DatabaseDouble
from tests.sandbox.providers.wire import Wire

ACCOUNT = "111122223333"
DOMAIN = "clinic.example.com"
EAST, WEST, WITNESS = "us-east-1", "us-west-2", "us-east-2"

Program = Callable[[], None]


@dataclass
class Rig:
    """Both clouds, the providers in front of them, and what was called."""

    layer: AwsLayer
    cloudflare: Cloudflare
    cloudflare_port: int
    faults: Faults
    calls: CallLog
    databases: DatabaseDouble
    ports: dict[str, int]

    def client(self, service: str, region: str = EAST) -> Any:
        """boto3 as an operator beside Pulumi: what it changes is drift."""
        return callers.client(service, region, callers.OPERATOR, self.layer.endpoint)


@pytest.fixture(scope="session")
def shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    faults = Faults()
    calls = CallLog(tmp_path_factory.mktemp("rig") / "calls.jsonl")
    databases = DatabaseDouble()
    layer = AwsLayer(ACCOUNT, faults, calls, databases, [EAST, WEST])
    layer.start()
    cloudflare = Cloudflare(faults, calls, [DOMAIN])
    port = cloudflare.start()
    providers = Providers(layer.endpoint, f"http://127.0.0.1:{port}", calls)
    yield Rig(layer, cloudflare, port, faults, calls, databases, providers.start())
    providers.stop()
    cloudflare.stop()
    layer.stop()
    calls.close()


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    # moto keeps its accounts in the process: another folder's tests may have run in this one before.
    shared_rig.layer.reset()
    yield shared_rig
    shared_rig.faults.clear()
    shared_rig.layer.reset()
    shared_rig.cloudflare.reset()
    shared_rig.databases.clear()


@pytest.fixture
def wires(rig: Rig) -> Iterator[Callable[..., Wire]]:
    """Configured provider instances: `wires("aws", region=…)`."""
    opened: list[Wire] = []

    def connect(package: str, **configuration: Any) -> Wire:
        opened.append(Wire(rig.ports[package], **configuration))
        return opened[-1]

    yield connect
    for wire in opened:
        wire.close()


@pytest.fixture
def east(wires: Callable[..., Wire]) -> Wire:
    """The aws provider in us-east-1, with one default tag."""
    tags = json.dumps({"tags": {"project": "trial"}})
    return wires("aws", region=EAST, stsRegion=EAST, allowedAccountIds=json.dumps([ACCOUNT]), defaultTags=tags)


class Engine:
    """One stack of inline programs in a file backend of its own."""

    def __init__(self, stack: automation.Stack) -> None:
        self.stack = stack

    def run(self, program: Program) -> "Engine":
        self.stack.workspace.program = program
        return self

    def up(self, program: Program) -> automation.UpResult:
        return self.run(program).stack.up()

    def preview(self, program: Program) -> dict[str, int]:
        """Operation → number of resources, without those that stay as they are."""
        summary = self.run(program).stack.preview().change_summary
        return {str(kind): count for kind, count in summary.items() if kind != "same"}

    def resources(self) -> dict[str, dict[str, Any]]:
        """What the state holds, by the resource's name; secrets as ciphertext."""
        deployment = self.stack.export_stack().deployment or {}
        return {item["urn"].rsplit("::", 1)[-1]: item for item in deployment.get("resources", [])}

    def refuses(self, program: Program) -> str:
        """The text of an `up` that has to fail."""
        with pytest.raises(automation.CommandError) as caught:
            self.up(program)
        return str(caught.value)


@pytest.fixture
def engine(rig: Rig, tmp_path: Path, pulumi_cli: toolchain.Cli) -> Engine:
    (tmp_path / "state").mkdir()
    options = automation.LocalWorkspaceOptions(
        work_dir=str(tmp_path),
        pulumi_command=automation.PulumiCommand(root=str(pulumi_cli.pulumi.parent.parent)),
        project_settings=automation.ProjectSettings(
            name="trial",
            runtime="python",
            backend=automation.ProjectBackend(url=f"file://{tmp_path / 'state'}"),
        ),
        env_vars={
            "PULUMI_CONFIG_PASSPHRASE": "sandbox",
            "PULUMI_DEBUG_PROVIDERS": debug_providers(rig.ports),
            # Otherwise the engine tries to download the plugins that it is attached to, at each command.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        },
    )
    stack = automation.create_or_select_stack(
        "trial", project_name="trial", program=lambda: None, work_dir=str(tmp_path), opts=options
    )
    return Engine(stack)
