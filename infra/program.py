"""The Pulumi program: settings in, one stack declared."""

import os
from pathlib import Path

import pulumi
from pulumi.runtime import config

from infra import intent
from infra.found import Found
from infra.lookup import ProgramError
from infra.outputs import export
from infra.providers import aws_provider, random_provider
from infra.settings import Settings, SettingsError
from infra.settings.load import from_engine, overlaid, parse
from infra.site import Site
from infra.spanning import Spanning
from infra.zone import cloudflare_provider, zone


def run() -> None:
    """Declare the stack that the engine asks for, unless the control record contradicts."""
    declare(engine_settings(), check_intent=True)


def declare(settings: Settings, *, check_intent: bool) -> None:
    """Declare the stack of `settings.scope`. Under mocks there is no record to check."""
    provider = aws_provider(settings)
    if check_intent:
        intent.check(settings, provider)
    edge = cloudflare_provider()
    found = Found(settings, provider)
    providers: list[pulumi.ProviderResource] = [provider, edge]
    if settings.is_global:
        providers.append(random_provider())
        options = pulumi.ResourceOptions(providers=providers)
        spanning = Spanning(
            settings.scope, {"settings": settings, "found": found, "zone": zone(settings.domain, edge)}, options
        )
        export(spanning.outputs)
        return
    site = Site(
        settings.scope,
        {"settings": settings, "found": found, "zone": zone(settings.domain, edge)},
        pulumi.ResourceOptions(providers=providers),
    )
    export(site.outputs)


def engine_settings() -> Settings:
    """The settings as the engine hands them over. Raises ProgramError with every problem."""
    # Holds `Pulumi.yaml`: an error about a setting points to the file that has it.
    root = Path(pulumi.runtime.get_root_directory())
    given = {**config.get_config_env(), **config.CONFIG.get()}
    try:
        return parse(overlaid(from_engine(root, pulumi.get_stack(), given), _overlay()))
    except SettingsError as error:
        raise ProgramError(
            f"the settings are wrong:\n{error}\nnothing was touched; correct them and run it again"
        ) from None


def _overlay() -> Path | None:
    """A sandbox's own values (a shorter lease, say): only where the engine is attached to emulated providers."""
    named = os.environ.get("LIFELINE_OVERLAY")
    if not named:
        return None
    if not os.environ.get("PULUMI_DEBUG_PROVIDERS"):
        raise ProgramError(
            "LIFELINE_OVERLAY is set without a sandbox: its values are for rehearsals only; unset it, or start "
            'from `eval "$(lifeline sandbox env)"`'
        )
    return Path(named)
