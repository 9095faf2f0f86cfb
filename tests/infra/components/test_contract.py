"""The contract that every component keeps; a new one is found by itself. `docs/components.md` explains it."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints

import pulumi
import pytest

from infra.component import Component
from infra.naming import tags
from tests.infra.components.discovery import accepted, components, defined, docstrings, modules, shapes
from tests.infra.declared import Declared, Registered, run, shipped
from tests.infra.stacks import SCOPES, declared, everything

ALL = pytest.mark.parametrize("component", components(), ids=lambda item: item.__name__)
MODULES = pytest.mark.parametrize("module", modules(), ids=lambda item: item.__name__.rsplit(".", 1)[1])
REGIONS = {"east": "us-east-1", "west": "us-west-2"}
WITNESS = "us-east-2"
"""Where canaries are; no site reaches there."""
FORWARD = {"Output": pulumi.Output, "T": Any}
"""Names that the SDK's own aliases leave open."""
IGNORED = {
    "aws:rds/cluster:Cluster": {"replicationSourceIdentifier", "engineVersion"},
    "aws:ecs/service:Service": {"desiredCount"},
    "cloudflare:index/loadBalancerPool:LoadBalancerPool": {"enabled"},
    "cloudflare:index/loadBalancer:LoadBalancer": {"fallbackPool"},
}
"""The design's table of ownership, and nothing else."""


def test_components_are_found() -> None:
    assert {"Network", "Database", "Service", "Traffic"} <= {component.__name__ for component in components()}


@MODULES
def test_one_file_holds_one_component(module: ModuleType) -> None:
    (component,) = defined(module)
    assert component.__name__.lower() == module.__name__.rsplit(".", 1)[1].replace("_", "")


@MODULES
def test_arguments_are_documented_inputs(module: ModuleType) -> None:
    (component,) = defined(module)
    found = {shape.__name__: shape for shape in shapes(module)}
    assert f"{component.__name__}Args" in found
    for name, shape in found.items():
        documented = docstrings(module, name)
        for key, annotation in get_type_hints(shape, localns=FORWARD, include_extras=True).items():
            text = documented[key]
            assert text, f"{name}.{key} has no docstring below it"
            if get_origin(annotation) is NotRequired:
                (annotation,) = get_args(annotation)
            nested = any(annotation is other for other in found.values())
            plain = "plain" in text.lower().split(":")[0].split(",")[0]
            assert _is_input(annotation) or nested or plain, f"{name}.{key} is no pulumi.Input, and does not say why"


def _is_input(annotation: Any) -> bool:
    if get_origin(annotation) not in {Union, UnionType}:
        return False
    origins = {get_origin(option) or option for option in get_args(annotation)}
    return pulumi.Output in origins and Awaitable in origins


@ALL
def test_it_takes_a_name_arguments_and_options(component: type[Component]) -> None:
    parameters = inspect.signature(component.__init__).parameters
    assert list(parameters) == ["self", "name", "args", "opts"]
    assert parameters["opts"].default is None


@ALL
def test_some_stack_declares_it(component: type[Component]) -> None:
    assert list(_instances(component))


@ALL
def test_children_carry_its_name(component: type[Component]) -> None:
    for instance, children in _instances(component):
        assert children, "a component without children is no component"
        for child in children:
            assert child.name.startswith(f"{instance.name}-")
            assert child.name != f"{instance.name}-"


@ALL
def test_each_regional_child_names_its_region(component: type[Component]) -> None:
    for stack in everything():
        for _, children in _instances(component, stack):
            for child in children:
                if child.package == "aws" and "region" in accepted(child.type):
                    assert child.inputs.get("region") in _regions(stack), child.name


@ALL
def test_each_taggable_child_has_the_tags(component: type[Component]) -> None:
    wanted = set(tags(shipped("east")))
    for _, children in _instances(component):
        for child in children:
            if child.package == "aws" and "tags" in accepted(child.type):
                assert set(child.inputs.get("tags", {})) >= wanted, child.name
                assert all(child.inputs["tags"].values()), child.name


@ALL
def test_only_what_others_change_is_ignored(component: type[Component]) -> None:
    for stack in everything():
        scheduled = {item.inputs["resourceId"] for item in stack.of("appautoscaling/scheduledAction:ScheduledAction")}
        for _, children in _instances(component, stack):
            for child in children:
                allowed = IGNORED.get(child.type, set())
                if child.inputs.get("resourceId") in scheduled and child.type.endswith(":Target"):
                    allowed = {"minCapacity", "maxCapacity"}
                assert set(child.ignored) == allowed, child.name


