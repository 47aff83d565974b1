from collections.abc import Iterator

import pytest

from tests.humble import humble
from tests.unit.transcode.store import Store, serving

__all__ = ("humble", "store")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Serve sources on loopback."""
    with serving() as found:
        yield found
