"""What the host answers over gRPC, where the engine's own commands do not show it."""

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from tests.toolchain.conftest import wait
from toolchain.language_host.interpreter import NoInterpreter, choose
from toolchain.language_host.server import LanguageHost


@pytest.fixture
def host() -> Iterator[language_pb2_grpc.LanguageRuntimeStub]:
    served = LanguageHost("127.0.0.1:1", {**os.environ, "PULUMI_PYTHON_CMD": sys.executable})
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(served, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    served.stop()
    server.stop(grace=None).wait()


def info(folder: Path) -> language_pb2.ProgramInfo:
    return language_pb2.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")


def test_it_shakes_hands_and_names_its_protocol(host: language_pb2_grpc.LanguageRuntimeStub) -> None:
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:2"))
    assert host.GetPluginInfo(empty_pb2.Empty()).version.startswith("3.")


def test_it_requires_nothing_in_advance(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    asked = language_pb2.GetRequiredPackagesRequest(info=info(tmp_path))
    assert list(host.GetRequiredPackages(asked).packages) == []
    assert list(host.GetRequiredPlugins(language_pb2.GetRequiredPluginsRequest(info=info(tmp_path))).plugins) == []


def test_dependencies_are_the_projects_own(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    def names(transitive: bool) -> set[str]:
        asked = language_pb2.GetProgramDependenciesRequest(info=info(tmp_path), transitiveDependencies=transitive)
        return {found.name.replace("_", "-") for found in host.GetProgramDependencies(asked).dependencies}

    everything, direct = names(transitive=True), names(transitive=False)
    assert {"pulumi", "pulumi-aws"} <= everything
    # pulumi-aws requires pulumi, so nobody needs to ask for the latter.
    assert direct < everything
    assert "pulumi" not in direct


def plugin(host: language_pb2_grpc.LanguageRuntimeStub, folder: Path, text: str, kind: str) -> tuple[bytes, bytes, int]:
    (folder / "__main__.py").write_text(text)
    asked = language_pb2.RunPluginRequest(
        pwd=str(folder), info=info(folder), kind=kind, args=["127.0.0.1:9"], env=["GIVEN=yes", "TWICE=a=b"]
    )
    said = list(host.RunPlugin(asked))
    out = b"".join(piece.stdout for piece in said if piece.WhichOneof("output") == "stdout")
    error = b"".join(piece.stderr for piece in said if piece.WhichOneof("output") == "stderr")
    return out, error, said[-1].exitcode


def test_a_plugin_gets_arguments_and_environment(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    program = "import os, sys\nprint(sys.argv[1:], os.environ['GIVEN'], os.environ['TWICE'])\nsys.exit('bad end')\n"
    assert plugin(host, tmp_path, program, "resource") == (b"['127.0.0.1:9'] yes a=b\n", b"bad end\n", 1)


def test_a_policy_pack_runs_under_the_sdks_runner(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    program = (
        "import pulumi, sys\nprint(__name__, 'pulumi.policy' in str(sys.modules['__main__'].__spec__ or sys.argv))\n"
    )
    out, _, code = plugin(host, tmp_path, program, "analyzer")
    assert (out.split()[0], code) == (b"__main__", 0)


def until_it_says_up(said: Iterator[language_pb2.RunPluginResponse]) -> None:
    while b"up" not in next(said).stdout:
        pass


def test_cancel_ends_a_plugin_and_refuses_another(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import time\nprint('up')\ntime.sleep(600)\n")
    asked = language_pb2.RunPluginRequest(pwd=str(tmp_path), info=info(tmp_path), kind="resource")
    said = host.RunPlugin(asked)
    until_it_says_up(said)
    threading.Thread(target=host.Cancel, args=(empty_pb2.Empty(),)).start()
    assert list(said)[-1].exitcode != 0
    with pytest.raises(grpc.RpcError):
        list(host.RunPlugin(asked))


def test_a_call_that_is_given_up_ends_its_plugin(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    waits = "try:\n    print('up')\n    time.sleep(600)\nfinally:\n    pathlib.Path('ended').touch()\n"
    (tmp_path / "__main__.py").write_text("import pathlib, time\n" + waits)
    said = host.RunPlugin(language_pb2.RunPluginRequest(pwd=str(tmp_path), info=info(tmp_path), kind="resource"))
    until_it_says_up(said)
    said.cancel()
    wait(ended.exists, "the plugin's end")


def test_the_toolchain_option_is_obeyed_or_refused(tmp_path: Path) -> None:
    with pytest.raises(NoInterpreter, match="poetry"):
        choose({"toolchain": "poetry"}, tmp_path, {})
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    chosen = choose({"toolchain": "uv"}, tmp_path, {"PATH": "/usr/bin", "PYTHONHOME": "/nowhere"})
    assert chosen.executable == tmp_path / ".venv" / "bin" / "python"
    assert chosen.environment == {"PATH": f"{tmp_path}/.venv/bin:/usr/bin", "VIRTUAL_ENV": f"{tmp_path}/.venv"}


def test_without_a_virtualenv_it_is_the_python_on_path(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    assert choose({}, tmp_path, {"PATH": str(tmp_path)}).executable == python
    with pytest.raises(NoInterpreter, match="no python3 on PATH"):
        choose({}, tmp_path, {"PATH": str(tmp_path / "empty")})
    with pytest.raises(NoInterpreter, match="is no virtual environment"):
        choose({"virtualenv": "."}, tmp_path, {})
