"""ECS task definitions: what a container may do on its host, and that it leaves a trace."""

from model.values import items
from policies.case import Case
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import all_of, none_of, not_true, one_of, present, true, when

TASK = "aws:ecs/taskDefinition:TaskDefinition"
_CONTAINERS = "containerDefinitions[*]"


def _containers(*containers: dict[str, object], **rest: object) -> dict[str, object]:
    return {"containerDefinitions": [{"name": f"c{number}", **item} for number, item in enumerate(containers)], **rest}


_UPPER = '[{"Name": "web", "ReadonlyRootFilesystem": true, "Privileged": true, "User": "root"}]'
"""As CloudFormation spells it; AWS's JSON is read in any case."""

READ_ONLY = Rule(
    id="ecs-readonly-root",
    pack="hipaa",
    severity="medium",
    types=(TASK,),
    unknown_blocks=False,  # before the first apply, container definitions with an output in them are one unknown text
    what="Every container has a root file system that it cannot write to.",
    why="Whoever gets into the process cannot leave a tool behind, or change the program.",
    fix=Fix(
        "Set readonlyRootFilesystem in every container; give what has to be written a volume of its own.",
        python='container_definitions=json.dumps([{"name": "web", "image": image, "readonlyRootFilesystem": True}])',
        yaml="containerDefinitions:\n  fn::toJSON:\n    - {name: web, image: '${image}', readonlyRootFilesystem: true}",
    ),
    check=true(f"{_CONTAINERS}.readonlyRootFilesystem"),
    passing=(
        _containers({"readonlyRootFilesystem": True}),
        {"containerDefinitions": '[{"name": "web", "readonlyRootFilesystem": true}]'},
        {"containerDefinitions": _UPPER},
    ),
    failing=(
        _containers({}),
        _containers({"readonlyRootFilesystem": True}, {"readonlyRootFilesystem": False}),
        _containers({"readonlyRootFilesystem": True}, {"image": "sidecar"}),
        {"containerDefinitions": '[{"name": "web"}]'},
        {"containerDefinitions": "[]"},
        {"containerDefinitions": "no JSON"},
    ),
)


def _nobody(case: Case) -> Verdict:
    for user in items(case.at(f"{_CONTAINERS}.user")) or [None]:
        name = "" if user is None else str(user).split(":")[0].strip().lower()
        if name in ("", "root") or (name.isdigit() and int(name) == 0):
            return fail("a container runs as root in the host's network", f"{_CONTAINERS}.user")
    return PASS


HOST_MODE = Rule(
    id="ecs-host-mode-user",
    pack="hipaa",
    severity="high",
    types=(TASK,),
    unknown_blocks=False,  # before the first apply, container definitions with an output in them are one unknown text
    what="Containers in the host's network run neither as root nor privileged.",
    why="Root in the host's network reads what other tasks send, and the metadata service of the host.",
    fix=Fix(
        'Use the network mode "awsvpc"; or set user to one that is not root, and leave privileged out.',
        python='network_mode="awsvpc"',
        yaml="networkMode: awsvpc",
    ),
    check=when(one_of("networkMode", "host"), all_of(_nobody, not_true(f"{_CONTAINERS}.privileged"))),
    passing=(
        _containers({}, networkMode="awsvpc"),
        _containers({"privileged": True}),
        _containers({"user": "10001:0"}, {"user": "app", "privileged": False}, networkMode="host"),
    ),
    failing=(
        _containers({}, networkMode="host"),
        _containers({"user": "root"}, networkMode="HOST"),
        _containers({"user": "0:0"}, networkMode="host"),
        _containers({"user": "app"}, {"user": "00"}, networkMode="host"),
        _containers({"user": "app", "privileged": True}, networkMode="host"),
        {"containerDefinitions": _UPPER, "networkMode": "host"},
    ),
)

NOT_PRIVILEGED = Rule(
    id="ecs-not-privileged",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TASK,),
    unknown_blocks=False,  # before the first apply, container definitions with an output in them are one unknown text
    what="No container is privileged.",
    why="A privileged container is root on its host, with all that other tasks hold there.",
    fix=Fix(
        "Remove privileged; add single capabilities in linuxParameters where something needs them.",
        python='container_definitions=json.dumps([{"name": "web", "privileged": False}])',
        yaml="containerDefinitions:\n  fn::toJSON:\n    - {name: web, privileged: false}",
    ),
    check=not_true(f"{_CONTAINERS}.privileged"),
    passing=(_containers({}), _containers({"privileged": False}), {"containerDefinitions": '[{"name": "web"}]'}),
    failing=(
        _containers({"privileged": True}),
        _containers({}, {"privileged": "true"}),
        {"containerDefinitions": _UPPER},
    ),
)

NO_HOST_NAMESPACES = Rule(
    id="ecs-no-host-pid",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(TASK,),
    what="A task shares neither the processes nor the shared memory of its host.",
    why="Otherwise it sees, and can signal, what runs beside it: arguments and environments of other tasks among it.",
    fix=Fix(
        'Remove pid_mode and ipc_mode, or set them to "task".',
        python='pid_mode="task", ipc_mode="task"',
        yaml="pidMode: task\nipcMode: task",
    ),
    check=all_of(none_of("pidMode", "host"), none_of("ipcMode", "host")),
    passing=({}, {"pidMode": "task", "ipcMode": "none"}),
    failing=({"pidMode": "host"}, {"ipcMode": "Host"}, {"pidMode": "task", "ipcMode": "host"}),
)


LOGGED = Rule(
    id="ecs-logging",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TASK,),
    unknown_blocks=False,  # before the first apply, container definitions with an output in them are one unknown text
    what="Every container sends its logs somewhere.",
    why="What a container that is gone has done is known from its logs only.",
    fix=Fix(
        "Give every container a logConfiguration.",
        python='container_definitions=json.dumps([{"name": "web", "logConfiguration": {"logDriver": "awslogs", '
        '"options": {"awslogs-group": "/orders/web", "awslogs-region": region, "awslogs-stream-prefix": "task"}}}])',
        yaml="containerDefinitions:\n  fn::toJSON:\n    - name: web\n      logConfiguration:\n"
        "        logDriver: awslogs\n"
        "        options: {awslogs-group: /orders/web, awslogs-region: us-east-1, awslogs-stream-prefix: task}",
    ),
    check=all_of(
        present(f"{_CONTAINERS}.logConfiguration.logDriver"),
        none_of(f"{_CONTAINERS}.logConfiguration.logDriver", "none"),
    ),
    passing=(
        _containers({"logConfiguration": {"logDriver": "awslogs"}}, {"logConfiguration": {"logDriver": "awsfirelens"}}),
        {"containerDefinitions": '[{"name": "web", "LogConfiguration": {"LogDriver": "awslogs"}}]'},
    ),
    failing=(
        _containers({}),
        _containers({"logConfiguration": {"logDriver": "awslogs"}}, {"image": "sidecar"}),
        _containers({"logConfiguration": {"logDriver": "none"}}),
        _containers({"logConfiguration": {}}),
        {"containerDefinitions": "[]"},
    ),
)
