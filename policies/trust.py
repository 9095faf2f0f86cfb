"""Who may take a role over, by its trust policy: the authentication boundary of whatever the role may do."""

import re
from collections.abc import Iterable

from model import symbols
from model.values import UNKNOWN, UnknownMet, items
from policies.case import Case
from policies.conditions import confines, limits
from policies.documents import Document, Statement

_TAKE_OVER = ("sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml")
_AGREED = ("sts:externalid", "aws:principalorgid", "aws:principalorgpaths")
"""Condition keys by which somebody else's account shows that it acts for us, or is one of ours."""

PROVIDER = "pulumi:providers:aws"


_ON_BEHALF = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")
"""Condition keys that only a service's own call has: they say for whom it acts, and not which service it is."""


def open_to_all(document: Document) -> list[Statement]:
    """Statements by which anyone may take the role over."""
    return [item for item in document.public() if _takes_over(item)]


def open_to_services(document: Document) -> list[Statement]:
    """Statements by which whatever service acts for the account may take the role over."""
    return [
        item
        for item in _allowed(document)
        if item.anyone and all(one.key in _ON_BEHALF for one in item.conditions if limits(one))
    ]


def outsiders(document: Document, own: frozenset[str]) -> list[tuple[Statement, str]]:
    """(statement, account) of other accounts that need no external id, and are not said to be of the organisation."""
    return [
        (item, account)
        for item in _allowed(document)
        if not any(confines(condition, _AGREED) for condition in item.conditions)
        for kind, value in item.principals or ()
        if kind == "aws" and (account := account_of(value)) and account not in own
    ]


def any_subject(document: Document, shared: Iterable[str]) -> list[tuple[Statement, str]]:
    """(statement, issuer) where whoever gets a token of the issuer may take the role over.

    `shared`: issuers that give tokens to all the world, where only the subject says for whom.
    """
    found = []
    for item in _allowed(document):
        federated = [value for kind, value in item.principals or () if kind == "federated"]
        tokens = [value for value in federated if "saml-provider/" not in value]
        if not tokens or not item.acts("sts:AssumeRoleWithWebIdentity"):
            continue
        # The ARN of a provider that is yet to be made does not name its issuer: the conditions' keys do.
        named = {value.partition("oidc-provider/")[2] or value for value in tokens}
        named |= {condition.key.rpartition(":")[0] for condition in item.conditions}
        open_to_all_the_world = sorted(one for one in named if any(_is(issuer, one) for issuer in shared))
        keys = tuple(f"{one}:sub" for one in open_to_all_the_world)
        if not any(limits(condition) and (not keys or confines(condition, keys)) for condition in item.conditions):
            found.append((item, open_to_all_the_world[0] if keys else "its issuer"))
    return found


def _is(issuer: str, named: str) -> bool:
    """`token.actions.githubusercontent.com`, also with an enterprise's path behind it."""
    return named == issuer.lower() or named.startswith(f"{issuer.lower()}/")


def _allowed(document: Document) -> list[Statement]:
    return [item for item in document.statements if item.allow and _takes_over(item)]


def _takes_over(statement: Statement) -> bool:
    return any(statement.acts(action) for action in _TAKE_OVER)


def account_of(principal: str) -> str:
    """The account in an ARN, or the number that stands alone; empty where there is none."""
    parts = principal.split(":")
    found = parts[4] if len(parts) > 5 and parts[0] == "arn" else principal
    return found if re.fullmatch(r"\d{12}", found) else ""


def own_accounts(case: Case) -> frozenset[str]:
    """Which accounts this stack may stand in, as far as its providers or the role's ARN say it; empty where neither.

    Raises UnknownMet: its providers will say it.
    """
    found = set()
    for provider in case.view.of(PROVIDER):
        for account in items(provider.at("allowedAccountIds")):
            if account is UNKNOWN:
                raise UnknownMet
            found.add(str(account))
    arn = case.resource.outputs.get("arn")
    mine = account_of(arn) if isinstance(arn, str) else ""
    return frozenset(found | ({mine} if mine not in ("", symbols.ACCOUNT) else set()))
