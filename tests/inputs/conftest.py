from collections.abc import Iterator

import pytest

from tests.unit.transcode.store import Store, serving


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Serve sources on loopback."""
    with serving() as found:
        yield found
