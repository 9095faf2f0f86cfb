"""The plain CLI and the Automation API run programs through our language host: the real engine, no cloud."""

import json
import signal
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi import automation

from tests.toolchain.conftest import Project, wait

Make = Callable[..., Project]

PROGRAM = """
    import os, sys
    import pulumi
    from infra.naming import NAME

    config = pulumi.Config()
    pulumi.export("name", NAME)
    pulumi.export("size", config.require_int("size"))
    pulumi.export("password", config.require("password"))
    pulumi.export("knows-secret", pulumi.runtime.is_config_secret("tiny:password"))
    pulumi.export("whose", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
    pulumi.export("where", pulumi.get_root_directory())
    pulumi.export("dry", pulumi.runtime.is_dry_run())
    pulumi.export("arguments", sys.argv[1:])
    pulumi.export("prefix", sys.prefix)
    pulumi.export("ours", "LIFELINE_PROGRAM" in os.environ)
    pulumi.export("later", pulumi.Output.from_input(20).apply(lambda number: number + 1))
    print("said by the program")
    print("said on the error stream", file=sys.stderr)
"""


def test_a_stack_from_init_to_destroy(project: Make) -> None:
    tiny = project()
    tiny.program(PROGRAM)
    (tiny.root / "infra" / "naming.py").write_text("NAME = 'from a module of the program'\n")
    tiny.pulumi("config", "set", "size", "7")
    tiny.pulumi("config", "set", "--secret", "password", "correct horse")

    shown = tiny.pulumi("preview")
    assert "said by the program" in shown and "said on the error stream" in shown
    assert "+ 1 to create" in shown and "correct horse" not in shown
    assert "warning" not in shown

    tiny.pulumi("up", "--yes", "--skip-preview")
    found = json.loads(tiny.pulumi("stack", "output", "--json"))
    assert found == {
        "name": "from a module of the program",
        "size": 7,
        "password": "correct horse",
        "knows-secret": True,
        "whose": ["organization", "tiny", "one"],
        "where": str(tiny.root),
        "dry": False,
        "arguments": [],
        "prefix": str(tiny.root / "venv"),
        "ours": False,
        "later": 21,
    }
    assert "1 unchanged" in tiny.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert "1 deleted" in tiny.pulumi("destroy", "--yes", "--skip-preview")
    assert tiny.processes() == []


def test_a_secret_stays_one(project: Make) -> None:
    tiny = project()
    tiny.program("import pulumi\npulumi.export('password', pulumi.Config().require_secret('password'))\n")
    tiny.pulumi("config", "set", "--secret", "password", "correct horse")
    tiny.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(tiny.pulumi("stack", "output", "--json")) == {"password": "[secret]"}
    assert "correct horse" not in tiny.pulumi("stack", "export")


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        ("def deep():\n    raise ValueError('boom')\n\ndeep()\n", "ValueError: boom"),
        (
            "import pulumi\nraise pulumi.RunError('the reason, without a traceback')\n",
            "the reason, without a traceback",
        ),
        ("import sys\nsys.exit(3)\n", "the program ended with code 3"),
        ("import pulumi\npulumi.Output.from_input(1).apply(lambda one: 1 / 0)\n", "ZeroDivisionError"),
    ],
    ids=["exception", "explained", "exit", "later"],
)
def test_a_program_that_fails_fails_the_command_and_says_why(project: Make, program: str, shown: str) -> None:
    tiny = project()
    tiny.program(program)
    said = tiny.pulumi("preview", code=1)
    assert shown in said
    if "boom" in shown:
        # The traceback begins in the program; ours and the SDK's frames would only hide it.
        assert "in deep" in said and "language_host" not in said and "runpy" not in said
    if "reason" in shown:
        assert "Traceback" not in said


def test_a_virtualenv_that_is_not_there_is_named(project: Make) -> None:
    tiny = project(virtualenv="elsewhere")
    tiny.program("")
    said = tiny.pulumi("preview", code=1)
    assert "elsewhere" in said and "does not exist" in said and "make setup" in said


