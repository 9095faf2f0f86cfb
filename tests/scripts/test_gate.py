"""`lifeline gate` as a user meets it."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts import main

ROOT = Path(__file__).parents[2]

OPEN = [{"type": "aws:s3/bucket:Bucket", "name": "open", "props": {}}]


@dataclass
class Shown:
    returncode: int
    stdout: str
    stderr: str


class Gate:
    """The command in this process: the program's imports are paid for once."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, project: Path = ROOT) -> Shown:
        self._monkeypatch.setattr("sys.argv", ["lifeline", "--project", str(project), "gate", *words])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = self._capsys.readouterr()
        return Shown(int(str(ended.value.code)), said.out, said.err)


@pytest.fixture
def gate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(capsys, monkeypatch)


def listed(folder: Path, content: Any) -> str:
    path = folder / "list.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_nothing_of_our_own_program_fails(gate: Gate) -> None:
    shown = gate("--output", "json")
    assert shown.returncode == 0, shown.stdout[-3000:] + shown.stderr
    document = json.loads(shown.stdout)
    summary = document["summary"]
    assert document["findings"] == []
    assert summary["unknown"] == summary["error"] == summary["waived"] == 0
    assert set(summary["stacks"]) == {"global", "prod", "dr"} and summary["pass"] > 0


def test_a_violation_is_5_and_says_what_to_do(gate: Gate, tmp_path: Path) -> None:
    shown = gate("--resources", listed(tmp_path, OPEN), "--rule", "s3-block-public-access")
    assert shown.returncode == 5
    assert "FAIL  critical  s3-block-public-access  list: open" in shown.stdout and "fix  Add a" in shown.stdout
    assert "next: lifeline gate explain s3-block-public-access" in shown.stderr


def test_an_empty_list_is_clean_and_says_how_little_it_saw(gate: Gate, tmp_path: Path) -> None:
    shown = gate("--resources", listed(tmp_path, []), "--output", "json", "--pack", "hipaa")
    assert json.loads(shown.stdout)["summary"]["resources"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--state", "missing.json"], "there is no such file"),
        (["--resources", "EMPTY"], "it is empty"),
        (["--resources", "BROKEN"], "it is no JSON"),
        (["--state", "LIST"], "is no exported state"),
        (["--state", "LIST", "--preview", "LIST"], "cannot go together"),
        (["--rule", "s3-tls-onyl"], "did you mean s3-tls-only"),
        (["--pack", "hippa"], "there are hipaa, cost"),
        (["--resources", "LIST", "--waivers", "WAIVERS"], "did you mean s3-tls-only?"),
        (["--resources", "LIST", "--config", "CONFIG"], "config.json"),
        (["--severity", "urgent"], "urgent"),
        (["explain", "s3-tls"], "did you mean s3-tls-only"),
        (["--stack", "staging"], "staging"),
        (["--base", "no-such-ref"], "there is no git ref 'no-such-ref'"),
    ],
)
def test_bad_input_is_2_and_one_clear_message(gate: Gate, tmp_path: Path, words: list[str], says: str) -> None:
    files = {
        "EMPTY": "",
        "BROKEN": "{",
        "LIST": "[]",
        "WAIVERS": "waivers: [{rule: s3-tls-onyl, resource: open, reason: until the end of the month, owner: me, "
        "ticket: OPS-1, expires: 2026-12-01}]",
        "CONFIG": '{"s3-tls-only": {"enforcementLevel": "never"}}',
    }
    for name, text in files.items():
        (tmp_path / f"{name.lower()}.json").write_text(text)
    given = [str(tmp_path / f"{word.lower()}.json") if word in files else word for word in words]
    shown = gate(*given)
    assert shown.returncode == 2, shown.stdout + shown.stderr
    assert says in shown.stderr and "Traceback" not in shown.stderr and shown.stdout == ""


@pytest.mark.parametrize(
    "policy",
    [
        "garbage {",
        7,
        {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}},
        '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}]}',
    ],
)
def test_a_policy_document_of_any_form_is_no_pass(gate: Gate, tmp_path: Path, policy: Any) -> None:
    props = {"bucket": "b", "policy": policy}
    resources = [{"type": "aws:s3/bucketPolicy:BucketPolicy", "name": "policy", "props": props}]
    shown = gate("--resources", listed(tmp_path, resources), "--rule", "s3-policy-not-public")
    assert shown.returncode == 5, shown.stdout
    assert "FAIL  critical  s3-policy-not-public" in shown.stdout
    assert "Traceback" not in shown.stdout + shown.stderr


