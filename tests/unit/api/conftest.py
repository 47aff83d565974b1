"""The real API over a store of moto."""

from collections.abc import Iterator

import pytest

from tests.unit.api.desk import Desk, open_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened
