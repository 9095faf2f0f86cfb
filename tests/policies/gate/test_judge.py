"""From findings to a verdict: what stops a change, and what never passes."""

import pytest

from model.values import UNKNOWN
from policies.gate.judge import against
from policies.settings import PolicySettings
from tests.policies.gate.runs import bucket, everything, raising, rule, run


def test_a_clean_run_is_0_and_a_violation_5() -> None:
    assert run(bucket("one", True)).code == 0
    assert run(bucket("one")).code == 5


def test_unknown_stops_where_the_rule_says_so_and_is_never_a_pass() -> None:
    asked = run(bucket("one", UNKNOWN))
    assert asked.code == 5 and asked.summary()["unknown"] == 1 and asked.summary()["pass"] == 0
    lenient = run(bucket("one", UNKNOWN), rules=[rule(unknown_blocks=False)])
    assert lenient.code == 0 and lenient.summary()["unknown"] == 1 and lenient.summary()["pass"] == 0


def test_a_rule_that_raises_is_the_gates_error_and_no_pass() -> None:
    result = run(bucket("one", True), rules=[rule(), rule("raises", "low", check=raising)])
    assert result.code == 255
    (error,) = result.errors
    assert "raises" in error.finding.message and "ZeroDivisionError" in error.finding.message


@pytest.mark.parametrize(
    ("severity", "environment", "more", "code"),
    [
        ("critical", "production", {}, 5),
        ("medium", "production", {}, 5),
        ("low", "production", {}, 0),
        ("medium", "staging", {}, 0),
        ("high", "staging", {}, 5),
        ("critical", "production", {"level": "recommended"}, 0),
        ("medium", "production", {"pack": "cost"}, 0),
        ("high", "production", {"pack": "cost"}, 5),
    ],
)
def test_severity_stops_by_environment(severity: str, environment: str, more: dict[str, str], code: int) -> None:
    one = rule("closed", severity, **more)  # type: ignore[arg-type]
    result = run(bucket("one"), rules=[one], environment=environment)
    assert result.code == code and result.summary()["fail"] == 1


def test_settings_say_otherwise() -> None:
    fails = bucket("one")
    assert run(fails, settings=PolicySettings({"closed": "advisory"})).code == 0
    assert run(fails, settings=PolicySettings({"all": "advisory"})).code == 0
    assert run(fails, settings=PolicySettings({"all": "advisory", "closed": "mandatory"})).code == 5
    off = run(fails, settings=PolicySettings({"closed": "disabled"}))
    assert off.code == 0 and off.judged == ()


def test_fail_on_goes_by_severity_alone() -> None:
    low = [rule("closed", "low")]
    assert run(bucket("one"), rules=low, fail_on="low").code == 5
    assert run(bucket("one"), rules=low, fail_on="high").code == 0


def test_what_no_rule_knows_is_a_line_and_no_pass() -> None:
    result = run(bucket("one", True), bucket("widget", kind="acme:thing/widget:Widget"))
    assert str(result.coverage) == "1 resource of 1 type has no rule"
    assert result.summary()["without_rule"] == {"acme:thing/widget:Widget": 1} and result.summary()["pass"] == 1


def test_against_a_base_only_what_is_new_stops_and_what_is_gone_is_fixed() -> None:
    before = run(bucket("old"), bucket("mended"))
    now = run(bucket("old", line=99), bucket("mended", True), bucket("fresh"))
    compared = against(now, before, "main")
    assert [item.finding.resource.name for item in compared.shown] == ["fresh"]
    assert [item.finding.resource.name for item in compared.blocking] == ["fresh"] and compared.code == 5
    assert [item.finding.resource.name for item in compared.fixed] == ["mended"]
    assert against(run(bucket("old")), before, "main").code == 0


def test_the_gravest_comes_first() -> None:
    statuses = [item.status for item in everything().judged]
    assert statuses == sorted(statuses, key=["error", "fail", "unknown", "waived", "pass"].index)
