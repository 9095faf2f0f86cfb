"""`pulumirpc.LanguageRuntime`: what the engine asks of a language."""

import importlib.metadata
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from toolchain.language_host import execution, program
from toolchain.language_host.interpreter import Interpreter, NoInterpreter, choose
from toolchain.language_host.packages import installed

ANALYZER = "analyzer"


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs and plugins with the project's Python. Generates no code (`pulumi convert`, `package add`)."""

    def __init__(self, engine: str, env: Mapping[str, str]) -> None:
        self._engine = engine
        self._env = env
        self._executions = execution.Executions()

    def stop(self) -> None:
        """Ends whatever is running."""
        self._executions.stop()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        # The protocol it speaks is the SDK's that it is built on.
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        # None in advance: the engine gets a provider when a resource first needs it, and so never asks for one that is
        # installed as a Python package but attached (PULUMI_DEBUG_PROVIDERS) or not used.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        root = request.info.root_directory or request.pwd
        directory = request.info.program_directory or request.pwd
        try:
            python = self._interpreter(request.info)
        except NoInterpreter as problem:
            return language_pb2.RunResponse(error=str(problem))
        environment = {
            **python.environment,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            program.VARIABLE: json.dumps(
                {
                    "project": request.project,
                    "stack": request.stack,
                    "organization": request.organization,
                    "root": root,
                    "directory": directory,
                    "program": request.info.entry_point or request.program,
                    "arguments": list(request.args),
                    "parallel": request.parallel,
                    "dry_run": request.dryRun,
                    "monitor": request.monitor_address,
                    "engine": self._engine,
                }
            ),
        }
        argv = [str(python.executable), "-u", str(Path(program.__file__).resolve())]
        try:
            child = self._executions.start(argv, environment, Path(directory), piped=False)
        except OSError as error:
            return language_pb2.RunResponse(error=f"the program could not be started with {python.executable}: {error}")
        context.add_callback(lambda: execution.stop(child))
        code = child.wait()
        self._executions.finished(child)
        if code == program.REPORTED:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error="" if code == 0 else f"the program {execution.outcome(code)}")

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """A plugin written in Python: a policy pack (`PulumiPolicy.yaml`), a component (`PulumiPlugin.yaml`)."""
        try:
            python = self._interpreter(request.info)
        except NoInterpreter as problem:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        folder = request.info.program_directory
        argv = [str(python.executable), "-u"]
        if request.kind == ANALYZER:
            # A pack is no program by itself: the SDK's runner gives it its engine.
            argv += ["-m", "pulumi.policy", *request.args, folder]
        else:
            argv += [str(Path(folder, request.info.entry_point)), *request.args]
        named = (entry.partition("=") for entry in request.env)
        environment = {**python.environment, **{name: value for name, _, value in named}}
        # The request's PATH is the CLI's; the project's Python stays in front.
        environment["PATH"] = python.environment.get("PATH", environment.get("PATH", os.defpath))
        child = self._executions.start(argv, environment, Path(request.pwd or folder), piped=True)
        context.add_callback(lambda: execution.stop(child))
        for stream, piece in execution.output(child):
            if stream == "stdout":
                yield language_pb2.RunPluginResponse(stdout=piece)
            else:
                yield language_pb2.RunPluginResponse(stderr=piece)
        code = child.wait()
        self._executions.finished(child)
        yield language_pb2.RunPluginResponse(exitcode=code)

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        try:
            python = self._interpreter(request.info)
            complete = installed(python).has("pulumi")
        except NoInterpreter as problem:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        if not complete:
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"{python.executable} has no Pulumi SDK, and Lifeline's language host installs nothing; "
                "`make setup` in a checkout of Lifeline, elsewhere `pip install` the program's packages there",
            )
        said = f"{python.executable} has the Pulumi SDK; Lifeline's language host installs nothing else\n"
        yield language_pb2.InstallDependenciesResponse(stdout=said.encode())

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        try:
            python = self._interpreter(request.info)
            version = installed(python).python
        except NoInterpreter as problem:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        return language_pb2.AboutResponse(
            executable=str(python.executable), version=version, metadata={"host": f"Lifeline's, on {sys.executable}"}
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        try:
            found = installed(self._interpreter(request.info))
        except NoInterpreter as problem:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package.name, version=package.version)
                for package in found.packages
                if request.transitiveDependencies or not package.needed
            ]
        )

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.stop()
        return empty_pb2.Empty()

    def _interpreter(self, info: language_pb2.ProgramInfo) -> Interpreter:
        return choose(_plain(info.options), Path(info.root_directory or "."), self._env)


def _plain(options: struct_pb2.Struct) -> dict[str, object]:
    plain: dict[str, object] = json_format.MessageToDict(options)
    return plain
