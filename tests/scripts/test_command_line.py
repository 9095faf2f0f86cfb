"""The command line as a user meets it: errors, exit codes, and what a mere --help loads."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lifeline(*arguments: str, cwd: Path = ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "LIFELINE_"))}
    return subprocess.run(
        [sys.executable, "-m", "scripts.main", *arguments],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_help_loads_no_sdk() -> None:
    code = (
        "import sys; from scripts.main import app; import typer; typer.main.get_command(app);"
        "print(sorted({'boto3', 'botocore', 'pulumi', 'pulumi_aws', 'pulumi_cloudflare', 'httpx', 'psycopg', "
        "'moto', 'pydantic', 'sandbox'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command", [[], ["sandbox"], ["sandbox", "fault"], ["promote"], ["up"], ["lease"], ["lease", "extend"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = lifeline(*command, "--help")
    assert shown.returncode == 0 and "Usage" in shown.stdout


def test_bad_settings_end_with_2_and_all_their_problems(project: Path) -> None:
    path = project / "Pulumi.yaml"
    path.write_text(path.read_text().replace("lifeline:domain: clinic.example.com", "lifeline:domian: x"))
    shown = lifeline("up", "--yes", cwd=project)
    assert shown.returncode == 2
    assert "2 problems in the settings; nothing was touched" in shown.stderr
    assert "did you mean domain?" in shown.stderr and "Traceback" not in shown.stderr
    assert shown.stdout == ""


def test_without_a_target_nothing_is_touched(project: Path) -> None:
    shown = lifeline("up", "--yes", cwd=project)
    assert shown.returncode == 10
    assert "no target" in shown.stderr and "lifeline sandbox start" in shown.stderr


def test_outside_a_project_it_says_where_it_looked(tmp_path: Path) -> None:
    shown = lifeline("preview", cwd=tmp_path)
    assert shown.returncode == 10 and "no Pulumi.yaml" in shown.stderr


def test_promoting_to_a_site_that_is_none_is_refused(project: Path) -> None:
    shown = lifeline("promote", "--to", "north", cwd=project)
    assert shown.returncode == 10 and "'north' is no site: one of east, west" in shown.stderr


def test_an_overlay_outside_a_sandbox_is_refused(project: Path) -> None:
    shown = lifeline("preview", cwd=project, LIFELINE_OVERLAY="overlay.yaml")
    assert shown.returncode == 10 and "LIFELINE_OVERLAY is set without a sandbox" in shown.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "the edge's API needs a token: set CLOUDFLARE_API_TOKEN"),
        (
            {"CLOUDFLARE_API_TOKEN": "t", "CLOUDFLARE_BASE_URL": "http://127.0.0.1:9"},
            "the edge's API does not answer GET /zones",
        ),
    ],
)
def test_an_edge_that_cannot_be_asked_says_why(project: Path, environment: dict[str, str], said: str) -> None:
    shown = lifeline("edge", "export", cwd=project, AWS_ACCESS_KEY_ID="x", **environment)
    assert shown.returncode == 1 and said in shown.stderr
    assert "Traceback" not in shown.stderr and "internal error" not in shown.stderr


def test_nobody_to_ask_is_a_refusal(project: Path) -> None:
    shown = lifeline("up", cwd=project, AWS_ACCESS_KEY_ID="AKIAEXAMPLE000000000")
    assert shown.returncode == 10 and "add --yes" in shown.stderr


def test_an_unknown_option_is_a_usage_error(project: Path) -> None:
    shown = lifeline("up", "--ys", cwd=project)
    assert shown.returncode == 2 and "--ys" in shown.stderr


@pytest.mark.parametrize("command", ["status", "env", "calls", "load", "reset"])
def test_a_sandbox_that_does_not_run_says_how_to_start_it(project: Path, command: str) -> None:
    shown = lifeline("sandbox", command, cwd=project)
    assert shown.returncode == 1 and shown.stdout == ""
    assert shown.stderr.startswith("no sandbox 'default' is running here") and "lifeline sandbox start" in shown.stderr


def test_the_topology_is_printed_as_it_is_read(project: Path) -> None:
    shown = lifeline("topology", cwd=project)
    assert shown.returncode == 0 and "role: control_table" in shown.stdout and "next:" in shown.stderr


def test_an_interrupt_ends_with_8_and_says_what_to_do() -> None:
    code = (
        "import sys; from scripts import main\n"
        "def interrupted(): raise KeyboardInterrupt\n"
        "main.app.command('interrupted')(interrupted); sys.argv = ['lifeline', 'interrupted']; main.main()"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 8 and "run the same command again" in shown.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("dim", "us-east-1"), "there is no fault 'dim': one of dark, dark-zone"),
        (("lag", "five"), "'five' is no number of seconds"),
        (("dark-zone", "us-east-1a", "--kill"), "dark-zone ZONE does not go with --kill: it takes no options"),
        (("throttle", "rds"), "needs --rate"),
    ],
)
def test_a_fault_that_is_written_wrong_is_refused(project: Path, words: tuple[str, ...], why: str) -> None:
    shown = lifeline("sandbox", "fault", "set", *words, cwd=project)
    assert shown.returncode == 10 and why in shown.stderr
