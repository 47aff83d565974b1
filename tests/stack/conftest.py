"""What stack tests share."""

import pytest

from infra.local.stack import Stack
from tests.stack.library import Library


@pytest.fixture(scope="session")
def library(stack: Stack) -> Library:
    """Give a person's clients for the stack."""
    return Library.of(stack)