@ALL
def test_public_attributes_are_set_before_outputs_are_registered(component: type[Component]) -> None:
    promised = {key for key in inspect.get_annotations(component) if not key.startswith("_")}
    seen = [item for item in _watched().registrations if type(item.instance) is component]
    assert seen
    for item in seen:
        assert promised == item.attributes == _public(item.instance)


@ALL
def test_no_option_of_the_caller_reaches_a_child(component: type[Component]) -> None:
    found = 0
    for stack in _watched().stacks:
        for _, children in _instances(component, stack):
            for request in (child.request for child in children if child.custom):
                assert "leaked" not in (*request.ignoreChanges, *request.replaceOnChanges)
                assert "leaked" not in request.additionalSecretOutputs
                assert not request.deleteBeforeReplace
                assert request.version != "9.9.9"
                assert request.pluginDownloadURL != "leaked"
                assert not any(alias.spec.name == "leaked" for alias in request.aliases)
                found += 1
    assert found


@dataclass(frozen=True)
class _Registration:
    """A component at the moment when it registers its outputs."""

    instance: Component
    attributes: set[str]


@dataclass(frozen=True)
class _Watched:
    stacks: list[Declared]
    registrations: list[_Registration]


@cache
def _watched() -> _Watched:
    """All stacks once, each component given options by its caller that no child may get."""
    registrations: list[_Registration] = []
    register = Component.register_outputs

    def watch(self: Component, outputs: Any) -> None:
        registrations.append(_Registration(self, _public(self)))
        register(self, outputs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Component, "register_outputs", watch)
        for component in components():
            patch.setattr(component, "__init__", _leaking(component))
        return _Watched([run(shipped(scope)) for scope in SCOPES], registrations)


def _leaking(component: type[Component]) -> Callable[..., None]:
    original = component.__init__

    def build(self: Component, name: str, args: Any, opts: pulumi.ResourceOptions | None = None) -> None:
        leak = pulumi.ResourceOptions(
            ignore_changes=["leaked"],
            replace_on_changes=["leaked"],
            additional_secret_outputs=["leaked"],
            delete_before_replace=True,
            version="9.9.9",
            plugin_download_url="leaked",
            aliases=[pulumi.Alias(name="leaked")],
        )
        original(self, name, args, pulumi.ResourceOptions.merge(opts, leak))  # type: ignore[call-arg]

    return build


def _public(instance: Component) -> set[str]:
    inherited = {"id", "urn", *dir(pulumi.ComponentResource)}
    return {key for key in vars(instance) if not key.startswith("_") and key not in inherited}


@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_floats_outside_a_component(scope: str) -> None:
    stack = declared(scope)
    urns = {item.urn: item for item in stack.resources}
    for item in stack.custom:
        assert urns[item.parent].package == "lifeline", item.name


@pytest.mark.parametrize("scope", SCOPES)
def test_each_resource_and_invoke_names_its_provider(scope: str) -> None:
    stack = declared(scope)
    for item in stack.custom:
        assert f"pulumi:providers:{item.package}" in item.provider, item.name
    assert stack.invokes
    for call in stack.invokes:
        assert f"pulumi:providers:{call.token.split(':')[0]}" in call.provider, call.token


@pytest.mark.parametrize("scope", ["east", "west"])
def test_a_site_touches_no_other_region(scope: str) -> None:
    stack = declared(scope)
    given = [item.inputs["region"] for item in stack.custom if "region" in item.inputs]
    called = [call.arguments["region"] for call in stack.invokes if call.token.startswith("aws:")]
    assert set(given) == set(called) == {REGIONS[scope]}


@pytest.mark.parametrize("scope", SCOPES)
def test_the_provider_stays_in_its_region_and_account(scope: str) -> None:
    provider = declared(scope).one("pulumi:providers:aws")
    settings = shipped(scope)
    assert provider.inputs["region"] == provider.inputs["stsRegion"] == settings.region
    assert _json(provider.inputs["allowedAccountIds"]) == [settings.account_id]
    assert _json(provider.inputs["defaultTags"]) == {"tags": tags(settings)}


def _json(value: Any) -> Any:
    """Nested configuration of a provider travels as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def _regions(stack: Declared) -> set[str]:
    (component,) = [item for item in stack.resources if item.name in SCOPES and not item.custom]
    return {REGIONS[component.name]} if component.name in REGIONS else {*REGIONS.values(), WITNESS}


def _instances(
    component: type[Component], stack: Declared | None = None
) -> Iterator[tuple[Registered, list[Registered]]]:
    """Each instance of a component with its children, in one stack or in all."""
    for each in [stack] if stack else everything():
        children: Mapping[str, list[Registered]] = {item.urn: [] for item in each.resources}
        for item in each.resources:
            if item.parent in children:
                children[item.parent].append(item)
        for item in each.resources:
            if item.type == component.token:
                yield item, children[item.urn]
