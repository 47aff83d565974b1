"""A bound on processor time, which does not depend on what else the machine does."""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlow(Exception):  # noqa: N818  # names the limit that was reached
    """It took more processor time than it may."""


@contextmanager
def within(cpu_s: float) -> Iterator[None]:
    """Raise TooSlow when what is inside takes longer. Regular expressions end too: their engine listens to signals."""

    def stop(*_: object) -> None:
        raise TooSlow(f"more than {cpu_s:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    gc.disable()  # what others have left on the heap is not its work
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        gc.enable()
        signal.signal(signal.SIGVTALRM, before)
