"""Asking the cloud for what a finder describes."""

from collections.abc import Mapping
from typing import Any

from operations import clients, edge_api
from operations.adoption.finders import Absent, Asked, AtTheEdge, Begun, Finder, Listed, Named, filled
from operations.edge_api import EdgeError
from operations.outcomes import Refused

NOWHERE = ("notfound", "nosuch", "nonexist", "doesnotexist")
"""In an error's code: there is none."""
READ_SECONDS = 20.0


def ids(finder: Finder, begun: Begun) -> list[tuple[str, str]]:
    """(id, what an import takes) of everything that may be it. Raises Refused where the cloud does not tell."""
    try:
        if isinstance(finder, Named):
            return [(found := filled(finder.template, begun.values), found)]
        if isinstance(finder, Listed):
            return _listed(finder, begun)
        if isinstance(finder, AtTheEdge):
            return _at_the_edge(finder, begun)
        if isinstance(finder, Asked):
            return [(found, found) for found in finder.ask(begun)]
    except Absent:
        return []
    return []


def pages(service: str, region: str, operation: str, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every page of one listing; none where the API says that there is no such thing. Raises Refused."""
    from botocore.exceptions import BotoCoreError, ClientError

    client = clients.aws(service, region, read=READ_SECONDS)
    try:
        if client.can_paginate(operation):
            return list(client.get_paginator(operation).paginate(**request))
        return [getattr(client, operation)(**request)]
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if any(word in code.lower() for word in NOWHERE):
            return []
        raise Refused(f"{service} in {region} does not tell what is there: {code}: {error}") from None
    except BotoCoreError as error:
        raise Refused(f"{service} in {region} does not answer: {type(error).__name__}") from None


def _listed(finder: Listed, begun: Begun) -> list[tuple[str, str]]:
    import jmespath

    found = []
    for page in pages(finder.service, begun.region, finder.operation, filled(dict(finder.given), begun.values)):
        for item in jmespath.search(finder.items, page) or []:
            own = jmespath.search(finder.id, item)
            if own and _alike(finder.like, item, begun) and _tagged(finder.tags, item, begun):
                found.append((str(own), filled(finder.import_as, {**begun.values, "id": own})))
    return found


def _at_the_edge(finder: AtTheEdge, begun: Begun) -> list[tuple[str, str]]:
    try:
        answer = edge_api.get(filled(finder.path, begun.values))
    except EdgeError as error:
        raise Refused(f"Cloudflare does not tell what is there: {error}") from None
    return [
        (str(item["id"]), filled(finder.import_as, {**begun.values, "id": item["id"]}))
        for item in answer["result"]
        if _alike(finder.like, item, begun)
    ]


def _alike(like: Mapping[str, str], item: Any, begun: Begun) -> bool:
    import jmespath

    for path, template in like.items():
        try:
            wanted = filled(template, begun.values)
        except Absent:
            wanted = ""
        there = jmespath.search(path, item)
        if ("" if there is None else str(there)) != wanted:
            return False
    return True


def _tagged(path: str | None, item: Any, begun: Begun) -> bool:
    import jmespath

    if path is None:
        return True
    there = {tag["Key"]: tag["Value"] for tag in jmespath.search(path, item) or []}
    return all(there.get(name) == value for name, value in (begun.inputs.get("tags") or {}).items())
