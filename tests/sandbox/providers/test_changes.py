"""Change, replacement, drift, import and refusal, as the real engine sees them."""

from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from tests.sandbox.providers.conftest import EAST, Engine, Rig
from tests.sandbox.providers.programs import provider
from tests.sandbox.providers.programs.guards import backups, firewall

LOGS = "logs"


def program(days: int = 30, group_class: str = "STANDARD", display: str | None = None) -> None:
    opts = pulumi.ResourceOptions(provider=provider("east", EAST))
    aws.cloudwatch.LogGroup(LOGS, name="/trial", retention_in_days=days, log_group_class=group_class, opts=opts)
    if display is not None:
        aws.sns.Topic("topic", display_name=display, opts=opts)


def retention(rig: Rig) -> int:
    return int(rig.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"])


def test_a_life_of_changes(engine: Engine, rig: Rig) -> None:
    engine.up(lambda: program(display="one"))
    first = engine.resources()
    updated = engine.up(lambda: program(days=60, display="two")).summary.resource_changes
    assert updated == {"same": 2, "update": 2}
    assert retention(rig) == 60
    assert engine.resources()["topic"]["id"] == first["topic"]["id"]

    rig.client("logs").put_retention_policy(logGroupName="/trial", retentionInDays=7)
    rig.client("sns").delete_topic(TopicArn=first["topic"]["id"])
    drifted = {str(kind): count for kind, count in (engine.stack.refresh().summary.resource_changes or {}).items()}
    assert (drifted["update"], drifted["delete"]) == (1, 1)
    assert engine.preview(lambda: program(days=60, display="two")) == {"create": 1, "update": 1}

    # The name is fixed, so the replacement can only succeed when the old group goes first.
    replaced = engine.up(lambda: program(days=60, group_class="INFREQUENT_ACCESS", display="two"))
    assert replaced.summary.resource_changes == {"same": 2, "create": 1, "replace": 1}
    assert retention(rig) == 60
    assert engine.preview(lambda: program(days=60, group_class="INFREQUENT_ACCESS", display="two")) == {}


def test_what_exists_is_imported_and_a_wrong_argument_is_refused(engine: Engine, rig: Rig) -> None:
    rig.client("logs").create_log_group(logGroupName="/there")
    rig.client("logs").put_retention_policy(logGroupName="/there", retentionInDays=14)

    def importing(days: int = 14, **more: str) -> None:
        opts = pulumi.ResourceOptions(provider=provider("east", EAST), import_="/there")
        aws.cloudwatch.LogGroup(LOGS, name="/there", retention_in_days=days, opts=opts)
        if more:
            pulumi.CustomResource(
                "aws:sns/topic:Topic", "topic", dict(more), pulumi.ResourceOptions(provider=opts.provider)
            )

    assert engine.up(importing).summary.resource_changes == {"create": 2, "import": 1}
    assert engine.preview(importing) == {}
    text = engine.refuses(lambda: importing(colour="red"))
    assert "colour" in text
    assert "the SDK has no such property" in text


def test_secrets_are_ciphertext_in_the_state(engine: Engine, rig: Rig, tmp_path: Path) -> None:
    def secretive() -> None:
        opts = pulumi.ResourceOptions(provider=provider("east", EAST))
        password = random.RandomPassword("password", length=32, special=False)
        secret = aws.secretsmanager.Secret("secret", name="trial/session", recovery_window_in_days=0, opts=opts)
        aws.secretsmanager.SecretVersion(
            "value", secret_id=secret.id, secret_string_wo=password.result, secret_string_wo_version=1, opts=opts
        )
        pulumi.export("password", password.result)

    word = engine.up(secretive).outputs["password"]
    assert word.secret
    kept = (tmp_path / "state" / ".pulumi" / "stacks" / "trial" / "trial.json").read_text()
    assert "trial/session" in kept
    assert word.value not in kept
    assert rig.client("secretsmanager").get_secret_value(SecretId="trial/session")["SecretString"] == word.value
    assert "secretStringWo" not in engine.resources()["value"]["outputs"]
    assert word.value not in str(rig.calls.read(0))


def oversight(rules: str) -> None:
    """A recorded type that AWS changes in place."""
    opts = pulumi.ResourceOptions(provider=provider("west", "us-west-2"))
    aws.cfg.ConformancePack("pack", name="trial", template_body=rules, opts=opts)


def test_what_guards_changes_in_place(engine: Engine, rig: Rig) -> None:
    def guards(limit: int, active: bool, rules: str) -> None:
        opts = pulumi.ResourceOptions(provider=provider("east", EAST))
        firewall(opts, limit)
        backups(opts, active=active)
        oversight(rules)

    engine.up(lambda: guards(2000, True, '{"Resources": {"a": {}}}'))
    before = engine.resources()
    summary = engine.up(lambda: guards(100, False, '{"Resources": {"b": {}}}')).summary
    changed = {str(kind): count for kind, count in (summary.resource_changes or {}).items()}
    assert changed["update"] == 3 and set(changed) == {"same", "update"}
    after = engine.resources()
    for name in ("acl", "plan", "pack"):
        assert after[name]["id"] == before[name]["id"]
    plan = rig.client("backup").get_backup_plan(BackupPlanId=after["plan"]["id"])["BackupPlan"]
    assert "CopyActions" not in plan["Rules"][0]
    named = {"Name": after["acl"]["outputs"]["name"], "Id": after["acl"]["id"], "Scope": "REGIONAL"}
    limits = rig.client("wafv2").get_web_acl(**named)["WebACL"]["Rules"][1:]
    assert {rule["Statement"]["RateBasedStatement"]["Limit"] for rule in limits} == {100}

    # Somebody shortens the plan by hand: a refresh sees it.
    rule = {key: value for key, value in plan["Rules"][0].items() if key != "RuleId"}  # AWS shows it and takes none
    rig.client("backup").update_backup_plan(
        BackupPlanId=after["plan"]["id"],
        BackupPlan={**plan, "Rules": [{**rule, "StartWindowMinutes": 480}]},
    )
    drifted = {str(kind): count for kind, count in (engine.stack.refresh().summary.resource_changes or {}).items()}
    assert drifted["update"] == 1
