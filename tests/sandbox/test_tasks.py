"""What runs is what ECS declares: started, restarted, replaced, ended, registered and deregistered."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import Faults
from sandbox.tasks import Declared, Tasks
from sandbox.tasks.launch import CannotStart, program, repository, variables
from tests.sandbox.eventually import eventually

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
CLUSTER = f"arn:aws:ecs:{REGION}:111122223333:cluster/nl-fhir-production-east"
IMAGE = f"111122223333.dkr.ecr.{REGION}.amazonaws.com/nl-fhir/web@sha256:{'2' * 64}"
SECRET = f"arn:aws:secretsmanager:{REGION}:111122223333:secret:session-key-AbCdEf"


def service(name: str, desired: int, revision: int = 1, **container: Any) -> dict[str, Any]:
    """A service as the AWS view gives it."""
    environment = {
        "LIFELINE_SITE": "east",
        "LIFELINE_SERVICE": name,
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": "9",
        "DATABASE_NAME": "nl_fhir",
        "DATABASE_USER": "app",
        "PORT": "8080",
    }
    return {
        "cluster": "nl-fhir-production-east",
        "cluster_arn": CLUSTER,
        "name": name,
        "desired": desired,
        "task_definition": {
            "arn": f"arn:aws:ecs:{REGION}:111122223333:task-definition/{name}:{revision}",
            "containers": [
                {
                    "image": IMAGE,
                    "command": [],
                    "environment": environment,
                    "secrets": {},
                    "ports": [8080],
                    **container,
                },
                {"image": "sidecar", "command": [], "environment": {}, "secrets": {}, "ports": []},
            ],
        },
        "load_balancers": [(f"group-{name}", name, 8080)],
    }


class Aws:
    """A double for sandbox.aws.view."""

    def __init__(self) -> None:
        self.services: list[dict[str, Any]] = []
        self.targets: dict[str, set[tuple[str, int]]] = {"group-web": set()}
        self.running: dict[tuple[str, str], int] = {}
        self.secrets = {SECRET: "value"}

    def ecs_services(self, region: str) -> Sequence[dict[str, Any]]:
        return self.services if region == REGION else []

    def secret_value(self, region: str, arn: str) -> str:
        return self.secrets[arn]

    def register_target(self, target_group_arn: str, ip: str, port: int) -> None:
        self.targets[target_group_arn].add((ip, port))

    def deregister_target(self, target_group_arn: str, ip: str, port: int) -> None:
        self.targets[target_group_arn].discard((ip, port))

    def set_running(self, cluster_arn: str, service: str, count: int) -> None:
        self.running[(cluster_arn, service)] = count


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def tasks(aws: Aws, faults: Faults, tmp_path: Path) -> Iterator[Tasks]:
    tasks = Tasks(aws, faults, [REGION, "us-west-2"], "http://127.0.0.1:9", ROOT, tmp_path / "logs")
    tasks.start()
    yield tasks
    tasks.stop()


def declare(aws: Aws, tasks: Tasks, *services: dict[str, Any]) -> None:
    """Declare services, and wait until the web's tasks are all registered."""
    aws.services = list(services)
    desired = sum(service["desired"] for service in services if service["name"] == "web")
    eventually(lambda: len(aws.targets["group-web"]) == desired == len(tasks.pids(REGION, "web")))


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_declared_service_runs_and_is_registered(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 2))
    for ip, port in aws.targets["group-web"]:
        assert httpx.get(f"http://{ip}:{port}/health", trust_env=False).status_code == 503  # no database here
    eventually(lambda: aws.running == {(CLUSTER, "web"): 2})
    assert tasks.running(CLUSTER, "web") == 2
    assert tasks.running(CLUSTER.replace("production", "staging"), "web") == 0, "another cluster's are not counted"
    (status,) = tasks.status()
    assert (status["service"], status["running"], status["ready"], status["problem"]) == ("web", 2, 2, "")


def test_a_killed_task_is_restarted_and_registered_anew(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,), (target,) = tasks.pids(REGION, "web"), aws.targets["group-web"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: tasks.pids(REGION, "web") not in ([], [pid]))
    eventually(lambda: aws.targets["group-web"] and aws.targets["group-web"] != {target})
    assert target not in aws.targets["group-web"]


