"""Every output shows every finding, never a false pass, and holds to its format whatever a name contains."""

import json
from xml.etree import ElementTree

import pytest
from sarif_pydantic import Sarif

from policies.gate.judge import against
from policies.outputs import FORMATS, render
from tests.policies.gate.runs import EVERY, bucket, everything, run

NAMES = [resource.name for resource in EVERY if resource.name != "closed-one"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_open_finding_is_shown_and_passes_only_when_asked(format: str) -> None:
    shown = render(everything(), format)
    for name in ("open-one", "unclear-one", "waived-one", "raises"):
        assert name in shown, (format, name)
    assert shown.endswith("\n")
    clean = run(bucket("closed-one", True))
    assert "closed-one" not in render(clean, format)
    assert "closed-one" in render(clean, format, show_passes=True)


def test_json_is_as_documented() -> None:
    document = json.loads(render(everything(), "json"))
    assert document["summary"]["fail"] == 2 and document["summary"]["waived"] == 1 and document["summary"]["error"] == 5
    (finding,) = [
        item for item in document["findings"] if item["resource"]["name"] == "open-one" and item["rule"] == "closed"
    ]
    assert finding["verdict"] == "fail" and finding["pack"] == "hipaa" and finding["severity"] == "critical"
    assert finding["location"] == {"file": "infra/a.py", "line": 12} and finding["fix"] == "Close it."
    assert {item["verdict"] for item in document["findings"]} == {"fail", "unknown", "waived", "error"}


def test_sarif_is_2_1_0_and_nothing_but_that() -> None:
    text = render(everything(), "sarif", show_passes=True)
    # What the model does not know it drops: the same document must come out again.
    again = Sarif.model_validate_json(text).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert again == json.loads(text)
    (run_,) = again["runs"]
    assert [item["suppressions"][0]["justification"] for item in run_["results"] if "suppressions" in item] == [
        "the migration needs it until the end of the month (platform, OPS-1, until 2026-12-24)"
    ]
    kinds = {item["locations"][0]["logicalLocations"][0]["name"]: item["kind"] for item in run_["results"]}
    assert kinds["open-one"] == "fail" and kinds["unclear-one"] == "open" and kinds["closed-one"] == "pass"
    assert run_["invocations"][0]["executionSuccessful"] is False
    for item in run_["results"]:
        assert run_["tool"]["driver"]["rules"][item["ruleIndex"]]["id"] == item["ruleId"]
        assert (item["level"] == "none") == (item["kind"] != "fail")


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(render(everything(), "junit", show_passes=True))  # noqa: S314 - our own
    suite = root.find("testsuite[@name='prod']")
    assert suite is not None
    for kind, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[plural]) == len(suite.findall(f"testcase/{kind}")) > 0
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


def test_github_annotations_are_one_line_each() -> None:
    lines = render(everything(), "github").splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert any(
        line.startswith("::error file=infra/a.py,line=12,title=closed (critical)::prod: open-one:") for line in lines
    )
    assert any('odd|<b>"&%25%0A::one' in line for line in lines)


def test_a_name_brings_no_markup_into_a_comment() -> None:
    shown = render(everything(), "markdown")
    assert "<b>" not in shown and "odd\\|&lt;b&gt;" in shown


def test_a_comment_tells_new_from_fixed() -> None:
    before = run(bucket("old"), bucket("mended"))
    shown = render(against(run(bucket("old"), bucket("mended", True), bucket("fresh")), before, "main"), "markdown")
    assert "1 new, 1 fixed" in shown and "fresh" in shown and "old" not in shown.replace("folded", "")
    assert "~~`closed`~~ mended" in shown