@pytest.mark.parametrize("odd", [["x"], {"a": 1}, "many", 7])
def test_a_value_of_the_wrong_kind_is_a_finding(gate: Gate, tmp_path: Path, odd: Any) -> None:
    resources = [{"type": "aws:rds/instance:Instance", "name": "db", "props": {"storageEncrypted": odd}}]
    shown = gate("--resources", listed(tmp_path, resources), "--rule", "rds-storage-encrypted")
    assert shown.returncode == 5, shown.stdout
    assert "FAIL  critical  rds-storage-encrypted" in shown.stdout


def test_a_program_that_raises_is_no_verdict(gate: Gate, tmp_path: Path) -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "Pulumi.yaml"
    path.write_text(path.read_text().replace("lifeline:domain: clinic.example.com", "lifeline:domian: x"))
    shown = gate(project=tmp_path)
    assert shown.returncode == 2 and shown.stdout == "" and "did you mean domain?" in shown.stderr


def test_the_date_decides_over_a_waiver(gate: Gate, tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers: [{rule: s3-block-public-access, resource: open, reason: until the end of the month, owner: me, "
        "ticket: OPS-1, expires: 2026-12-01}]"
    )
    words = ("--resources", listed(tmp_path, OPEN), "--rule", "s3-block-public-access")
    on = gate(*words, "--waivers", str(waivers), "--today", "2026-12-01")
    assert on.returncode == 0 and "waived until 2026-12-01" in on.stdout
    after = gate(*words, "--waivers", str(waivers), "--today", "2026-12-02")
    assert after.returncode == 5 and "expired on 2026-12-01" in after.stdout and "FAIL" in after.stdout


def test_against_a_ref_only_what_the_change_brought_stops(gate: Gate, tmp_path: Path) -> None:
    """A ref at which keys did not rotate: what is wrong there is fixed here."""
    tree = tmp_path / "older"
    shutil.copytree(ROOT / "infra", tree / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tree)
    keys = tree / "infra" / "components" / "keys.py"
    assert "enable_key_rotation=True" in keys.read_text()
    keys.write_text(keys.read_text().replace("enable_key_rotation=True", "enable_key_rotation=False"))
    git = ["git", "-C", str(tree), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for step in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "older"]):
        subprocess.run([*git, *step], check=True, capture_output=True)
    words = ("--base", "HEAD", "--rule", "kms-rotation", "--stack", "prod", "-o", "json")
    shown = gate(*words, project=tree)
    assert shown.returncode == 0, shown.stderr
    document = json.loads(shown.stdout)
    assert document["summary"]["fixed"] > 0 and document["findings"] == []
    assert {item["rule"] for item in document["fixed"]} == {"kms-rotation"}
    left = subprocess.run([*git, "worktree", "list"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(left) == 1, "the other work tree is gone"


def test_rules_are_listed_and_explained(gate: Gate) -> None:
    listed_ = json.loads(gate("rules", "--output", "json").stdout)
    assert {"s3-tls-only", "cost-nat-max"} <= {item["id"] for item in listed_}
    assert all(item["what"] and item["why"] and item["fix"]["python"] and item["fix"]["yaml"] for item in listed_)
    shown = gate("explain", "s3-tls-only").stdout
    assert "**Why**" in shown and "aws:SecureTransport" in shown and "164.312" in shown


def test_a_file_that_is_too_large_is_not_begun(gate: Gate, tmp_path: Path) -> None:
    path = listed(tmp_path, [{**OPEN[0], "props": {"bucket": "x" * 1_100_000}}])
    refused = gate("--resources", path, "--max-megabytes", "1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "1.1 MB, more than the 1 MB" in refused.stderr and "--max-megabytes" in refused.stderr
    assert gate("--resources", path, "--max-megabytes", "2").returncode == 5


def test_a_long_file_is_announced(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.gate.LONG_MEGABYTES", 1)
    shown = gate("--resources", listed(tmp_path, [{**OPEN[0], "props": {"bucket": "x" * 1_100_000}}]))
    assert shown.returncode == 5
    assert "list.json, 1 MB" in shown.stderr