def test_desired_count_to_zero_ends_the_process_and_deregisters_it(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    declare(aws, tasks, service("web", 0))
    eventually(lambda: gone(pid))
    eventually(lambda: aws.running == {(CLUSTER, "web"): 0})


def test_a_deleted_service_ends(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    declare(aws, tasks)
    eventually(lambda: gone(pid))
    assert tasks.status() == []


def test_a_new_definition_replaces_the_tasks_without_a_gap(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    aws.services = [service("web", 1, revision=2)]
    while pid in tasks.pids(REGION, "web"):
        assert aws.targets["group-web"]
    assert len(aws.targets["group-web"]) == 1
    assert tasks.pids(REGION, "web") != [pid]


def test_a_definition_that_cannot_start_leaves_the_old_tasks(aws: Aws, tasks: Tasks) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    aws.services = [service("web", 1, revision=2, secrets={"KEY": SECRET})]
    aws.secrets.clear()
    eventually(lambda: "ResourceInitializationError" in tasks.status()[0]["problem"])
    assert tasks.pids(REGION, "web") == [pid]


def test_a_lost_region_loses_its_tasks_until_it_is_back(aws: Aws, tasks: Tasks, faults: Faults) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    faults.dark(REGION, kill=True)
    assert gone(pid) and not aws.targets["group-web"]
    tasks.reconcile()
    assert tasks.pids(REGION, "web") == []
    faults.clear()
    eventually(lambda: aws.targets["group-web"])


def test_a_partition_ends_nothing(aws: Aws, tasks: Tasks, faults: Faults) -> None:
    declare(aws, tasks, service("web", 1))
    (pid,) = tasks.pids(REGION, "web")
    faults.dark(REGION)
    tasks.reconcile()
    assert tasks.pids(REGION, "web") == [pid]
    declare(aws, tasks, service("web", 2))


def test_an_outage_of_ecs_leaves_what_runs(aws: Aws, tasks: Tasks, faults: Faults) -> None:
    declare(aws, tasks, service("web", 1))
    faults.dark(REGION, service="ecs")
    aws.services = [service("web", 2)]
    tasks.reconcile()
    assert len(tasks.pids(REGION, "web")) == 1
    faults.clear()
    eventually(lambda: len(tasks.pids(REGION, "web")) == 2)


def test_a_task_sees_only_what_it_is_given(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "the host's")
    aws.services = [service("web", 1, secrets={"LIFELINE_SECRET_SESSION_KEY": SECRET})]
    (declared,) = Declared.read(aws, REGION)
    env = variables(declared, aws, Faults(), "http://127.0.0.1:9", ROOT, 4321, "task")
    assert env["LIFELINE_SECRET_SESSION_KEY"] == "value"
    assert env["PORT"] == "4321" and env["AWS_ACCESS_KEY_ID"] == "AKIAUSEAST1000000000"
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9" and env["AWS_DEFAULT_REGION"] == REGION
    assert "CLOUDFLARE_API_TOKEN" not in env
    given = set(declared.environment) | {
        "LIFELINE_SECRET_SESSION_KEY",
        "PATH",
        "HOME",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
    }
    assert {name for name in env if not name.startswith("AWS_")} == given | {"LIFELINE_TASK_ID"}


def test_an_image_comes_from_a_registry_that_can_be_reached(aws: Aws) -> None:
    faults = Faults()
    aws.services = [service("web", 1, image=IMAGE.replace(REGION, "us-west-2"))]
    (declared,) = Declared.read(aws, REGION)
    faults.dark("us-west-2")
    with pytest.raises(CannotStart, match="CannotPullContainerError"):
        variables(declared, aws, faults, "http://127.0.0.1:9", ROOT, 4321, "task")


@pytest.mark.parametrize(
    ("container", "argv"),
    [
        ({}, [sys.executable, "-m", "sandbox.workload"]),
        ({"environment": {"LIFELINE_ROLE": "migration"}}, [sys.executable, "-m", "sandbox.workload.migrate"]),
        (
            {"image": f"lifeline/lifeline@sha256:{'1' * 64}", "command": ["python", "-m", "operations.warden"]},
            [sys.executable, "-m", "operations.warden"],
        ),
    ],
)
def test_the_program_of_an_image(aws: Aws, container: dict[str, Any], argv: list[str]) -> None:
    aws.services = [service("web", 1, **container)]
    (declared,) = Declared.read(aws, REGION)
    assert program(declared) == argv


def test_image_names() -> None:
    assert repository(IMAGE) == ("nl-fhir/web", REGION)
    assert repository("lifeline/lifeline@sha256:ab") == ("lifeline/lifeline", None)
    assert repository("registry.example.com/a/b:1") == ("a/b", None)


def test_frozen_capacity_leaves_what_runs_and_starts_no_more(aws: Aws, tasks: Tasks, faults: Faults) -> None:
    declare(aws, tasks, service("web", 1))
    faults.freeze_capacity("web", 0.5, REGION)
    aws.services = [service("web", 4)]
    eventually(lambda: len(tasks.pids(REGION, "web")) == 2)
    eventually(lambda: tasks.status()[0]["problem"].startswith("RESOURCE:FARGATE"))
    faults.clear()
    declare(aws, tasks, service("web", 4))
    faults.freeze_capacity("all")
    tasks.reconcile()
    assert len(tasks.pids(REGION, "web")) == 4, "what runs, runs on"


def test_a_dark_zone_moves_its_tasks_to_the_others(aws: Aws, tasks: Tasks, faults: Faults) -> None:
    zones = [f"{REGION}{letter}" for letter in "abc"]
    spread = {**service("web", 3), "zones": zones}
    declare(aws, tasks, spread)
    before = tasks.pids(REGION, "web")
    faults.dark_zone(zones[1])
    eventually(lambda: sum(pid in before for pid in tasks.pids(REGION, "web")) == 2)
    declare(aws, tasks, spread)
    for zone in zones:
        faults.dark_zone(zone)
    eventually(lambda: not tasks.pids(REGION, "web") and "no zone is left" in tasks.status()[0]["problem"])
    faults.clear()
    declare(aws, tasks, spread)
