"""Waivers: what holds, what does not, and how that is said."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from infra.settings.problems import SettingsError
from policies.gate import waivers
from tests.policies.gate.runs import TODAY, bucket, rule, run, waiver


def test_a_waived_finding_stops_nothing_and_stays_visible() -> None:
    result = run(bucket("open-one"), waivers=[waiver()])
    assert result.code == 0
    (item,) = result.shown
    assert item.status == "waived" and item.waiver is not None


@pytest.mark.parametrize("pattern", ["open-*", "*::open-one", "urn:pulumi:prod::*::open-?ne"])
def test_a_pattern_is_held_against_name_and_urn(pattern: str) -> None:
    assert run(bucket("open-one"), waivers=[waiver(resource=pattern)]).code == 0


@pytest.mark.parametrize("values", [{"rule": "other"}, {"resource": "another"}, {"stack": "dr"}])
def test_it_covers_nothing_else(values: dict[str, str]) -> None:
    result = run(bucket("open-one"), waivers=[waiver(**values)])
    assert result.code == 5 and result.summary()["waived"] == 0


def test_its_last_day_is_a_day() -> None:
    assert run(bucket("open-one"), waivers=[waiver(expires=TODAY)]).code == 0
    over = run(bucket("open-one"), waivers=[waiver(expires=TODAY - timedelta(days=1))])
    assert over.code == 5 and over.summary()["fail"] == 1
    assert "expired on 2026-11-23" in str(over.faults[0])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"expires": TODAY + timedelta(days=181)}, "180 days at most"),
        ({"resource": "*"}, "name the resource"),
        ({"resource": "o*"}, "name the resource"),
    ],
)
def test_too_much_fails_and_covers_nothing(values: dict[str, object], says: str) -> None:
    result = run(bucket("open-one"), waivers=[waiver(**values)])
    assert result.code == 5 and result.summary()["fail"] == 1 and says in str(result.faults[0])


def test_more_than_ten_resources_are_no_exception() -> None:
    result = run(*(bucket(f"open-{number}") for number in range(11)), waivers=[waiver(resource="open-*")])
    assert "covers 11 resources" in str(result.faults[0]) and result.summary()["waived"] == 0


def test_one_of_no_use_fails_where_everything_was_looked_at() -> None:
    unused = waiver(resource="mended-one")
    assert run(bucket("one", True), waivers=[unused], complete=True).code == 5
    assert run(bucket("one", True), waivers=[unused], complete=False).code == 0


def test_the_longest_is_180_days() -> None:
    assert run(bucket("open-one"), waivers=[waiver(expires=TODAY + timedelta(days=180))]).code == 0


FILE = """
waivers:
  - rule: closed
    resource: open-one
    reason: the migration needs it until the end of the month
    owner: platform
    ticket: OPS-1
    expires: 2026-12-24
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(FILE)
    (one,) = waivers.load(path, [rule()])
    assert one == waiver() and one.expires == date(2026, 12, 24)
    path.write_text("")
    assert waivers.load(path, [rule()]) == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rule: closed", "rule: closd", "did you mean closed?"),
        ("owner: platform", "onwer: platform", "did you mean owner?"),
        ("ticket: OPS-1\n    ", "", "ticket"),
        ("expires: 2026-12-24", "expires: soon", "expires"),
        ("reason: the migration needs it until the end of the month", "reason: later", "reason"),
        ("waivers:", "waviers:", "waviers"),
        (FILE, "waivers: [", "YAML"),
        (FILE, "- a list", "mapping"),
    ],
)
def test_a_typo_is_one_clear_problem(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(SettingsError, match=r"waivers\.yaml") as caught:
        waivers.load(path, [rule()])
    assert says in str(caught.value)
