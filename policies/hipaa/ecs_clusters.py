"""ECS clusters: what is recorded of shells in tasks, and of how tasks do."""

from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Rule
from policies.verdict import Verdict, fail
from policies.vocabulary import all_of, any_of, every, one_of, present, when

CLUSTER = "aws:ecs/cluster:Cluster"
SETTING = "aws:ecs/accountSettingDefault:AccountSettingDefault"

_EXEC = "configuration.executeCommandConfiguration"
_LOGS = f"{_EXEC}.logConfiguration"
_TO_LOGS, _TO_BUCKET = present(f"{_LOGS}.cloudWatchLogGroupName"), present(f"{_LOGS}.s3BucketName")


def _recorded_where_it_says(case: Case) -> Verdict:
    if ask(any_of(_TO_LOGS, _TO_BUCKET), case).outcome == "fail":
        return fail("logging is OVERRIDE, and logConfiguration names neither a log group nor a bucket", _LOGS)
    return all_of(
        when(_TO_LOGS, one_of(f"{_LOGS}.cloudWatchEncryptionEnabled", True)),
        when(_TO_BUCKET, one_of(f"{_LOGS}.s3BucketEncryptionEnabled", True)),
    )(case)


def _exec(**settings: object) -> dict[str, object]:
    return {"configuration": {"executeCommandConfiguration": settings}}


EXEC_LOGGING = Rule(
    id="ecs-exec-logging",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(CLUSTER,),
    what="What is typed into a task's shell, and what it answers, is recorded, and the record is encrypted.",
    why="A shell in a container reads PHI, and only its own record shows what was read.",
    fix=Fix(
        "Set logging to OVERRIDE, name a log group or a bucket, and set that one's encryption flag.",
        python='configuration={"execute_command_configuration": {"logging": "OVERRIDE", "kms_key_id": key.arn, '
        '"log_configuration": {"cloud_watch_log_group_name": group.name, "cloud_watch_encryption_enabled": True}}}',
        yaml="configuration:\n  executeCommandConfiguration:\n    logging: OVERRIDE\n    kmsKeyId: ${key.arn}\n"
        "    logConfiguration: {cloudWatchLogGroupName: '${group.name}', cloudWatchEncryptionEnabled: true}",
    ),
    # Where nothing is said, sessions go to the containers' own logs (DEFAULT), which cwl-kms looks at.
    check=all_of(
        one_of(f"{_EXEC}.logging", "DEFAULT", "OVERRIDE", or_absent=True),
        when(one_of(f"{_EXEC}.logging", "OVERRIDE"), _recorded_where_it_says),
    ),
    passing=(
        {},
        _exec(logging="DEFAULT"),
        _exec(
            logging="OVERRIDE",
            logConfiguration={"cloudWatchLogGroupName": "/orders/shells", "cloudWatchEncryptionEnabled": True},
        ),
        _exec(logging="OVERRIDE", logConfiguration={"s3BucketName": "shells", "s3BucketEncryptionEnabled": True}),
    ),
    failing=(
        _exec(logging="NONE"),
        _exec(logging="OVERRIDE"),
        _exec(logging="OVERRIDE", logConfiguration={"cloudWatchLogGroupName": "/orders/shells"}),
        _exec(
            logging="OVERRIDE",
            logConfiguration={
                "cloudWatchLogGroupName": "/orders/shells",
                "cloudWatchEncryptionEnabled": True,
                "s3BucketName": "shells",
                "s3BucketEncryptionEnabled": False,
            },
        ),
    ),
)

_INSIGHTS = one_of("name", "containerInsights")
_ON = one_of("value", "enabled", "enhanced")


def _watched(case: Case) -> Verdict:
    own = ask(every("settings", when(_INSIGHTS, _ON)), case)
    if own.outcome != "not_applicable":
        return own
    # The account's default holds where a cluster says nothing.
    for setting in case.view.of(SETTING):
        verdict = ask(all_of(_INSIGHTS, _ON), case.about(setting))
        if verdict.outcome in ("pass", "unknown"):
            return verdict
    return fail("settings do not switch containerInsights on", "settings")


def _setting(value: str) -> dict[str, object]:
    return {"settings": [{"name": "containerInsights", "value": value}]}


INSIGHTS = Rule(
    id="ecs-container-insights",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(CLUSTER,),
    what="A cluster has Container Insights.",
    why="Which task ran out of memory, and when, is known afterwards from these metrics only.",
    fix=Fix(
        'Set the cluster\'s setting containerInsights to "enabled" or "enhanced".',
        python='settings=[{"name": "containerInsights", "value": "enabled"}]',
        yaml="settings:\n  - {name: containerInsights, value: enabled}",
    ),
    check=_watched,
    passing=(
        _setting("enabled"),
        _setting("Enhanced"),
        example(Given(CLUSTER, "orders"), Given(SETTING, "default", {"name": "containerInsights", "value": "enabled"})),
    ),
    failing=(
        {},
        {"settings": []},
        _setting("disabled"),
        example(Given(CLUSTER, "orders"), Given(SETTING, "default", {"name": "taskLongArnFormat", "value": "enabled"})),
        example(
            Given(CLUSTER, "orders", _setting("disabled")),
            Given(SETTING, "default", {"name": "containerInsights", "value": "enabled"}),
        ),
    ),
)
