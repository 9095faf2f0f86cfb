"""The record against the intent, before anything is changed: a stale checkout must not scale down the live site.

`active` in `Pulumi.yaml` is what the checkout intends; the control record is what is true. A preview warns about a
contradiction, an `up` refuses. `destroy` and `refresh` do not run the program, so they are not checked here.
"""

import json
import os
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.lookup import LookupFailed, ProgramError, attempt
from infra.naming import Naming
from infra.settings import Settings

OVERRIDE = "LIFELINE_OVERRIDE_INTENT"
"""Environment variable with the reason for going on regardless."""


@dataclass(frozen=True)
class Truth:
    """Who is active, as the control record says."""

    active: str
    epoch: int


class Unreadable(Exception):
    """The record could not be read: nobody knows who is active."""


def check(settings: Settings, provider: aws.Provider) -> None:
    """Warn in a preview, raise ProgramError in an `up`, if the record contradicts or cannot be read.

    `global` runs without the table, since it is the stack that makes it. A reason in LIFELINE_OVERRIDE_INTENT
    turns a refusal into a logged warning.
    """
    intended = settings.active_site
    try:
        truth = read(settings, provider)
    except Unreadable as error:
        if settings.is_global:
            pulumi.log.info(f"the control record was not read: {error}; `global` goes on without it")
            return
        _object(f"the control record cannot be read: {error}", "apply `global` first, or wait until the table answers")
        return
    if truth.active != intended:
        _object(
            f"this checkout means {intended} to be active, but the control record says {truth.active} "
            f"since epoch {truth.epoch}",
            f"set `{settings.environment}: {truth.active}` under lifeline:active in Pulumi.yaml, or pull the commit "
            "that does",
        )


def read(settings: Settings, provider: aws.Provider) -> Truth:
    """The record, by a strongly consistent read in the stack's own region. Raises Unreadable.

    An absent item is epoch 0 with the founder active; that differs from a table that does not answer.
    """
    key = {"pk": {"S": "record"}, "sk": {"S": settings.application}}
    try:
        found = attempt(
            lambda: aws.dynamodb.get_table_item(
                table_name=Naming.of(settings).control_table,
                key=json.dumps(key),
                region=settings.region,
                opts=pulumi.InvokeOptions(provider=provider),
            )
        )
    except LookupFailed as error:
        # The provider's words for an item that is not there, while the table answered.
        if "empty result" in str(error):
            return Truth(settings.founder, 0)
        raise Unreadable(str(error)) from None
    item = json.loads(found.item or "null")
    if not item:
        return Truth(settings.founder, 0)
    try:
        return Truth(str(item["active"]["S"]), int(item["epoch"]["N"]))
    except (KeyError, TypeError, ValueError):
        raise Unreadable("the item has no active site or no epoch") from None


def _object(what: str, remedy: str) -> None:
    why = os.environ.get(OVERRIDE, "").strip()
    if why:
        pulumi.log.warn(f"{what}; overridden by {OVERRIDE}: {why}")
    elif pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"{what}: an `up` would refuse; {remedy}")
    else:
        raise ProgramError(f"{what}: nothing was changed; {remedy} (or give a reason in {OVERRIDE})")
