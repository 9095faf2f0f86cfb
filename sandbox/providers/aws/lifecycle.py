"""A row's life: create, read, update, delete, in the order and with the waits of the real provider."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from model.signatures import Map, Sequence
from sandbox.providers.aws.convert import from_tags, member, properties, request
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Step, pick
from sandbox.providers.aws.session import Failed, Session
from sandbox.providers.aws.tagging import add_tags, change_tags, read_tags
from sandbox.providers.check import INTERNAL
from sandbox.providers.diff import Difference, same
from sandbox.providers.handlers import Refused, Subject, Unfinished
from sandbox.providers.naming import prefixed_name
from sandbox.providers.preparation import prepared
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


class RowHandler:
    """The handler of one row."""

    def __init__(self, row: Row, session: Session) -> None:
        self._row = row
        self._session = session
        self.rules: Rules = row.rules

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        return prepared(subject, self.rules, seed)

    def create(self, subject: Subject) -> tuple[str, Properties]:
        row = self._row
        rule = row.auto_name
        if rule and rule.rival and subject.inputs.get(rule.rival) and not subject.inputs.get(rule.property):
            name = prefixed_name(str(subject.inputs[rule.rival]))
            subject = replace(subject, inputs={**subject.inputs, rule.property: name})
        with self._said("creating", subject):
            resource_id, tagged = self._make(subject)
        subject = replace(subject, id=resource_id)
        try:
            with self._said("creating", subject):
                at = self._at(subject)
                if row.tags and not tagged:
                    add_tags(at, row.tags, subject.inputs.get("tags", {}))
                self._run(at, row.after_create)
                found = self._settled(subject)
                return resource_id, self._state(subject, found)
        except Refused as refused:
            raise Unfinished(
                str(refused), resource_id, {**_visible(subject.inputs), "region": subject.region}
            ) from None

    def _make(self, subject: Subject) -> tuple[str, bool]:
        """(id, whether the tags went with it)."""
        row = self._row
        if not isinstance(row.create, Call):
            return row.create(self._at(subject)), False
        shape = self._session.input_shape(row.create.service or row.service, subject.region, row.create.operation)
        answer = self._call(subject, row.create, _visible(subject.inputs))
        if row.id.startswith("="):
            return str(subject.value(row.id[1:])), member(shape, "tags") is not None
        return str(pick(row.id, answer)), member(shape, "tags") is not None

    def imported(self, subject: Subject) -> Subject:
        row = self._row
        if row.import_parts:
            subject = replace(subject, inputs={**subject.inputs, **row.import_parts(subject)})
        own = row.own_id(self._at(subject)) if row.own_id else None
        return replace(subject, id=own) if own else subject

    def read(self, subject: Subject) -> Properties | None:
        with self._said("reading", subject):
            found = self._describe(subject)
            return None if found is None else self._state(subject, found)

    def update(self, subject: Subject, difference: Difference) -> Properties:
        row, at = self._row, self._at(subject)
        try:
            with self._said("updating", subject):
                for change in row.changes:
                    if difference.names.intersection(change.properties):
                        self._change(at, change, difference.names)
                if row.tags and "tags" in difference.names:
                    change_tags(at, row.tags, subject.old_inputs.get("tags", {}), subject.inputs.get("tags", {}))
                return self._state(subject, self._settled(subject))
        except Refused as refused:
            raise Unfinished(str(refused), subject.id, subject.outputs) from None

    def delete(self, subject: Subject) -> None:
        row, at = self._row, self._at(subject)
        with self._said("deleting", subject):
            try:
                self._run(at, row.before_delete)
                if row.delete is not None:
                    self._run(at, (row.delete,))
            except Failed as failed:
                if failed.code not in row.gone:
                    raise
                return
            if row.waits_gone:
                self._until(lambda: self._describe(subject) is None, "to be gone", 120)

    # Parts of a life

    def _at(self, subject: Subject) -> At:
        return At(self._session, self._row.service, subject)

    def _run(self, at: At, steps: Collection[Call | Step]) -> None:
        for step in steps:
            if isinstance(step, Call):
                sent = {name: at.inputs[name] for name in step.sends or () if name in at.inputs}
                self._call(at.subject, step, sent)
            else:
                step(at)

    def _call(self, subject: Subject, call: Call, sent: Mapping[str, Any]) -> Found:
        service = call.service or self._row.service
        shape = self._session.input_shape(service, subject.region, call.operation)
        body = {**request(sent, shape, self._row.fields), **call.given(subject)}
        try:
            return self._session.call(service, subject.region, call.operation, body)
        except Failed as failed:
            if failed.code in call.tolerates:
                return {}
            raise

    def _change(self, at: At, change: Change, changed: Collection[str]) -> None:
        if change.call is None:
            return
        if not isinstance(change.call, Call):
            change.call(at)
            return
        names = [*(name for name in change.properties if name in changed), *(change.call.sends or ())]
        self._call(at.subject, change.call, {name: self._or_empty(at.subject, name) for name in names})

    @staticmethod
    def _or_empty(subject: Subject, name: str) -> Any:
        """A list or map that was taken out is sent empty; another value cannot be unsaid."""
        value = subject.inputs.get(name)
        declared = subject.signature.inputs[name].type
        if value is None and isinstance(declared, Sequence):
            return []
        return {} if value is None and isinstance(declared, Map) else value

    def _describe(self, subject: Subject) -> Found | None:
        row, at = self._row, self._at(subject)
        try:
            found = pick(row.read.answer, self._call(subject, row.read, {}))
            if found is None:
                return None
            whole: Found = dict(found)
            for more in row.also_read:
                if isinstance(more, Call):
                    whole.update(pick(more.answer, self._call(subject, more, {})) or {})
                else:
                    whole.update(more(at, whole))
            path, states = row.gone_states
            return None if states and pick(path, whole) in states else whole
        except Failed as failed:
            if failed.code in row.gone:
                return None
            raise

    def _settled(self, subject: Subject) -> Found:
        """The description once AWS is done with it."""
        wait = self._row.wait
        found: list[Found | None] = []

        def done() -> bool:
            found[:] = [self._describe(subject)]
            state = pick(wait.path, found[0]) if wait and found[0] is not None else None
            if wait and state in wait.failed:
                raise Refused(f"unexpected state '{state}', wanted target '{', '.join(map(str, wait.until))}'")
            return found[0] is not None and (wait is None or state in wait.until)

        self._until(done, "to settle", wait.seconds if wait else 5)
        assert found[0] is not None
        return found[0]

    @staticmethod
    def _until(done: Any, what: str, seconds: float) -> None:
        end, pause = time.monotonic() + seconds, 0.02
        while not done():
            if time.monotonic() > end:
                raise Refused(f"timeout while waiting for resource {what} (timeout: {seconds:g}s)")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def _state(self, subject: Subject, found: Found) -> Properties:
        """All outputs: what was asked for, what was known, and over both what the cloud tells now."""
        row = self._row
        types = {name: prop.type for name, prop in subject.signature.properties.items()}
        told = properties(found, types, row.fields)
        state = {**subject.outputs, **_visible(subject.inputs)}
        subject = replace(subject, outputs=state)
        for name, source in row.outputs.items():
            told[name] = pick(source, found) if isinstance(source, str) else source(subject, found)
        for name, value in told.items():
            if value is not None and not (name in state and same(state[name], value, name, self.rules)):
                state[name] = value
        self._tags(self._at(replace(subject, outputs=state)), types, found, state)
        if "region" in types:
            state["region"] = subject.region
        return {name: value for name, value in state.items() if name in types and name not in row.write_only}

    def _tags(self, at: At, types: Mapping[str, Any], found: Found, state: Properties) -> None:
        if "tagsAll" not in types:
            return
        tags = read_tags(at, self._row.tags) if self._row.tags else None
        if tags is None:
            key = next((key for key in found if key.lower() in ("tags", "taglist", "tagset")), None)
            tags = from_tags(found[key]) if key else state.get("tags", {})
        state["tagsAll"] = tags
        if tags or "tags" in state:
            state["tags"] = tags

    @contextmanager
    def _said(self, doing: str, subject: Subject) -> Iterator[None]:
        """The real provider's way of saying what failed: "creating RDS Cluster (name): …"."""
        try:
            yield
        except Refused as refused:
            noun = self._row.verb_noun or f"{self._row.service} {subject.token.rsplit(':', 1)[-1]}"
            who = subject.id or next((str(v) for v in map(subject.value, _NAMES) if v), subject.name)
            raise Refused(f"{doing} {noun} ({who}): {refused}") from None


_NAMES = ("clusterIdentifier", "identifier", "globalClusterIdentifier", "name", "family")


def _visible(inputs: Mapping[str, Any]) -> Properties:
    return {name: value for name, value in inputs.items() if not name.startswith(INTERNAL)}
