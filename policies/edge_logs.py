"""Cloudflare's Logpush: what a job sends, and where to."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from model.links import identities
from model.resource import Resource
from model.values import UNKNOWN, UnknownMet
from model.view import View
from policies.case import Case

JOB = "cloudflare:index/logpushJob:LogpushJob"


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a job writes to."""

    scheme: str
    """`s3`, `r2`, `gs`, `https`, … lower case."""
    bucket: str
    query: dict[str, list[str]]
    """Keys in lower case."""


def sink(text: str) -> Sink | None:
    """`s3://bucket/path?region=…&sse=AES256`; None where it is no address."""
    try:
        parts = urlsplit(text.strip())
        query = parse_qs(parts.query)
    except ValueError:
        return None
    if not parts.scheme or not parts.netloc:
        return None
    given = {key.lower(): values for key, values in query.items()}
    return Sink(parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower(), given)


def buckets(view: View, job: Resource, type: str, found: Sink | None) -> list[Resource]:
    """Buckets of the stack that the job writes to: by what went into its address, or by the name in it."""
    linked = {one.urn: one for one in view.targets(job, "destinationConf", type).found}
    for one in view.of(type):
        if found is not None and found.bucket in {name.lower() for name in identities(one)}:
            linked[one.urn] = one
    return list(linked.values())


def dataset(case: Case) -> str:
    """What the job sends; requests where it does not say. Raises UnknownMet."""
    value = case.at("dataset")
    if value is UNKNOWN:
        raise UnknownMet("dataset")
    return str(value).strip().lower() if value else "http_requests"


def fields(case: Case) -> list[str] | None:
    """The names of the fields that it sends, None where it does not say. Raises UnknownMet, Malformed."""
    listed: Any = case.at("outputOptions.fieldNames")
    if listed is UNKNOWN or (isinstance(listed, list) and any(item is UNKNOWN for item in listed)):
        raise UnknownMet("outputOptions.fieldNames")
    if listed:
        return [str(item).strip() for item in (listed if isinstance(listed, list) else [listed])]
    # Deprecated, and still in use: `fields=RayID,ClientIP&timestamps=rfc3339`.
    options = case.at("logpullOptions")
    if options is UNKNOWN:
        raise UnknownMet("logpullOptions")
    named = re.search(r"(?:^|[?&])fields=([^&]*)", str(options or ""))
    return [name.strip() for name in named[1].split(",") if name.strip()] if named else None
