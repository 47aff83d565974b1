"""How a command can fail: a sentence that says what happened and what to do, and an exit code."""

from typing import ClassVar


class Failed(Exception):  # noqa: N818  # the command failed; the subclasses say how
    """A command that failed. The text is for a person."""

    exit_code: ClassVar[int]


class Refused(Failed):
    """The server, or the file, says no: asking again brings the same answer. `status` is HTTP's, 0 without one."""

    exit_code = 1

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class Misused(Failed):
    """The command cannot be understood as it was given."""

    exit_code = 2


class Unreachable(Failed):
    """The server does not answer, or the line broke."""

    exit_code = 3
