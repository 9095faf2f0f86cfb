"""The form of a row: one AWS resource type as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.session import Session
from sandbox.providers.aws.tag_operations import TAGGINGS
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace, Rules

Found = dict[str, Any]
Given = Callable[[Subject], Mapping[str, Any]]
Step = Callable[["At"], None]


@dataclass(frozen=True)
class At:
    """A resource and the way to its region: what custom steps get."""

    session: Session
    service: str
    subject: Subject

    @property
    def id(self) -> str:
        return self.subject.id

    @property
    def inputs(self) -> dict[str, Any]:
        return self.subject.inputs

    def call(self, operation: str, service: str | None = None, /, **request: Any) -> Found:
        """One operation in the resource's own region. Raises Failed."""
        return self.session.call(service or self.service, self.subject.region, operation, request)


@dataclass(frozen=True)
class Call:
    """One SDK operation and what it is given besides properties of the same name."""

    operation: str
    given: Given = lambda _subject: {}
    sends: tuple[str, ...] | None = ()
    """Properties sent, where the operation has a member for them; None: all."""
    answer: str = "@"
    """JMESPath to the part of the answer that counts."""
    service: str | None = None
    tolerates: tuple[str, ...] = ()
    """Error codes that are as good as success."""


@dataclass(frozen=True)
class Change(InPlace):
    """What changes in place, by which operation. `call` None: one of the row's `steps` or tagging does it."""

    call: Call | Step | None = None


@dataclass(frozen=True)
class Wait:
    """A state that AWS reaches by itself: JMESPath over the description and the values that end the wait."""

    path: str
    until: tuple[Any, ...]
    failed: tuple[Any, ...] = ()
    seconds: float = 120


@dataclass(frozen=True)
class Row:
    """One AWS resource type. Everything that differs from the rule of thumb is stated, with its source."""

    type: str
    service: str
    create: Call | Callable[[At], str]
    """The operation; or, where there is none, a step that returns the id."""
    read: Call
    """Its `answer` is the description, or null when the resource is gone."""
    delete: Call | Step | None
    """None: AWS has nothing to delete."""
    id: str = ""
    """JMESPath into the create's answer ("Vpc.VpcId"), or `=property` for an input that is the id."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    also_read: tuple[Call | Callable[[At, Found], Found], ...] = ()
    """Further descriptions, laid over the first."""
    outputs: Mapping[str, str | Callable[[Subject, Found], Any]] = field(default_factory=dict)
    """Outputs that are not a member of the same name: JMESPath, or a function of subject and description."""
    after_create: tuple[Call | Step, ...] = ()
    changes: tuple[Change, ...] = ()
    before_delete: tuple[Call | Step, ...] = ()
    wait: Wait | None = None
    waits_gone: bool = False
    """Whether deletion is over only when the description is gone."""
    gone: tuple[str, ...] = ()
    """Error codes of `read` and `delete` that mean: no such resource."""
    gone_states: tuple[str, tuple[Any, ...]] = ("@", ())
    """JMESPath and values with which a description still there means that the resource is gone."""
    tags: str | None = None
    """How the type is tagged: a key of `tag_operations.TAGGINGS`; None: not taggable."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ordered: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    write_only: tuple[str, ...] = ()
    local: tuple[InPlace, ...] = ()
    """Properties that only steer the provider: they change in its state alone."""
    auto_name: AutoName | None = None
    fixed: tuple[str, ...] = ()
    delete_first: bool = False
    verb_noun: str = ""
    """For error texts: "RDS Cluster"."""
    extended: str | None = None
    """What of it the sandbox adds to moto, for the documentation."""
    import_parts: Callable[[Subject], Mapping[str, Any]] | None = None
    """Inputs that `read` needs and an import has only in the id."""
    own_id: Callable[["At"], str | None] | None = None
    """The id, where an import names the resource otherwise; None where there is no such resource."""

    @property
    def rules(self) -> Rules:
        tags = (InPlace(("tags", "tagsAll"), TAGGINGS[self.tags].source),) if self.tags else ()
        return Rules(
            in_place=(*self.changes, *self.local, *tags),
            defaults=self.defaults,
            ordered=self.ordered,
            documents=self.documents,
            policies=self.policies,
            computed=self.computed,
            folded=self.folded,
            write_only=self.write_only,
            auto_name=self.auto_name,
            fixed=self.fixed,
            delete_first=self.delete_first,
        )


def pick(path: str, found: Any) -> Any:
    """JMESPath."""
    return jmespath.search(path, found)


def arn(service: str, resource: str, region: bool = True) -> Callable[[Subject, Found], str]:
    """An ARN made of the resource's place and `resource`, in which `{id}` is the id."""

    def make(subject: Subject, _found: Found) -> str:
        place = subject.region if region else ""
        return f"arn:aws:{service}:{place}:{subject.setup.account_id}:{resource.format(id=subject.id)}"

    return make