def test_a_python_without_the_sdk_is_named(project: Make, tmp_path: Path) -> None:
    tiny = project(virtualenv="bare")
    subprocess.run(["python3", "-m", "venv", "--without-pip", tiny.root / "bare"], check=True, timeout=60)
    tiny.program("")
    said = tiny.pulumi("preview", code=1)
    assert "the Pulumi SDK cannot be imported" in said
    assert "has no Pulumi SDK" in tiny.pulumi("install", code=1)


def test_a_folder_without_a_program_is_named(project: Make) -> None:
    tiny = project()
    (tiny.root / "infra").mkdir()
    assert "__main__.py does not exist" in tiny.pulumi("preview", code=1)


def test_about_and_install_tell_what_runs_it(project: Make) -> None:
    tiny = project()
    tiny.program("")
    about = tiny.pulumi("about", "--json")
    assert str(tiny.root / "venv" / "bin" / "python") in about
    assert '"pytest-timeout"' in about
    assert "has the Pulumi SDK" in tiny.pulumi("install")


def test_the_automation_api_runs_a_local_program(project: Make) -> None:
    tiny = project()
    tiny.program("import pulumi\npulumi.export('answer', 42)\n")
    command = automation.PulumiCommand(root=str(tiny.cli.pulumi.parent.parent))
    options = automation.LocalWorkspaceOptions(pulumi_command=command, env_vars=tiny.env)
    stack = automation.select_stack("one", work_dir=str(tiny.root), opts=options)
    assert stack.preview().change_summary == {automation.OpType.CREATE: 1}
    assert stack.up().outputs["answer"].value == 42
    (tiny.root / "infra" / "__main__.py").write_text("raise KeyError('missing')\n")
    with pytest.raises(automation.CommandError, match="KeyError: 'missing'"):
        stack.preview()


WAITS = """
    import pathlib, time
    try:
        pathlib.Path("../started").touch()
        time.sleep(600)
    finally:
        pathlib.Path("../unwound").touch()
"""


def test_an_interrupt_ends_everything_and_leaves_the_stack_usable(project: Make) -> None:
    tiny = project()
    tiny.program(WAITS)
    words = [str(tiny.cli.pulumi), "up", "--yes", "--skip-preview", "--non-interactive"]
    with subprocess.Popen(
        words, cwd=tiny.root, env=tiny.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as up:
        wait((tiny.root / "started").exists, "the program's start")
        up.send_signal(signal.SIGINT)
        assert up.wait(60) not in (0, -signal.SIGINT)
    wait(lambda: not tiny.processes(), "the end of all processes")
    assert (tiny.root / "unwound").exists()
    tiny.program("")
    tiny.pulumi("up", "--yes", "--skip-preview")


def test_an_engine_that_is_killed_leaves_nothing_running(project: Make) -> None:
    tiny = project()
    tiny.program(WAITS)
    words = [str(tiny.cli.pulumi), "preview", "--non-interactive"]
    with subprocess.Popen(
        words, cwd=tiny.root, env=tiny.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        wait((tiny.root / "started").exists, "the program's start")
        assert len(tiny.processes()) >= 3
        run.kill()
    wait(lambda: not tiny.processes(), "the end of all processes")


def test_a_component_written_in_python_runs_as_a_plugin(project: Make) -> None:
    """`RunPlugin`: the engine starts the plugin through the language host and asks for its schema."""
    tiny = project()
    plugin = tiny.root / "plugin"
    plugin.mkdir()
    (plugin / "PulumiPlugin.yaml").write_text("runtime:\n  name: python\n  options: {virtualenv: ../venv}\n")
    (plugin / "__main__.py").write_text(
        textwrap.dedent("""
            import pulumi
            from pulumi.provider.experimental import component_provider_host

            class GreeterArgs(dict):
                pass

            class Greeter(pulumi.ComponentResource):
                greeting: pulumi.Output[str]

                def __init__(self, name: str, args: GreeterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
                    super().__init__("greeter:index:Greeter", name, {}, opts)

            component_provider_host(name="greeter", components=[Greeter])
        """)
    )
    schema = tiny.pulumi("package", "get-schema", "./plugin")
    assert "greeter:index:Greeter" in schema
    wait(lambda: not tiny.processes(), "the end of all processes")
