"""ECS task definitions: what a container is told in clear, and what it may reach."""

from model.values import UNKNOWN, UnknownMet, items
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.secret_words import in_clear, secret_name
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import every, one_of, present, when
from policies.wording import nothing

TASK = "aws:ecs/taskDefinition:TaskDefinition"
ROLE = "aws:iam/role:Role"
_CONTAINERS = "containerDefinitions[*]"


def _containers(*containers: dict[str, object]) -> dict[str, object]:
    return {"containerDefinitions": [{"name": f"c{number}", **item} for number, item in enumerate(containers)]}


def _no_secrets(case: Case) -> Verdict:
    path = f"{_CONTAINERS}.environment[*]"
    names, values = case.at(f"{path}.name"), case.at(f"{path}.value")
    unclear = ""
    for name, value in zip(items(names), items(values), strict=False):
        if name is UNKNOWN:
            unclear = "a variable's name"
        elif value is UNKNOWN:
            unclear = str(name) if secret_name(str(name)) else unclear
        elif in_clear(str(name or ""), value):
            return fail(f'the variable "{name}" holds a secret in clear: give it in secrets, by its ARN', path)
    return unknown(f"{unclear} is not known yet", path) if unclear else PASS


def _variable(name: str, value: object) -> dict[str, object]:
    return {"environment": [{"name": "PORT", "value": "8080"}, {"name": name, "value": value}]}


NO_SECRETS = Rule(
    id="ecs-no-env-secrets",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TASK,),
    unknown_blocks=False,  # before the first apply, container definitions with an output in them are one unknown text
    what="No container gets a secret as a plain environment variable.",
    why="Every revision of a task definition is shown, in the console and the API, to whoever may describe it.",
    fix=Fix(
        "Move it into Secrets Manager, and name it in secrets.",
        python='container_definitions=pulumi.Output.json_dumps([{"name": "web", "secrets": '
        '[{"name": "DB_PASSWORD", "valueFrom": secret.arn}]}])',
        yaml="containerDefinitions:\n  fn::toJSON:\n    - name: web\n"
        "      secrets: [{name: DB_PASSWORD, valueFrom: '${secret.arn}'}]",
    ),
    check=_no_secrets,
    passing=(
        _containers({}),
        _containers(_variable("LOG_LEVEL", "info")),
        _containers(_variable("DB_PASSWORD_ARN", "x"), _variable("TOKEN_URL", "https://id.clinic.example/token")),
        _containers(_variable("DB_PASSWORD", "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders")),
        _containers(_variable("API_KEY", ""), {"secrets": [{"name": "DB_PASSWORD", "valueFrom": "/orders/password"}]}),
        _containers(_variable("DATABASE_URL", "postgresql://app@db.internal:5432/orders")),
    ),
    failing=(
        _containers(_variable("DB_PASSWORD", "hunter2")),
        _containers({}, _variable("apiKey", "q9w8e7")),
        _containers(_variable("STRIPE_SECRET", "whsec")),
        _containers(_variable("GITHUB_TOKEN_VALUE", "t0k3n")),
        _containers(_variable("DATABASE_URL", "postgresql://app:hunter2@db.internal:5432/orders")),
        _containers(_variable("AWS_ACCESS_KEY_ID", "AKIA" + "A1B2C3D4E5F6G7H8")),
        {"containerDefinitions": '[{"Name": "web", "Environment": [{"Name": "DB_PASSWORD", "Value": "hunter2"}]}]'},
    ),
)


def _volume(**settings: object) -> dict[str, object]:
    return {"volumes": [{"name": "scratch"}, {"name": "documents", "efsVolumeConfiguration": settings}]}


EFS_TRANSIT = Rule(
    id="ecs-efs-transit",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TASK,),
    what="What a task reads from and writes to EFS is encrypted on the way.",
    why="NFS is plain text; whoever sees the network's packets sees the documents.",
    fix=Fix(
        'Set transit_encryption to "ENABLED" in efs_volume_configuration.',
        python='volumes=[{"name": "documents", "efs_volume_configuration": {"file_system_id": files.id, '
        '"transit_encryption": "ENABLED"}}]',
        yaml="volumes:\n  - name: documents\n    efsVolumeConfiguration: {fileSystemId: '${files.id}', "
        "transitEncryption: ENABLED}",
    ),
    check=every(
        "volumes",
        when(present("efsVolumeConfiguration"), one_of("efsVolumeConfiguration.transitEncryption", "ENABLED")),
    ),
    passing=({}, _volume(fileSystemId="fs-1", transitEncryption="ENABLED"), {"volumes": [{"name": "scratch"}]}),
    failing=(
        _volume(fileSystemId="fs-1"),
        _volume(fileSystemId="fs-1", transitEncryption="DISABLED"),
        example(
            Given("aws:efs/fileSystem:FileSystem", "files"), Given(TASK, "web", _volume(fileSystemId=ref("files")))
        ),
    ),
)


def _role_of_its_own(case: Case) -> Verdict:
    task, execution = case.at("taskRoleArn"), case.at("executionRoleArn")
    if nothing(task):
        # On Fargate, code without a role gets no credentials at all; on a host of one's own it gets the host's.
        if {str(item).upper() for item in items(case.at("requiresCompatibilities"))} == {"FARGATE"}:
            return PASS
        return fail("taskRoleArn is not set: the code can use the role of the host that it runs on", "taskRoleArn")
    if execution is None:
        return PASS
    if task is UNKNOWN or execution is UNKNOWN:
        depends = case.resource.depends or {}
        sources = [set(depends.get(name, ())) for name in ("taskRoleArn", "executionRoleArn")]
        if not all(sources):
            raise UnknownMet
        same = sources[0] == sources[1]
    else:
        same = str(task).strip() == str(execution).strip()
    if same:
        return fail(
            "taskRoleArn and executionRoleArn are one role: the code may do what starting it needs", "taskRoleArn"
        )
    return PASS


_WORKER, _STARTER = Given(ROLE, "worker"), Given(ROLE, "starter")

OWN_ROLE = Rule(
    id="ecs-separate-roles",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(TASK,),
    what="The code in a task has a role of its own, not the one that starts the task.",
    why="What starts a task may read every secret of it and pull every image; the code needs neither.",
    fix=Fix(
        "Set task_role_arn to a role other than that of execution_role_arn.",
        python="task_role_arn=worker.arn, execution_role_arn=starter.arn",
        yaml="taskRoleArn: ${worker.arn}\nexecutionRoleArn: ${starter.arn}",
    ),
    check=_role_of_its_own,
    passing=(
        example(
            _WORKER,
            _STARTER,
            Given(TASK, "web", {"taskRoleArn": ref("worker", "arn"), "executionRoleArn": ref("starter", "arn")}),
        ),
        example(_WORKER, Given(TASK, "web", {"taskRoleArn": ref("worker", "arn")})),
        example(
            _STARTER,
            Given(TASK, "web", {"executionRoleArn": ref("starter", "arn"), "requiresCompatibilities": ["FARGATE"]}),
        ),
    ),
    failing=(
        {},
        example(
            _STARTER,
            Given(TASK, "web", {"taskRoleArn": ref("starter", "arn"), "executionRoleArn": ref("starter", "arn")}),
        ),
        {"executionRoleArn": "arn:aws:iam::111122223333:role/starter", "requiresCompatibilities": ["EC2", "FARGATE"]},
        {"taskRoleArn": "arn:of:one", "executionRoleArn": "arn:of:one", "requiresCompatibilities": ["FARGATE"]},
    ),
)
