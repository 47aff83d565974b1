"""What unit tests share."""

import os

import pytest


@pytest.fixture(scope="session")
def renew_golden() -> bool:
    """Write golden files anew: `RENEW_GOLDEN=1 make unit`."""
    return os.environ.get("RENEW_GOLDEN") == "1"
