"""States, previews and lists as Pulumi writes them, and files that are none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model import from_list, from_preview, from_state, to_list
from model.problems import InputError
from model.resource import Location
from model.values import UNKNOWN
from model.view import View
from model.wire import SIGNATURE

URN = "urn:pulumi:prod::clinic::{}::{}"
BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}


def recorded(type_: str, name: str, inputs: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"urn": URN.format(type_, name), "type": type_, "custom": True, "inputs": inputs or {}, **more}


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "file.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def state(tmp_path: Path, *resources: Any) -> View:
    return from_state.read(written(tmp_path, {"version": 3, "deployment": {"manifest": {}, "resources": resources}}))


def test_a_state(tmp_path: Path) -> None:
    bucket = recorded(
        BUCKET,
        "orders",
        {"bucket": "orders-1", "__defaults": ["acl"], "nested": {"__defaults": [], "a": None}},
        outputs={"arn": "arn:aws:s3:::orders-1", "acl": "private"},
        id="orders-1",
        provider=URN.format("pulumi:providers:aws", "p") + "::an-id",
        protect=True,
        sourcePosition="project:///infra/store.py#12,5",
        propertyDependencies={"bucket": [URN.format("random:index/randomId:RandomId", "r")], "nested": None},
    )
    gone = recorded(BUCKET, "old", delete=True)
    view = state(tmp_path, bucket, gone)
    (found,) = view.resources
    assert (view.stack, found.name, found.id, found.protect) == ("prod", "orders", "orders-1", True)
    assert found.props == {"bucket": "orders-1", "nested": {"a": None}}
    assert found.outputs == {"arn": "arn:aws:s3:::orders-1"}, "what AWS filled in is no decision"
    assert found.provider == URN.format("pulumi:providers:aws", "p")
    assert found.location == Location("infra/store.py", 12)
    assert found.depends == {"bucket": (URN.format("random:index/randomId:RandomId", "r"),), "nested": ()}


def test_secrets_are_known_to_be_some_and_shown_by_none(tmp_path: Path) -> None:
    inputs = {
        "password": {**SECRET, "ciphertext": "v1:abc"},
        "token": {**SECRET, "plaintext": '"plain"'},
        "tags": {"a": {**SECRET, "ciphertext": "x"}},
        "engine": "postgres",
    }
    (found,) = state(tmp_path, recorded("aws:rds/instance:Instance", "db", inputs)).resources
    assert found.at("password") is UNKNOWN
    assert found.at("token") == "plain"
    assert found.at("tags.a") is UNKNOWN
    assert [found.secret(name) for name in ("password", "token", "tags", "engine")] == [True, True, True, False]


def test_what_the_program_only_reads_is_told_apart(tmp_path: Path) -> None:
    (found,) = state(tmp_path, recorded(BUCKET, "theirs", outputs={"bucket": "b"}, external=True)).resources
    assert found.external


def test_a_checkpoint_and_a_stack_that_was_never_applied(tmp_path: Path) -> None:
    latest = {"manifest": {}, "resources": [recorded(BUCKET, "orders")]}
    assert len(from_state.read(written(tmp_path, {"version": 3, "checkpoint": {"latest": latest}})).resources) == 1
    assert from_state.read(written(tmp_path, {"version": 3, "checkpoint": {"stack": "prod"}})).resources == ()
    assert from_state.read(written(tmp_path, {"version": 3, "deployment": {"manifest": {}}})).resources == ()


def digest(*steps: Any, **more: Any) -> dict[str, Any]:
    return {"steps": list(steps), "changeSummary": {"create": 1}, **more}


def test_a_preview_s_document(tmp_path: Path) -> None:
    new = recorded(BUCKET, "new", {"bucket": UNKNOWN_TEXT}, propertyDependencies={"bucket": ["urn:x"]})
    before, after = (recorded(BUCKET, "changed", {"region": region}) for region in ("us-east-1", "us-west-2"))
    old = recorded(BUCKET, "old")
    view = from_preview.read(
        written(
            tmp_path,
            digest(
                {"op": "create", "urn": new["urn"], "newState": new},
                {"op": "replace", "oldState": before, "newState": after, "replaceReasons": ["region"]},
                {"op": "delete", "oldState": old},
            ),
        )
    )
    assert [resource.name for resource in view.resources] == ["new", "changed"]
    assert view.resources[0].at("bucket") is UNKNOWN
    assert view.resources[0].depends == {"bucket": ("urn:x",)}
    changes = {change.resource.name: change for change in view.changes or ()}
    assert {name: change.kind for name, change in changes.items()} == {
        "new": "create", "changed": "replace", "old": "delete",
    }  # fmt: skip
    replaced = changes["changed"]
    assert replaced.before is not None
    assert replaced.after is not None
    assert (replaced.before.at("region"), replaced.after.at("region")) == ("us-east-1", "us-west-2")
    assert replaced.properties == ("region",)


def event(operation: str, *, old: Any = None, new: Any = None) -> str:
    return json.dumps({"sequence": 1, "resourcePreEvent": {"metadata": {"op": operation, "old": old, "new": new}}})


END = json.dumps({"sequence": 9, "summaryEvent": {}})


def test_a_preview_s_events(tmp_path: Path) -> None:
    bucket = recorded(BUCKET, "orders", {"password": "[secret]"})
    lines = [
        event("same", old=bucket, new=bucket),
        event("create-replacement", old=bucket, new=bucket),
        event("replace", old=bucket, new=bucket),
        event("delete-replaced", old=bucket),
        event("remove-pending-replace", old=bucket),
        END,
    ]
    view = from_preview.read(written(tmp_path, "\n".join(lines)))
    (change,) = view.changes or ()
    assert change.kind == "replace"
    assert change.after is view.resources[0]
    assert view.resources[0].depends is None, "events do not tell, so nothing may be concluded from it"
    assert view.resources[0].secret("password")
    as_list = from_preview.read(written(tmp_path, "[" + ",".join(lines) + "]"))
    assert len(as_list.resources) == 1


@pytest.mark.parametrize(("operation", "known"), [("same", True), ("update", True), ("replace", False)])
def test_what_stays_keeps_what_others_refer_to_it_by(tmp_path: Path, operation: str, known: bool) -> None:
    """Events show it in the state before alone: without it, nothing known would lead to the resource any more."""
    before = recorded(BUCKET, "orders", id="orders-1", outputs={"arn": "arn:aws:s3:::orders-1"})
    after = recorded(BUCKET, "orders", id="", outputs={})
    view = from_preview.read(written(tmp_path, f"{event(operation, old=before, new=after)}\n{END}"))
    (bucket,) = view.resources
    assert (bucket.id, dict(bucket.outputs)) == (
        ("orders-1", {"arn": "arn:aws:s3:::orders-1"}) if known else (UNKNOWN, {})
    )


def test_a_list(tmp_path: Path) -> None:
    listed = [
        {"type": BUCKET, "name": "orders", "props": {"bucket": "o"}},
        {"type": BLOCK, "name": "b", "props": {"bucket": UNKNOWN_TEXT}, "property_dependencies": {"bucket": ["urn:x"]}},
        {"type": BLOCK, "name": "c", "props": {"bucket": UNKNOWN_TEXT}},
        {"type": "acme:app:Service", "name": "component"},
    ]
    view = from_list.read(written(tmp_path, listed))
    assert [resource.depends for resource in view.resources] == [None, {"bucket": ("urn:x",)}, None, None]
    assert [resource.custom for resource in view.resources] == [True, True, True, False]
    assert view.resources[2].at("bucket") is UNKNOWN


def test_a_view_written_as_a_list_is_the_same_view(tmp_path: Path) -> None:
    bucket = recorded(
        BUCKET,
        "orders",
        {"bucket": UNKNOWN_TEXT, "tags": {"a": {**SECRET, "plaintext": '"s"'}}},
        outputs={"arn": "arn:aws:s3:::o"},
        provider=URN.format("pulumi:providers:aws", "p") + "::id",
        protect=True,
        sourcePosition="project:///a.py#3",
        propertyDependencies={"bucket": ["urn:x"]},
    )
    (before,) = state(tmp_path, bucket).resources
    (after,) = from_list.read(written(tmp_path, to_list.dump(View("prod", "state", [before])))).resources
    for field in ("urn", "type", "props", "outputs", "parent", "provider", "depends", "secrets", "protect", "location"):
        # An unknown value is itself and nothing else: equal where it is the same.
        assert repr(getattr(after, field)) == repr(getattr(before, field)), field


A = {"type": BUCKET, "name": "a"}
READERS: dict[str, Callable[[Path], View]] = {
    "state": from_state.read, "preview": from_preview.read, "list": from_list.read,
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "text", ["", "  \n", "{", "nonsense", "7", "null", '"text"', "[[[", "[" * 100_000, "{}", "[7]"]
)
def test_a_file_that_is_none_of_it(tmp_path: Path, reader: Callable[[Path], View], text: str) -> None:
    with pytest.raises(InputError, match="; "):
        reader(written(tmp_path, text))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_file_that_cannot_be_read(tmp_path: Path, reader: Callable[[Path], View]) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path, why in ((tmp_path / "none", "no such file"), (tmp_path, "folder"), (tmp_path / "binary", "UTF-8")):
        with pytest.raises(InputError, match=why):
            reader(path)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"steps": [], "diagnostics": [{"severity": "error", "message": "boom"}], "changeSummary": {}}, "boom"),
        ({"steps": []}, "end"),
        (digest({"op": "create", "urn": "urn:x"}), "as it will be"),
        (digest(changeSummary={"same": 3}), "3 resources that stay the same"),
        (digest({"op": "create", "newState": {"urn": 7}}), "urn"),
        (digest(steps={"op": "create"}), "list"),
        (event("create", new=recorded(BUCKET, "b")), "end"),
        (json.dumps({"sequence": 1, "diagnosticEvent": {"severity": "error", "message": "boom"}}) + "\n" + END, "boom"),
    ],
)
def test_a_preview_that_would_be_judged_in_part_is_not_judged(tmp_path: Path, document: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        from_preview.read(written(tmp_path, document))


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ([{**A, "properties": {}}], "did you mean props"),
        ([{**A, "props": []}], "props has to be an object"),
        ([{**A, "props": None}], "props has to be an object"),
        ([{**A, "protect": "yes"}], "protect has to be true or false"),
        ([{"name": "a"}], "has no type"),
        ([A, A], "twice"),
        ([{**A, "parent": 7}], "parent has to be a text"),
        ([{**A, "property_dependencies": {"bucket": "urn:x"}}], "lists of URNs"),
        ([{**A, "urn": "1", "parent": "2"}, {**A, "urn": "2", "parent": "1"}], "cycle"),
        ([{**A, "urn": "1", "parent": "1"}], "cycle"),
    ],
)
def test_a_list_with_a_mistake(tmp_path: Path, listed: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        from_list.read(written(tmp_path, listed))


@pytest.mark.parametrize(
    "resource",
    [7, {}, {"urn": "u"}, {"urn": "u", "type": BUCKET, "inputs": []}, recorded(BUCKET, "b", propertyDependencies=[])],
)
def test_a_state_with_a_broken_resource(tmp_path: Path, resource: Any) -> None:
    with pytest.raises(InputError, match="resource 1"):
        state(tmp_path, resource)
