"""The second application, applied, served and promoted in the sandbox by the same commands."""

import pytest

from tests.engine.estate import estate
from tests.examples.test_appointments import PROJECT


@pytest.mark.rehearsal
@pytest.mark.timeout(900)  # three stacks and a promotion; a busy machine takes its time
def test_it_is_applied_serves_and_moves_to_its_other_site(tmp_path_factory: pytest.TempPathFactory) -> None:
    with estate(tmp_path_factory.mktemp("appointments"), PROJECT) as it:
        it.up()
        for stack, changes in it.each(it.engine.preview).items():
            assert changes.empty, (stack, changes.listed())
        it.wait_served("ireland")
        assert it.order("before")[0] == 201
        moved = it.lifeline("promote", "--to", "frankfurt", "--yes")
        assert moved.returncode == 0, moved.stderr
        it.wait_served("frankfurt")
        status, body, _ = it.order("after")
        assert status == 201 and body["site"] == "frankfurt"
