"""ECS: how large tasks are, and on what they run."""

import re
from typing import Any

from model.values import UNKNOWN, UnknownMet, items, number
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import every, matches, none_of, one_of, outside_production, unless, when

TASK = "aws:ecs/taskDefinition:TaskDefinition"
CLUSTER = "aws:ecs/cluster:Cluster"

_STEPS = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
"""CPU units → memory in MiB that Fargate has with them."""


def _size(value: Any, unit: str, factor: float) -> float | None:
    """`1024`, `"1024"`, `"1 vCPU"`, `"2GB"` in CPU units or MiB; None where it is neither. Raises UnknownMet."""
    plain = number(value)
    if plain is not None or not isinstance(value, str):
        return plain
    found = re.fullmatch(rf"\s*([\d.]+)\s*{unit}\s*", value, re.IGNORECASE)
    large = number(found[1]) if found else None
    return None if large is None else large * factor


def _fits(case: Case) -> Verdict:
    cpu, memory = _size(case.at("cpu"), "vCPU", 1024), _size(case.at("memory"), "GB", 1024)
    suffix = "_production" if case.production else ""
    for name, found in (("cpu", cpu), ("memory", memory)):
        most = case.value(f"max_{name}{suffix}")
        if found is not None and found > most:
            return fail(f"{name} is {found:g}; at most {most} are meant to be in this environment", name)
    kinds = case.at("requiresCompatibilities[*]")
    if kinds is UNKNOWN:
        raise UnknownMet("requiresCompatibilities")
    if "fargate" not in [str(kind).lower() for kind in items(kinds)]:
        return PASS if cpu is not None or memory is not None else NOT_APPLICABLE
    if cpu is None or memory is None:
        return fail("Fargate asks for cpu and memory, as numbers", "cpu" if cpu is None else "memory")
    if int(memory) not in _STEPS.get(int(cpu), ()):
        return fail(f"Fargate has no {cpu:g} CPU units with {memory:g} MiB: it refuses such a task", "memory")
    return PASS


def _task(cpu: object, memory: object, **rest: object) -> dict[str, object]:
    return {"requiresCompatibilities": ["FARGATE"], "cpu": cpu, "memory": memory, **rest}


SIZE = Rule(
    id="cost-ecs-task-size",
    pack="cost",
    severity="medium",
    types=(TASK,),
    what="A task is no larger than its environment is meant to have, and of a size that Fargate has.",
    why="CPU and memory of a task are paid for by the second, whether they are used or not, once for every copy.",
    fix=Fix(
        "Lower cpu and memory, or raise the parameter.",
        python='cpu="1024", memory="2048"',
        yaml='cpu: "1024"\nmemory: "2048"',
    ),
    parameters=(
        Parameter("max_cpu_production", 4096, "Most CPU units of a task in production.", "integer", minimum=256),
        Parameter("max_cpu", 2048, "Most CPU units of a task elsewhere.", "integer", minimum=256),
        Parameter(
            "max_memory_production", 16384, "Most memory of a task in production, in MiB.", "integer", minimum=512
        ),
        Parameter("max_memory", 8192, "Most memory of a task elsewhere, in MiB.", "integer", minimum=512),
    ),
    check=_fits,
    passing=(
        _task("1024", "2048"),
        _task(4096, 16384),
        _task("1 vCPU", "2 GB"),
        _task(".25 vCPU", "0.5GB"),
        {"requiresCompatibilities": ["EC2"], "cpu": 100, "memory": 300},
        example(Given(TASK, "nlp", _task(2048, 8192)), environment="staging"),
    ),
    failing=(
        _task("8192", "16384"),
        _task("4096", "30720"),
        _task("8 vCPU", "16 GB"),
        _task("1024", "1024"),
        _task("1000", "2048"),
        _task("1024", None),
        _task("large", "2048"),
        {"requiresCompatibilities": ["EC2"], "cpu": "16384"},
        example(Given(TASK, "nlp", _task(4096, 8192)), environment="staging"),
        example(Given(TASK, "nlp", _task(2048, 4096)), parameters={"max_cpu_production": 1024}),
    ),
)

ARM = Rule(
    id="cost-ecs-arm",
    pack="cost",
    severity="low",
    level="recommended",
    types=(TASK,),
    what="A task runs on arm64.",
    why="On Fargate the same size costs a fifth less there; x86 is the default. The image has to be built for it.",
    fix=Fix(
        "Build the image for arm64, and set runtime_platform.",
        python='runtime_platform={"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}',
        yaml="runtimePlatform: {cpuArchitecture: ARM64, operatingSystemFamily: LINUX}",
    ),
    # Windows runs on x86 only.
    check=unless(
        matches("runtimePlatform.operatingSystemFamily", "^windows", "it has to be Windows"),
        one_of("runtimePlatform.cpuArchitecture", "ARM64"),
    ),
    passing=(
        {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}},
        {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
    ),
    failing=(
        {},
        {"runtimePlatform": None},
        {"runtimePlatform": {"cpuArchitecture": "X86_64"}},
        {"runtimePlatform": {"operatingSystemFamily": "LINUX"}},
    ),
)


def _insights(value: object) -> dict[str, object]:
    return {"settings": [{"name": "containerInsights", "value": value}]}


INSIGHTS = Rule(
    id="cost-ecs-insights-nonprod",
    pack="cost",
    severity="low",
    types=(CLUSTER,),
    what="A cluster outside production has no Container Insights.",
    why="Each of its metrics is paid for by the month, for every service and task; HIPAA's rule asks for it, and what "
    "it is for, knowing what happened, is asked in production.",
    fix=Fix(
        "Leave the setting out outside production.",
        python='settings=[{"name": "containerInsights", "value": "disabled"}]',
        yaml="settings:\n  - {name: containerInsights, value: disabled}",
    ),
    check=outside_production(
        every("settings", when(one_of("name", "containerInsights"), none_of("value", "enabled", "enhanced")))
    ),
    passing=(
        example(Given(CLUSTER, "apps", _insights("disabled")), environment="staging"),
        example(Given(CLUSTER, "apps", {}), environment="staging"),
        _insights("enabled"),
    ),
    failing=(
        example(Given(CLUSTER, "apps", _insights("enabled")), environment="staging"),
        example(Given(CLUSTER, "apps", _insights("Enhanced")), environment="test"),
        example(
            Given(CLUSTER, "apps", {"settings": {"name": "containerInsights", "value": "enabled"}}),
            environment="development",
        ),
    ),
)
