"""The plan: what may be called where, what comes after what, and how a person finishes it by hand."""

import json
import shlex
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from infra.settings.recovery import OwnStep
from operations.outcomes import Refused
from operations.record.record import Record
from operations.recovery import plan as planning
from operations.recovery.books import Books
from operations.recovery.move import Mode, Move, World
from operations.recovery.plan import Plan, make
from operations.recovery.preconditions.finding import Finding
from operations.recovery.promotion import execute, resume, unfinished
from operations.recovery.residence import regions
from operations.recovery.runbook import markdown
from operations.recovery.steps.database_failover import FailOver
from operations.recovery.steps.database_switchover import SwitchOver
from operations.steps.call import CLOUDFLARE, EDGE, Call, Command
from operations.steps.executor import Executor
from operations.steps.graph import Graph
from operations.steps.journal import Journal
from operations.topology import Topology
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.matrix import ready_for
from tests.operations.recovery.story import wish

ORDER = {
    "fence": {"record"},
    "database": {"record", "fence"},
    "writable": {"database", "fence"},
    "edge-order": {"writable", "database", "fence"},
    "end-to-end": {"edge-order", "writable", "capacity-web", "capacity-nlp"},
    "settle": {"protection", "queues", "rules", "secrets", "evidence"},
    "release": {"settle"},
}


def planned(topology: Topology, mode: Mode = "failover", root: Path = Path()) -> Plan:
    return make(Move(topology, "west", mode, "p1", "ann", Record("east", 0, ""), World()), root)


def with_step(topology: Topology, **step: Any) -> Topology:
    recovery = topology.recovery.model_copy(update={"steps": (OwnStep.model_validate(step),)})
    return topology.model_copy(update={"recovery": recovery})


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_what_has_to_come_before_what(topology: Topology, mode: Mode) -> None:
    graph = planned(topology, mode).graph
    for step, before in ORDER.items():
        assert graph.before(step) >= before, step
    assert ("zero-lag" in graph.before("database")) is (mode == "switchover")
    assert not graph.before("capacity-web") & {"fence", "database"}, "capacity runs beside the fence"


def test_a_failover_needs_nothing_of_the_lost_region(topology: Topology) -> None:
    for target in ("west", "east"):
        move = Move(topology, target, "failover", "p1", "ann", Record(topology.peer(target), 0, ""), World())
        proof = make(move, Path()).proof
        assert proof.broken == () and proof.lost == move.origin_region
        required = [finding for finding in proof.findings if finding.call.required]
        assert len(required) > 20 and all(proof.lost not in finding.needs for finding in required)


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (Call("iam", "CreateRole", "us-west-2"), ("us-east-1",)),
        (Call("s3", "PutBucketReplication", "us-west-2"), ("us-east-1", "us-west-2")),
        (Call("s3", "GetBucketReplication", "us-west-2"), ("us-west-2",)),
        (Call("s3", "PutObject", "us-west-2"), ("us-west-2",)),
        (Call("sts", "GetCallerIdentity", "aws-global"), ("us-east-1",)),
        (Call("route53", "ChangeResourceRecordSets", "us-west-2"), ("us-east-1",)),
        (Call("ecs", "UpdateService", "us-west-2"), ("us-west-2",)),
        (Call(CLOUDFLARE, "EditPool", ""), ()),
    ],
)
def test_control_planes_that_live_elsewhere(call: Call, where: tuple[str, ...]) -> None:
    assert regions(call) == where


@pytest.mark.parametrize(
    "call", ["iam:CreateRole@us-west-2", "s3:PutBucketReplication@us-west-2", "sqs:SendMessage@us-east-1"]
)
def test_a_plan_that_needs_the_lost_region_is_refused(topology: Topology, tmp_path: Path, call: str) -> None:
    own = with_step(
        topology, name="mine", after=("writable",), command=("true",), check=("false",), verify=("true",), calls=(call,)
    )
    with pytest.raises(Refused, match=rf"mine: {call} needs .*us-east-1"):
        planned(own, root=tmp_path)
    assert planned(own, "switchover", tmp_path).proof.broken == (), "both regions are there in a switchover"


