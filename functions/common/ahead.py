"""Doing things side by side and taking what comes of them in order. EFFECT: threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


def ahead[T, R](act: Callable[[T], R], items: Iterable[T], lanes: int) -> Iterator[R]:
    """Do something with each item, at most `lanes` at once; give the results in order, and begin no more than are taken."""
    coming: deque[Future[R]] = deque()
    with ThreadPoolExecutor(lanes) as pool:
        for item in items:
            coming.append(pool.submit(act, item))
            if len(coming) == lanes:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
