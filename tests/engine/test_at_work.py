"""What an estate does by itself while nothing is wrong: its canaries, what it keeps secret, what it writes down.

On the estate that test_after_a_promotion leaves; what its audit bucket keeps is locked, so that no destroy follows.
"""

import json

import pytest

from infra.journey import journey
from tests.engine.estate import Estate


@pytest.fixture(scope="module")
def it(moved: Estate) -> Estate:
    return moved


def test_each_epic_s_canary_submits_an_order_through_the_edge_and_reads_it_back(
    it: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the script that Synthetics runs. What it submits is on no clinical list."""
    site = it.settings.active_site
    it.wait_served(site)
    monkeypatch.setenv("CANARY_URL", f"http://127.0.0.1:{it.running.edge}")
    monkeypatch.setenv("CANARY_HOST", it.running.host)
    canaries = it.settings.observability.canaries
    assert {each.epic for each in canaries} == {1, 2, 3, 4}
    for each in canaries:
        monkeypatch.setenv("CANARY_NAME", each.name)
        monkeypatch.setenv("CANARY_STEPS", json.dumps([step.model_dump(exclude_none=True) for step in each.steps]))
        assert journey.handler({}, None) == "passed"
    with it.database(site) as database:
        (made,) = database.execute("SELECT count(*) FROM orders WHERE order_id LIKE 'canary-%'").fetchone()
        (listed,) = database.execute("SELECT count(*) FROM clinical_orders WHERE order_id LIKE 'canary-%'").fetchone()
        (sent,) = database.execute("SELECT count(*) FROM outbox WHERE order_id LIKE 'canary-%'").fetchone()
    assert (made, listed, sent) == (4, 0, 0)


def test_the_master_password_is_in_no_state_output_or_log(it: Estate) -> None:
    home = it.settings.home_region
    name = f"{it.settings.application}/production/database-master"
    password = it.aws("secretsmanager", home).get_secret_value(SecretId=name)["SecretString"]
    assert len(password) > 20
    for stack in it.stacks:
        shown = it.pulumi("stack", "output", "--json", "--show-secrets", "-s", stack)
        exported = it.pulumi("stack", "export", "-s", stack)
        assert exported.returncode == shown.returncode == 0, exported.stderr + shown.stderr
        assert password not in exported.stdout + shown.stdout
    written = [path for path in it.root.rglob("*") if path.suffix in {".json", ".jsonl", ".log", ".yaml", ".md"}]
    assert written
    for path in written:
        assert password.encode() not in path.read_bytes(), path.name


def test_the_edge_is_exported_into_the_audit_bucket_once(it: Estate) -> None:
    shown = it.lifeline("edge", "export", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    done = json.loads(shown.stdout)
    assert {"dns_records", "load_balancers", "monitors", "pools", "rulesets", "settings.ssl"} <= set(done["parts"])
    bucket, _, key = done["where"].removeprefix("s3://").partition("/")
    kept = it.aws("s3", it.settings.home_region).get_object(Bucket=bucket, Key=key)["Body"].read()
    assert it.running.host in kept.decode() and json.loads(kept)["missing"] == done["missing"]
    again = it.lifeline("edge", "export", "--output", "json")
    assert json.loads(again.stdout)["where"] is None
