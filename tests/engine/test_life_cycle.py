"""The real engine on the three stacks: from nothing, again, flipped, refused, and back to nothing.

The tests share one estate, which test_fence had before them, and run in their order; each says what it leaves behind.
"""

import json
from collections import Counter

import pytest

from operations.record.store import RecordStore
from operations.stacks.engine import EngineError
from tests.engine.drift import drift
from tests.engine.estate import PACKS, ROOT, Estate, wait
from tests.engine.leftovers import leftovers


@pytest.fixture(scope="module")
def it(applied: Estate) -> Estate:
    return applied


def record(it: Estate) -> RecordStore:
    topology = it.topology
    return RecordStore(
        topology.one("control_table").id,
        topology.application,
        topology.control_regions,
        topology.founder,
        lambda service, region: it.aws(service, region),
    )


def test_up_from_nothing_only_creates(it: Estate) -> None:
    assert set(it.first) == {"global", "prod", "dr"}
    for stack, changes in it.first.items():
        assert {kind for kind, count in changes.counts.items() if count} == {"create"}, (stack, changes.counts)


def test_again_changes_nothing_and_plain_pulumi_sees_what_lifeline_made(it: Estate) -> None:
    for stack in ("global", "prod"):
        changes = it.engine.up(stack)
        assert changes.empty, (stack, changes.listed())
    # With both packs: what they say of a stack that is there is another view than of one that is not.
    levels = ["--policy-pack-config", str(ROOT / "policies" / "config.json")] * 2
    shown = it.pulumi("preview", "-s", "dr", "--expect-no-changes", *PACKS, *levels)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "lifeline-hipaa" in shown.stdout


def test_a_refresh_finds_nothing_to_take_in(it: Estate) -> None:
    words = ("--yes", "--skip-preview", "--expect-no-changes")
    for shown in it.each(lambda stack: it.pulumi("refresh", "-s", stack, *words)).values():
        assert shown.returncode == 0, shown.stdout + shown.stderr


def test_every_provider_is_told_its_region_and_its_sts_region(it: Estate) -> None:
    configured = [call for call in it.calls(0) if call["operation"] == "Configure" and call["service"] == "pulumi:aws"]
    assert configured
    regions = Counter(call["arguments"]["region"] for call in configured)
    assert set(regions) == {"us-east-1", "us-west-2"}
    for call in configured:
        arguments = call["arguments"]
        assert arguments["stsRegion"] == arguments["region"]
        assert arguments["allowedAccountIds"] in (["111122223333"], '["111122223333"]')


def test_every_invoke_names_a_region_of_its_own_stack(it: Estate) -> None:
    invoked = [call for call in it.calls(0) if call["service"] == "pulumi:aws" and "Invoke" in call["operation"]]
    assert invoked
    for call in invoked:
        assert call["region"] in {"us-east-1", "us-west-2"}, call


def test_each_resource_lands_in_its_own_region(it: Estate) -> None:
    for site, region in it.running.regions.items():
        other = next(name for name in it.running.regions if name != site)
        clusters = it.aws("ecs", region).list_clusters()["clusterArns"]
        assert any(arn.endswith(f"-{site}") for arn in clusters)
        assert not any(arn.endswith(f"-{other}") for arn in clusters)


def test_an_order_written_at_east_is_read_at_wests_reader(it: Estate) -> None:
    status, body, _ = it.order("order-for-west")
    assert status == 201 and body["site"] == "east"

    def there() -> bool:
        with it.database("west") as west:
            assert west.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            return west.execute("SELECT 1 FROM orders WHERE order_id = 'order-for-west'").fetchone() is not None

    wait(there, "the order is at west's reader")


def test_a_repeated_order_is_one_order(it: Estate) -> None:
    assert it.order("order-twice")[0] == 201
    assert it.order("order-twice")[0] == 200
    with it.database("east") as east:
        assert east.execute("SELECT count(*) FROM orders WHERE order_id = 'order-twice'").fetchone() == (1,)


def test_no_secret_is_told_in_state_output_log_or_call(it: Estate) -> None:
    manager = it.aws("secretsmanager", "us-west-2")
    names = [secret["Name"] for secret in manager.list_secrets()["SecretList"]]
    values = [manager.get_secret_value(SecretId=name)["SecretString"] for name in names]
    assert len(values) == 2
    told = [json.dumps(it.calls(0))]
    for stack in it.stacks:
        for words in (("export",), ("output", "--json"), ("history",)):
            shown = it.pulumi("stack", *words, "-s", stack)
            assert shown.returncode == 0, shown.stderr
            told.append(shown.stdout + shown.stderr)
    read = {stack: json.dumps(it.engine.deployment(stack)) for stack in it.stacks}
    assert "ciphertext" in read["global"], "what Lifeline itself reads of a state, and writes back, is sealed"
    told += read.values()
    told += [path.read_text(errors="replace") for path in it.root.rglob("*") if path.is_file()]
    assert not [value for value in values for text in told if value in text]


