"""The table of a stack's changes."""

import pytest

from operations.stacks.changes import Change, Changes, Kind
from scripts import changes


def change(kind: Kind, kind_of: str, name: str, *properties: str) -> Change:
    return Change(f"urn:{name}", kind_of, name, kind, properties)


def planned(*items: Change) -> Changes:
    return Changes("prod", {item.urn: item for item in items})


def test_the_gravest_comes_first_and_what_stays_is_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    changes.show(
        planned(
            change("same", "aws:sns/topic:Topic", "quiet"),
            change("create", "aws:sqs/queue:Queue", "inbox"),
            change("delete", "aws:ecs/service:Service", "review"),
            change("replace", "aws:rds/cluster:Cluster", "member", "availabilityZones"),
        )
    )
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["prod:", "1", "create,", "1", "replace,", "1", "delete,", "1", "same"]
    rows = [line for line in lines if line and line[0].rstrip(",") in {"create", "delete", "replace"}]
    assert rows == [
        ["replace,", "stateful", "aws:rds/cluster:Cluster", "member", "availabilityZones"],
        ["delete", "aws:ecs/service:Service", "review"],
        ["create", "aws:sqs/queue:Queue", "inbox"],
    ]


def test_a_pipe_gets_no_colours_and_no_folded_names(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a-name-that-is-longer-than-most-terminals-are-wide-" * 2
    changes.show(planned(change("update", "aws:sqs/queue:Queue", name, "visibilityTimeoutSeconds")))
    assert name in (shown := capsys.readouterr().out) and "\x1b" not in shown
    changes.show(planned(change("same", "aws:sns/topic:Topic", "quiet")))
    assert capsys.readouterr().out == "prod: no change\n"
