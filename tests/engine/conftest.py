"""Estates that files share: a first `up` of all three stacks is what costs most here.

Files of one estate run on one worker, in their order (tests/conftest.py groups them).
"""

from collections.abc import Iterator

import pytest

from tests.engine.estate import Estate, estate


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Of test_fence and then test_life_cycle, which destroys it. East serves."""
    with estate(tmp_path_factory.mktemp("applied")) as made:
        made.first = made.up()
        made.wait_served("east")
        yield made


@pytest.fixture(scope="session")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Of test_after_a_promotion, which leaves east serving, test_at_work, and test_promotion, which kills it."""
    with estate(tmp_path_factory.mktemp("moved")) as made:
        made.first = made.up()
        made.wait_served("east")
        yield made