def test_a_release_is_one_digest_at_both_sites(it: Estate) -> None:
    services = [service.model_dump(mode="json", exclude_none=True) for service in it.settings.services]
    released = [
        {**each, "image": f"nl-fhir/web@sha256:{'a' * 64}"} if each["name"] == "web" else each for each in services
    ]
    before = (it.root / "Pulumi.yaml").read_text()
    it.configure(services=released)
    try:
        planned = [it.engine.preview(stack) for stack in ("prod", "dr")]
    finally:
        (it.root / "Pulumi.yaml").write_text(before)
    for changes in planned:
        touched = {change.type for change in changes.listed()}
        assert touched == {"aws:ecs/taskDefinition:TaskDefinition", "aws:ecs/service:Service"}


@pytest.mark.parametrize(
    ("dark", "applies", "refuses"),
    [
        ("us-east-1", ("global", "dr"), ("prod",)),
        pytest.param("us-west-2", ("prod",), ("global", "dr"), marks=pytest.mark.rehearsal),
    ],
)
def test_with_a_region_dark_each_stack_that_does_not_live_there_applies(
    it: Estate, dark: str, applies: tuple[str, ...], refuses: tuple[str, ...]
) -> None:
    """A change to all three; `global` lives in the home region, us-west-2. Those that are refused have lost nothing."""
    it.configure(log_days={"us-east-1": 731, "us-west-2": 1096}[dark])
    it.control.post("/dark", {"region": dark})
    mark = it.mark()
    try:
        for stack in applies:
            changes = it.engine.up(stack)
            assert {change.type for change in changes.listed()} == {"aws:cloudwatch/logGroup:LogGroup"}, (
                changes.listed()
            )
        made = [call for call in it.calls(mark) if call["caller"] == "operator"]
        assert made, "the record of calls saw the runs"
        assert [call for call in made if call["region"] == dark] == []
        for stack in refuses:
            with pytest.raises(EngineError, match=f"{dark} did not answer") as caught:
                it.engine.up(stack)
            assert caught.value.changes.empty
    finally:
        it.control.post("/clear", {})
    it.wait_served("east")
    for stack in refuses:
        assert not it.engine.deployment(stack).get("pending_operations")
        assert {change.kind for change in it.engine.up(stack).listed()} == {"update"}


def test_intent_against_the_record_warns_in_a_preview_and_refuses_an_up(it: Estate) -> None:
    before = it.engine.resources("dr")
    it.configure(active={"production": "west"})
    try:
        planned = it.engine.preview("dr")
        said = " ".join(text for severity, text in planned.messages if severity == "warning")
        assert "record" in said and "east" in said and "west" in said
        shown = it.pulumi("up", "-s", "dr", "--yes", "--skip-preview")
        assert shown.returncode != 0 and "record" in shown.stdout + shown.stderr
    finally:
        it.configure(active={"production": "east"})
    assert it.engine.resources("dr") == before, "the refused run changed nothing"


def test_every_write_to_the_record_raises_the_alarm_at_both_sites(it: Estate) -> None:
    def states() -> set[str]:
        return {alarm(region) for region in ("us-east-1", "us-west-2")}

    def alarm(region: str) -> str:
        pages = it.aws("cloudwatch", region).get_paginator("describe_alarms").paginate()
        found = [item for page in pages for item in page["MetricAlarms"]]
        (one,) = [item for item in found if "wrote the control record" in item["AlarmDescription"]]
        return str(one["StateValue"])

    wait(lambda: "ALARM" not in states(), "nobody wrote for a while", seconds=150)
    store = record(it)
    store.acquire_lock("the test", "alarm", "lock")
    store.release_lock("alarm")
    wait(lambda: states() == {"ALARM"}, "the alarm on the record speaks in both regions", seconds=30)


def test_flipping_active_with_the_record_changes_capacity_and_traffic_only(it: Estate) -> None:
    store = record(it)
    store.move(store.read(), "west")
    it.configure(active={"production": "west"})
    try:
        for stack, planned in it.each(it.engine.preview).items():
            kinds = {kind for kind, count in planned.counts.items() if count}
            assert kinds <= {"update", "same"}, (stack, planned.listed())
            assert not planned.empty, f"{stack} follows the line"
            touched = {change.type for change in planned.listed()}
            assert touched <= {
                "aws:appautoscaling/target:Target",
                "aws:backup/plan:Plan",
                "cloudflare:index/loadBalancer:LoadBalancer",
            }
    finally:
        it.configure(active={"production": "east"})
        store.move(store.read(), "east")
    it.wait_served("east")