def test_loss_is_allowed_in_a_failover_and_cannot_be_in_a_switchover(topology: Topology) -> None:
    by_mode = {mode: planned(topology, mode).graph.steps["database"] for mode in ("failover", "switchover")}
    assert isinstance(by_mode["failover"], FailOver) and isinstance(by_mode["switchover"], SwitchOver)
    (failover,), (switchover,) = by_mode["failover"].commands(), by_mode["switchover"].commands()
    assert failover.parameters["AllowDataLoss"] is True and "Switchover" not in failover.parameters
    assert "AllowDataLoss" not in switchover.parameters
    assert "FailoverGlobalCluster" not in [call.operation for call in by_mode["switchover"].calls]
    operations = botocore.session.get_session().get_service_model("rds").operation_model("SwitchoverGlobalCluster")
    assert "AllowDataLoss" not in operations.input_shape.members, "the API itself has no such thing"


def test_the_hash_follows_what_the_plan_rests_on(topology: Topology, tmp_path: Path) -> None:
    hashes = {
        planned(topology).hash,
        planned(topology, "switchover").hash,
        planned(topology.model_copy(update={"transaction_seconds": 11})).hash,
        make(Move(topology, "west", "failover", "p1", "ann", Record("east", 2, ""), World()), tmp_path).hash,
    }
    assert len(hashes) == 4
    other_day = make(Move(topology, "west", "failover", "p2", "bob", Record("east", 0, "2026"), World()), tmp_path)
    assert other_day.hash == planned(topology).hash, "who and when change nothing"


def test_your_own_steps_take_their_place(topology: Topology, tmp_path: Path) -> None:
    (tmp_path / "warm.py").write_text(
        '"""Warm the cache."""\nTITLE = "cache warmed"\n'
        "def check(hands): return False\ndef apply(hands): pass\ndef verify(hands): return True\n"
    )
    own = with_step(topology, name="warm", after=("writable",), before=("edge-order",), file="warm.py")
    plan = planned(own, root=tmp_path)
    assert "warm" in plan.graph.before("edge-order") and plan.graph.steps["warm"].runbook == "Warm the cache."
    before = plan.hash
    (tmp_path / "warm.py").write_text((tmp_path / "warm.py").read_text().replace("False", "True"))
    assert planned(own, root=tmp_path).hash != before, "another file is another plan"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"file": "ghost.py"}, "there is no Python file"),
        ({"file": "empty.py"}, "has no function check, apply, verify"),
        ({"file": "broken.py"}, "cannot be loaded: ZeroDivisionError"),
        ({"file": "good.py", "after": ("ghost",)}, "comes after 'ghost', which is no step"),
        ({"file": "good.py", "before": ("record",)}, "in a circle"),
        ({"file": "good.py", "before": ("ghost",)}, "which is no step of this plan"),
        ({"file": "good.py", "name": "fence"}, "two steps 'fence'"),
    ],
)
def test_own_steps_that_do_not_fit_are_refused(
    topology: Topology, tmp_path: Path, step: dict[str, Any], said: str
) -> None:
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "broken.py").write_text("1 / 0")
    (tmp_path / "good.py").write_text("def check(hands): ...\ndef apply(hands): ...\ndef verify(hands): ...\n")
    with pytest.raises(Refused, match=said):
        planned(with_step(topology, **{"name": "mine", "after": ("record",), **step}), root=tmp_path)


