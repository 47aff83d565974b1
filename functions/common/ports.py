"""What a stage needs from outside, besides the store. PURE: only the shapes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from functions.common.events import Message


class Heart(Protocol):
    """Holds messages while they are worked on."""

    def beating(self, messages: Sequence[Message]) -> AbstractContextManager[None]:
        """Hold messages for the length of a `with` block."""

    def retry_later(self, message: Message) -> None:
        """Bring a failed message back after a pause that doubles with each receive."""


class Telemetry(Protocol):
    """Where a stage says what it did. Fields are short, and never a user's words."""

    def tell(self, what: str, **fields: object) -> None:
        """Write one line."""

    def alarm(self, what: str, **fields: object) -> None:
        """Write one line with the exception that is being handled, if any, and count it as a failure."""

    def count(self, metric: str, value: float = 1) -> None:
        """Count something."""
