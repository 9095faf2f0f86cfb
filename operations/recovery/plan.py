"""A promotion's plan: topology, record and mode become a graph of steps, with a hash over all that it rests on."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from infra.settings.recovery import OwnStep
from operations.outcomes import Refused
from operations.recovery.move import Move
from operations.recovery.proof import Proof, prove
from operations.recovery.steps.backups import Backups
from operations.recovery.steps.capacity import Capacity
from operations.recovery.steps.close_edge import CloseEdge
from operations.recovery.steps.database_failover import FailOver
from operations.recovery.steps.database_switchover import SwitchOver
from operations.recovery.steps.edge_order import EdgeOrder
from operations.recovery.steps.end_to_end import EndToEnd
from operations.recovery.steps.evidence import Evidence
from operations.recovery.steps.fence import Fence
from operations.recovery.steps.instances import DatabaseInstances
from operations.recovery.steps.protection import Protection
from operations.recovery.steps.queues import Queues
from operations.recovery.steps.record import MoveRecord, ReleaseLock
from operations.recovery.steps.rules import Rules
from operations.recovery.steps.schedules import SuspendSchedules
from operations.recovery.steps.secrets import Secrets
from operations.recovery.steps.settle import Settle
from operations.recovery.steps.unrecorded.decision import Decision
from operations.recovery.steps.unrecorded.grant import Grant
from operations.recovery.steps.unrecorded.isolate import Isolate
from operations.recovery.steps.unrecorded.repair import RepairRecord
from operations.recovery.steps.writable import Writable
from operations.recovery.steps.zero_lag import ZeroLag
from operations.steps.call import Call
from operations.steps.graph import Graph, GraphWrong
from operations.steps.own import OwnStepWrong, ProgramStep, PythonStep
from operations.steps.step import Step


@dataclass(frozen=True)
class Plan:
    """What will be done. `hash` changes with anything that it rests on."""

    move: Move
    graph: Graph
    proof: Proof
    hash: str


def make(move: Move, root: Path) -> Plan:
    """The plan of a move; own steps' files are looked for from `root` on.

    Raises Refused where own steps do not fit in, or a required call needs the lost region.
    """
    try:
        graph = Graph(_steps(move, root))
    except (GraphWrong, OwnStepWrong) as wrong:
        raise Refused(f"the plan cannot be made: {wrong}") from None
    except LookupError as missing:
        raise Refused(f"the plan cannot be made: {missing}; complete the topology") from None
    proof = prove(graph, move.lost)
    if proof.broken:
        raise Refused("the plan would not survive the loss it is made for:\n" + "\n".join(proof.lines()))
    return Plan(move, graph, proof, _hash(move, graph, root))


def _steps(move: Move, root: Path) -> list[Step]:
    topology = move.topology
    capacities = [Capacity(move, service) for service in topology.capacity]
    ready = ["fence"]
    by_record = move.glass is None
    steps: list[Step] = [
        MoveRecord(move) if by_record else Decision(move),
        Evidence(move),
        CloseEdge(move),
        Fence(move) if by_record else Isolate(move),
        SuspendSchedules(move),
        *capacities,
        Secrets(move),
        Rules(move),
    ]
    if topology.standby == "pilot":
        steps.append(DatabaseInstances(move))
        ready.append("instances")
    if move.mode == "switchover":
        steps += [ZeroLag(move), SwitchOver(move, after=[*ready, "zero-lag"])]
    else:
        steps.append(FailOver(move, after=ready))
    steps += [
        Writable(move, after=["database"]) if by_record else Grant(move, after=["database"]),
        Queues(move, after=["writable"]),
        EdgeOrder(move, after=["writable"]),
        EndToEnd(move, after=["edge-order", *(step.id for step in capacities)]),
        Protection(move, after=["end-to-end"]),
        Backups(move, after=["end-to-end"]),
    ]
    own = [_own(step, move, root) for step in topology.recovery.steps]
    for settings in topology.recovery.steps:
        _before(settings, [*steps, *own])
    steps += own
    followed = {name for step in steps for name in step.after}
    last = [step.id for step in steps if step.id not in followed]
    ending = ReleaseLock(move, after=["settle"]) if by_record else RepairRecord(move, after=["settle"])
    return [*steps, Settle(move, after=last), ending]


def _own(settings: OwnStep, move: Move, root: Path) -> Step:
    calls = [_call(text) for text in settings.calls]
    step: Step
    if settings.file is not None:
        step = PythonStep(settings.name, root / settings.file, settings.after, calls)
    else:
        told = {"LIFELINE_TARGET": move.target, "LIFELINE_ORIGIN": move.origin, "LIFELINE_MODE": move.mode}
        programs = (settings.command or (), settings.check or (), settings.verify or ())
        step = ProgramStep(settings.name, *programs, settings.after, calls, told)
    step.timeout, step.expected = float(settings.timeout_seconds), float(settings.expected_seconds)
    step.skippable = settings.skippable
    return step


def _call(text: str) -> Call:
    what, region = text.split("@")
    service, operation = what.split(":")
    return Call(service, operation, region)


def _before(settings: OwnStep, steps: list[Step]) -> None:
    for name in settings.before:
        waiting = [step for step in steps if step.id == name]
        if not waiting:
            raise OwnStepWrong(f"step {settings.name} comes before {name!r}, which is no step of this plan")
        waiting[0].after = (*waiting[0].after, settings.name)


def _hash(move: Move, graph: Graph, root: Path) -> str:
    """Over the estate, the record it starts from, and every step with what it may call."""
    resting_on = {
        "topology": move.topology.digest(),
        "record": [move.before.active, move.before.epoch],
        "target": move.target,
        "mode": move.mode,
        "by": "the record" if move.glass is None else "two people",
        "steps": [
            [step.id, sorted(step.after), step.timeout, [[call.key, call.required] for call in step.calls]]
            for step in graph
        ],
        "files": [
            hashlib.sha256((root / step.file).read_bytes()).hexdigest()
            for step in move.topology.recovery.steps
            if step.file is not None
        ],
    }
    return hashlib.sha256(json.dumps(resting_on).encode()).hexdigest()[:16]