def test_an_unreadable_record_refuses_an_up_and_an_override_needs_a_reason(it: Estate) -> None:
    it.control.post("/dark", {"region": "us-west-2", "service": "dynamodb"})
    try:
        with pytest.raises(EngineError, match="record"):
            it.engine.up("dr")
        shown = it.lifeline("up", "dr", "--yes", LIFELINE_OVERRIDE_INTENT="table out, capacity needed")
        assert shown.returncode == 0, shown.stderr
        assert "table out, capacity needed" in shown.stderr
    finally:
        it.control.post("/clear", {})


def test_desired_count_zero_ends_the_processes(it: Estate) -> None:
    cluster = it.topology.one("ecs_cluster", "east").id
    ecs = it.aws("ecs", "us-east-1")
    assert it.status()["tasks"]["us-east-1"]["review"]
    scaling = it.aws("application-autoscaling", "us-east-1")
    name = it.topology.one("scalable_target", "east", "review").id
    place = {"ServiceNamespace": "ecs", "ResourceId": name, "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(**place, MinCapacity=0)
    ecs.update_service(cluster=cluster, service="review", desiredCount=0)
    wait(lambda: not it.status()["tasks"]["us-east-1"].get("review"), "review's processes end")
    scaling.register_scalable_target(**place, MinCapacity=2)
    wait(lambda: len(it.status()["tasks"]["us-east-1"].get("review", [])) == 2, "review's processes are back")


def test_what_is_not_declared_is_not_served(it: Estate) -> None:
    """A missing hop fails the next order and is named; a refresh and an up mend what is declared."""
    elb = it.aws("elbv2", "us-east-1")
    balancer = elb.describe_load_balancers(Names=[it.topology.one("load_balancer", "east").id])["LoadBalancers"][0]
    listener = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"][0]
    group = elb.describe_target_groups(Names=[it.topology.one("target_group", "east", "web").id])["TargetGroups"][0]
    assert it.order("while-all-is-there")[0] == 201

    registered = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    targets = [{"Id": item["Target"]["Id"], "Port": item["Target"]["Port"]} for item in registered]
    elb.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=targets)
    assert missing(it, "without-targets") == "target"
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=targets)
    # From the last hop to the first, so that the next one that is missed is the one that went.
    elb.delete_listener(ListenerArn=listener["ListenerArn"])
    assert missing(it, "without-the-listener") == "listener"
    zone, records = it.edge_api("dns_records")
    (origin,) = [each for each in records if each["name"] == it.topology.one("origin", "east").id]
    it.edge_api(f"dns_records/{origin['id']}", "DELETE", zone)
    assert missing(it, "without-the-record") == "dns-record"
    zone, balancers = it.edge_api("load_balancers")
    it.edge_api(f"load_balancers/{balancers[0]['id']}", "DELETE", zone)
    assert missing(it, "without-the-load-balancer") == "load-balancer"

    drifted = drift(it, "prod", "us-east-1")
    seen = {change.type for change in it.engine.refresh("prod").listed()}
    gone = {"aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule", "cloudflare:index/dnsRecord:DnsRecord"}
    assert seen == gone | {each.type for each in drifted}, "what is gone, and what is changed"
    it.engine.refresh("global")
    for stack in ("prod", "global"):
        it.engine.up(stack)
    assert [each.type for each in drifted if each.value() != each.before] == [], "put back"
    it.wait_served("east")
    assert it.order("after-all-is-back")[0] == 201


def missing(it: Estate, key: str) -> str | None:
    """The hop that an order, which must fail, lacks."""
    status, body, headers = it.order(key)
    assert status >= 400, (key, status, body)
    return headers.get("x-sandbox-missing")


def test_destroy_is_refused_while_protection_is_on(it: Estate) -> None:
    before = it.engine.resources("prod")
    shown = it.lifeline("destroy", "prod", "--yes")
    assert shown.returncode == 10, shown.stderr
    assert "protected" in shown.stderr and "rds/cluster:Cluster" in shown.stderr
    plain = it.pulumi("destroy", "-s", "prod", "--yes")
    assert plain.returncode != 0 and "protect" in plain.stdout + plain.stderr
    assert it.engine.resources("prod") == before


def test_with_protection_off_a_destroy_leaves_nothing(it: Estate) -> None:
    it.configure(protection="off")
    plain = ("--yes", "--skip-preview")
    for shown in it.each(lambda stack: it.pulumi("up", "-s", stack, *plain)).values():
        assert shown.returncode == 0, shown.stdout + shown.stderr
    shown = it.pulumi("destroy", "-s", "dr", *plain)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    shown = it.lifeline("destroy", "--yes")
    assert shown.returncode == 0, shown.stderr
    for stack in it.stacks:
        assert it.engine.resources(stack) == []
    for region in it.running.regions.values():
        assert leftovers(it, region) == {}
    assert all(not services for services in it.status()["tasks"].values())
