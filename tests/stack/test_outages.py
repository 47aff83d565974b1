"""A bad network, and a store that is away: every video ends in the bytes of a quiet run, and nothing is left over."""

import time
from collections.abc import Iterator

import pytest

from functions.common.model import Manifest
from infra.local.emulator import running
from infra.local.places import places
from tests.conftest import STACK_PLACES
from tests.faulty import CALM, Faults, FaultyProxy, led_by
from tests.media import clip
from tests.stack.library import Library, until
from tests.stack.published import published, remains, written

CLIP = "mpegts"  # small, and of two chunks
ROUGH = Faults(late_s=0.1, busy=0.05, refused=0.05, unanswered=0.05, cut=0.05)
FAULTS = ("busy", "refused", "unanswered", "cut")
AWAY_S = 15


@pytest.fixture(scope="module")
def quiet(library: Library) -> Manifest:
    """Encode the film undisturbed."""
    return library.settled(library.drop("outages/quiet/film.ts", clip(CLIP)), "ready")


@pytest.fixture(scope="module")
def proxy(library: Library) -> Iterator[FaultyProxy]:
    """Lead all functions to the store by a proxy."""
    with FaultyProxy(library.port).serving() as found, led_by(f"http://127.0.0.1:{found.port}", library.functions):
        yield found


@pytest.fixture
def begun(library: Library, request: pytest.FixtureRequest) -> str:
    """Drop the film, and give its id when there are orders for it."""
    video = library.drop(f"outages/{request.node.name}/film.ts", clip(CLIP))
    work, orders = library.stack.work_bucket, f"orders/{video}/"
    until(lambda: library.keys(work, orders) or None, lambda: "there are no orders")
    return video


def expect_as_quiet(library: Library, video: str, quiet: Manifest) -> None:
    """Expect the bytes of the quiet run, and after the sweep no other objects than it has."""
    manifest = library.settled(video, "ready")
    assert published(library, manifest) == published(library, quiet)

    def as_quiet() -> bool:
        library.take_in()
        found = written(library)
        return remains(found, manifest) == remains(found, quiet)

    library.sweep_until(as_quiet, "it is not as after the quiet run")


def test_a_bad_network_changes_nothing(library: Library, quiet: Manifest, proxy: FaultyProxy) -> None:
    proxy.faults = ROUGH
    video = library.drop("outages/rough/film.ts", clip(CLIP))
    library.settled(video, "ready")
    proxy.faults = CALM

    assert all(proxy.met[fault] for fault in FAULTS), proxy.met
    expect_as_quiet(library, video, quiet)


def test_a_store_that_refuses_everybody_for_a_while_is_waited_for(
    library: Library, begun: str, quiet: Manifest, proxy: FaultyProxy
) -> None:
    before = proxy.met["away"]
    proxy.go_away(AWAY_S)
    expect_as_quiet(library, begun, quiet)

    assert proxy.met["away"] > before


def test_a_store_and_queues_that_do_not_answer_for_a_while_are_waited_for(library: Library, begun: str, quiet: Manifest) -> None:
    emulator = running(places(STACK_PLACES))
    assert emulator
    process = emulator.process()
    assert process
    process.suspend()
    time.sleep(AWAY_S)
    process.resume()

    expect_as_quiet(library, begun, quiet)
