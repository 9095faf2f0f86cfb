"""What each component declares is what its snapshot says; a change shows up as a change of that file."""

import difflib
import os

import pytest

from infra.component import Component
from tests.infra.components import snapshots
from tests.infra.components.discovery import components


@pytest.mark.parametrize("component", components(), ids=lambda item: item.__name__)
def test_a_component_declares_what_its_snapshot_says(component: type[Component]) -> None:
    path, now = snapshots.file_of(component), snapshots.text_of(component)
    if os.environ.get(snapshots.UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(now)
    kept = path.read_text() if path.exists() else ""
    if kept != now:
        changed = difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "declared now", lineterm="")
        pytest.fail("\n".join([f"{path.name}: if the change is meant, `make snapshots`", *changed]), pytrace=False)


def test_no_snapshot_is_left_of_a_component_that_is_gone() -> None:
    wanted = {snapshots.file_of(component).name for component in components()}
    kept = {path.name for path in snapshots.FOLDER.glob("*.json")}
    if os.environ.get(snapshots.UPDATE):
        for name in kept - wanted:
            (snapshots.FOLDER / name).unlink()
    else:
        assert kept == wanted


def test_a_snapshot_tells_no_secret_and_no_path() -> None:
    for path in snapshots.FOLDER.glob("*.json"):
        text = path.read_text()
        assert "of the mocks" not in text, path.name
        assert "random of" not in text, path.name
        assert str(snapshots.FOLDER.parents[3]) not in text, path.name