def test_your_own_programs_run_and_are_believed_by_their_exit_code(cloud: Cloud, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    own = with_step(
        cloud.topology,
        name="mine",
        after=("writable",),
        command=("sh", "-c", f"echo $LIFELINE_TARGET > {mark}"),
        check=("test", "-e", str(mark)),
        verify=("grep", "-q", "west", str(mark)),
    )
    cloud.topology = own
    ended = execute(ready_for(cloud, tmp_path, "failover"), tmp_path, lambda _: None)
    assert ended.outcome == "promoted", ended.problem
    assert mark.read_text() == "west\n"


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_the_runbook_holds_every_step_with_its_commands(topology: Topology, mode: Mode) -> None:
    plan = planned(topology, mode)
    page = markdown(plan, [Finding("lag", "pass", "0.2 s | fine")])
    for number, step in enumerate(plan.graph, start=1):
        assert f"### {number}. {step.id}: {step.title}" in page and step.runbook.splitlines()[0] in page
        for command in step.commands():
            assert command.text.split(" --item ")[0].split(" --expression-attribute-values ")[0] in page
    assert "| lag | pass | 0.2 s / fine |" in page and plan.hash in page


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_its_aws_commands_say_the_same_as_the_calls(topology: Topology, mode: Mode) -> None:
    checked = 0
    for step in planned(topology, mode).graph:
        for command in step.commands():
            if command.service not in (CLOUDFLARE, EDGE):
                assert parsed(command.text) == (command.service, command.operation, command.region, command.parameters)
                checked += 1
    assert checked >= 10


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_a_person_finishes_it_after_any_step_and_resume_agrees(cloud: Cloud, tmp_path: Path, mode: Mode) -> None:
    count = len(ready_for(cloud, tmp_path, mode).plan.graph)
    for done in range(count - 1):
        cloud.reset()
        root = tmp_path / str(done)
        ready = ready_for(cloud, root, mode)
        steps = list(ready.plan.graph)
        move = ready.plan.move
        journal = Journal(move.promotion, Books(cloud.topology, root, cloud.world, "us-west-2").of(move), cloud.clock)
        header = {"mode": mode, "from": "east", "to": "west", "epoch": 1}
        journal.write("begin", "", ready.plan.hash, header)
        assert Executor(Graph(steps[:done]), journal, cloud.world.aws, cloud.clock).run().complete
        for step in steps[done:-1]:  # the lock goes last, by --resume
            for command in step.commands():
                by_hand(cloud, command)
            cloud.clock.sleep(cloud.topology.lease_seconds + cloud.topology.transaction_seconds, None)  # type: ignore[arg-type]
            cloud.databases.describe_global_clusters("us-west-2")
        found = unfinished(cloud.topology, wish(mode="switchover"), root, cloud.world)
        cloud.forget_calls()
        ended = resume(found, wish(mode="switchover"), root, lambda _: None)
        assert ended.outcome == "promoted", (done, ended.problem)
        assert len(cloud.databases.moves) == 1 and cloud.count("update_service") == 0, "all of it was done already"
        assert cloud.wardens.violations == []


def by_hand(cloud: Cloud, command: Command) -> None:
    """What the command's line would do."""
    if command.service == EDGE:
        found = cloud.world.users("", "POST", command.parameters["path"], command.parameters["headers"], None)
        assert found.status in (200, 201)
    elif command.service != CLOUDFLARE:
        client = cloud.client(command.service, command.region)
        getattr(client, xform_name(command.operation))(**command.parameters)
    elif command.operation == "EditPool":
        site = command.parameters["path"].rpartition("$POOL_")[2].lower()
        cloud.balancer.set_enabled(cloud.topology.one("pool", site).id, command.parameters["body"]["enabled"])
    else:
        pools = [item.removeprefix("$POOL_").lower() for item in command.parameters["body"]["default_pools"]]
        cloud.balancer.set_order(*(cloud.topology.one("pool", site).id for site in pools))


def parsed(line: str) -> tuple[str, str, str, dict[str, Any]]:
    """An `aws` line as the AWS tools would read it, by the SDK's own model of the operation."""
    words = shlex.split(line)
    assert words[0] == "aws" and words[3] == "--region"
    model = botocore.session.get_session().get_service_model(words[1])
    operation = next(name for name in model.operation_names if xform_name(name, "-") == words[2])
    members = model.operation_model(operation).input_shape.members
    by_flag = {f"--{xform_name(name, '-')}": name for name in members}
    given: dict[str, Any] = {}
    rest = words[5:]
    while rest:
        name = by_flag[rest.pop(0)]
        shape = members[name].type_name
        if shape == "boolean":
            given[name] = True
        elif shape == "list":
            given[name] = []
            while rest and not rest[0].startswith("--"):
                given[name].append(rest.pop(0))
        else:
            value = rest.pop(0)
            given[name] = json.loads(value) if shape in ("structure", "map", "integer") else value
    return words[1], operation, words[4], given


def test_no_step_is_hidden_from_the_plan() -> None:
    """Every step class of the folder is in one of the plans."""
    source = Path(planning.__file__).read_text()
    for file in (Path(planning.__file__).parent / "steps").glob("*.py"):
        for line in file.read_text().splitlines():
            if line.startswith("class ") and ("(RecoveryStep)" in line or "(MoveWriter)" in line):
                name = line.removeprefix("class ").split("(")[0]
                assert name == "MoveWriter" or f"{name}(move" in source, name


def test_a_pilot_standby_gets_its_instances_where_the_settings_put_them(topology: Topology) -> None:
    graph = planned(topology.model_copy(update={"standby": "pilot"})).graph
    made = [command.parameters for command in graph.steps["instances"].commands()]
    assert [item["AvailabilityZone"] for item in made] == ["us-west-2a", "us-west-2b"]
    assert {item["DBClusterIdentifier"] for item in made} == {"nl-fhir-production-west"}
    assert "instances" in graph.before("database")
