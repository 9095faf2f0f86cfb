"""A pack as the engine's policy analyzer, over the engine's own protocol.

`pulumi-policy` speaks the same protocol, but hands every policy a copy of every resource, and of the whole stack again
(docs/decisions/0009). Here each resource is read once, and all rules share one view.
"""

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as protocol
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from model.resource import Resource
from model.struct import fields
from model.view import View
from policies import discovery
from policies.case import Case
from policies.crossguard import info, resources
from policies.crossguard.alone import Alone
from policies.enforcement import Enforcement, default
from policies.evaluate import Finding, Parameters, asked, evaluate, one
from policies.rule import ANY, Pack, Rule

VERSION = "0.1.0"
MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit."""


def serve(pack: Pack) -> None:
    """Serves the pack until the engine ends it. The first line of standard output is the port."""
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", MESSAGE_BYTES)])
    rules = [rule for rule in discovery.rules() if rule.pack == pack and rule.scope != "plan"]
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(pack, rules), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """One pack for one run of the engine over one stack."""

    def __init__(self, pack: Pack, rules: Iterable[Rule]) -> None:
        self._pack, self._rules = pack, tuple(rules)
        self._stack, self._environment, self._account, self._preview = "", "production", False, False
        self._levels: dict[str, Enforcement] = {}
        self._values: dict[str, Mapping[str, Any]] = {}
        self._planned: dict[str, Resource] = {}
        self._reported: set[tuple[str, str]] = set()

    def Handshake(self, request: Any, context: Any) -> Any:
        return protocol.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        return info.of_pack(self._pack, self._rules, lambda rule: default(rule, self._environment), VERSION)

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        """The stack's own configuration says what it is: `policies:environment`, `policies:account`."""
        config = request.config
        self._stack, self._preview = request.stack, request.dry_run
        self._environment = config.get("policies:environment") or config.get("lifeline:environment") or "production"
        self._account = config.get("policies:account", "").lower() == "true"
        return protocol.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        """`--policy-pack-config`, which the engine has held against the schemas."""
        names = {number: level for level, number in info.LEVELS.items()}
        for name, config in request.policyConfig.items():
            # REMEDIATE is not what any rule here does; it means that somebody wants it to hold.
            self._levels[name] = names.get(config.enforcementLevel, "mandatory")
            self._values[name] = fields(config.properties)
        return empty_pb2.Empty()

    def Remediate(self, request: Any, context: Any) -> Any:
        return protocol.RemediateResponse()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Analyze(self, request: Any, context: Any) -> Any:
        """Before a resource is made or changed: what is certain without the rest of the stack."""
        resource = resources.planned(request)
        self._planned[resource.urn] = resource
        view, parameters = Alone(self._stack, resource, resources.provider(request)), self._parameters()
        found = []
        for rule in self._rules:
            if rule.once or rule.scope != "resource" or not _about(rule, resource) or not self._on(rule, parameters):
                continue
            finding = one(rule, Case(resource, view, parameters.of(rule), parameters.environment))
            # Unknown may only mean that the rest is not there yet: the whole stack is asked at the end.
            if finding is not None and finding.outcome in ("fail", "error"):
                self._reported.add((rule.id, resource.urn))
                found.append(self._diagnostic(finding))
        return protocol.AnalyzeResponse(diagnostics=found)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        """When all is known that will be: every rule, over the whole."""
        view = View(
            self._stack, "engine", [resources.whole(sent, self._planned.get(sent.urn)) for sent in request.resources]
        )
        parameters = self._parameters()
        rules = [rule for rule in self._rules if self._on(rule, parameters)]
        return protocol.AnalyzeResponse(
            diagnostics=[
                self._diagnostic(finding)
                for finding in evaluate(view, rules, parameters)
                if finding.outcome != "pass" and (finding.rule.id, finding.resource.urn) not in self._reported
            ]
        )

    def _parameters(self) -> Parameters:
        return Parameters(self._environment, self._account, values=self._values)

    def _on(self, rule: Rule, parameters: Parameters) -> bool:
        return asked(rule, parameters) and self._level(rule) != "disabled"

    def _level(self, rule: Rule) -> Enforcement:
        return self._levels.get(rule.id) or default(rule, self._environment)

    def _diagnostic(self, finding: Finding) -> Any:
        rule, level = finding.rule, self._level(finding.rule)
        if finding.outcome == "error":
            level = "mandatory"  # a rule that cannot be asked is no rule that holds
        elif self._preview and not finding.blocks:
            level = "advisory"  # only in a preview: an `up` knows every value before it makes anything
        said = finding.message if finding.outcome != "unknown" else f"cannot be told yet: {finding.message}"
        return protocol.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=f"lifeline-{self._pack}",
            policyPackVersion=VERSION,
            description=rule.what,
            message=f"{rule.what}\n{said}\nTo mend it: {rule.fix.text} ({info.page(rule)})",
            urn=finding.resource.urn,
            enforcementLevel=info.LEVELS[level],
            severity=info.SEVERITIES[rule.severity],
        )


def _about(rule: Rule, resource: Resource) -> bool:
    return resource.kind in rule.types or (ANY in rule.types and resource.custom)
