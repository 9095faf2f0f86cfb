"""Types that nothing acts for: their arguments are checked, then kept in the provider's memory."""

import secrets
import threading

from sandbox.providers.diff import Difference
from sandbox.providers.handlers import Subject
from sandbox.providers.preparation import prepared
from sandbox.providers.rules import Rules
from sandbox.providers.values import Properties


class Recorded:
    """A resource type that is only recorded. A changed property replaces, since no row states otherwise."""

    rules = Rules()

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Properties] = {}
        self._lock = threading.Lock()

    def prepare(self, subject: Subject, seed: bytes) -> Properties:
        return prepared(subject, self.rules, seed)

    def create(self, subject: Subject) -> tuple[str, Properties]:
        resource_id = f"recorded-{secrets.token_hex(8)}"
        outputs = self._outputs(subject, resource_id)
        with self._lock:
            self._kept[subject.region, resource_id] = outputs
        return resource_id, outputs

    def imported(self, subject: Subject) -> Subject:
        return subject

    def read(self, subject: Subject) -> Properties | None:
        with self._lock:
            return self._kept.get((subject.region, subject.id)) or subject.outputs or None

    def update(self, subject: Subject, difference: Difference) -> Properties:
        outputs = {**subject.outputs, **self._outputs(subject, subject.id)}
        with self._lock:
            self._kept[subject.region, subject.id] = outputs
        return outputs

    def delete(self, subject: Subject) -> None:
        with self._lock:
            self._kept.pop((subject.region, subject.id), None)

    @staticmethod
    def _outputs(subject: Subject, resource_id: str) -> Properties:
        outputs = dict(subject.inputs)
        properties = subject.signature.properties
        if "arn" in properties:
            service = subject.token.split(":")[1].split("/")[0]
            outputs["arn"] = f"arn:aws:{service}:{subject.region}:{subject.setup.account_id}:{resource_id}"
        if "region" in properties:
            outputs["region"] = subject.region
        if "tagsAll" in properties:
            outputs["tagsAll"] = outputs.get("tags", {})
        return outputs
