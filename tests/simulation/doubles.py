"""What stands in for ffprobe, SQS and the log: small, deterministic, and as badly behaved as a script asks.

A source's bytes say what it is: `<kind> <nonce> <chunks>`, where the kind is good, plain (it has a preview), damaged (the probe
rejects it), undecodable (its second chunk), blank (its stills), flaky (its last chunk, the first time) or crash (kills its worker
each time). A picture's are one word, a colour or bad.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from functions.common.errors import Contended, Rejected, Superseded, Unavailable
from functions.common.events import Message, read
from functions.common.model import (
    AudioTrack,
    Chunk,
    Current,
    InboxObject,
    Item,
    Plan,
    Preview,
    Rung,
    Sounding,
    VideoFacts,
    WholeFile,
)
from functions.ingest.plan import image
from functions.sweep.reconcile import StageName
from tests.simulation.door import Call
from tests.simulation.world import World

HEIGHTS = (360, 240)
LADDERS = {None: HEIGHTS, "small": (240, 120)}
EXPECTED = (Unavailable, Contended, Superseded)  # what a worker may fail with; anything else is a fault of ours


def content(world: World, source: InboxObject) -> tuple[str, int]:
    """Read what a source's bytes say: its kind, and its number of chunks."""
    stored = world.get("inbox", source.key, source.version)
    return meant(stored.body.decode() if stored else "damaged 1 1")


def meant(text: str) -> tuple[str, int]:
    """Read a source. One word is a picture, which `bad` is not."""
    kind, *more = text.split()
    return (kind, int(more[1])) if more else ("bad picture" if kind == "bad" else "picture", 0)


@dataclass(frozen=True)
class Prober:
    """Stands in for the look into a source."""

    world: World

    def plan(self, current: Current, _item: Item | None) -> Plan:
        """Reject a damaged source, plan as many chunks of one segment as its bytes name."""
        if current.source is None:
            raise ValueError(f"{current.id} has no source")
        kind, chunks = content(self.world, current.source)
        if kind == "damaged":
            raise Rejected("damaged", "The index is missing.")
        if not chunks:
            return image(current.id, str(current.rev), current.source.size)
        return Plan(
            id=current.id,
            rev=str(current.rev),
            demuxer="mov",
            duration_s=4.0 * chunks,
            segment_frames=100,
            video=_facts(chunks),
            ladder=tuple(_rung(height) for height in LADDERS[current.preset]),
            chunks=tuple(_chunk(place, chunks) for place in range(chunks)),
            audio=(_track(chunks),),
            preview=_preview(chunks) if kind == "plain" else None,
            files=(_file(),) if kind == "whole" else (),
        )


def _facts(chunks: int) -> VideoFacts:
    return VideoFacts(stream=0, width=640, height=360, rate="25/1", time_base="1/25", origin=0, frames=100 * chunks, codec="h264")


def _chunk(place: int, chunks: int) -> Chunk:
    return Chunk(unit=f"v{place:05}", begin=100 * place, end=None if place == chunks - 1 else 100 * (place + 1))


def _preview(chunks: int) -> Preview:
    return Preview(
        chunks=_pieces("p", chunks),
        name="v/360p-copy",
        stream=0,
        origin_s="0/1",
        duration_s=4.0 * chunks,
        sound_name="a/und-copy",
        sound=1,
    )


def _pieces(unit: str, chunks: int) -> tuple[Chunk, ...]:
    """Of a longer video, two pieces."""
    if chunks == 1:
        return (Chunk(unit=unit, begin=0),)
    return Chunk(unit=unit, begin=0, end=100), Chunk(unit=f"{unit}-001", begin=100)


def _file() -> WholeFile:
    sound = Sounding(name="a/und-aac", language="und")
    return WholeFile(unit="f0", container="mp4", video=f"v/{HEIGHTS[0]}p-h264", sounds=(sound,))


def _track(chunks: int) -> AudioTrack:
    return AudioTrack(
        chunks=_pieces("a0", chunks),
        name="a/und-aac",
        stream=1,
        language="und",
        sample_rate_hz=48_000,
        origin_s="0/1",
        default=True,
    )


def _rung(height: int) -> Rung:
    return Rung(
        name=f"v/{height}p-h264",
        width=height * 16 // 18 * 2,
        height=height,
        crf=23,
        maxrate_kbit=900,
        bufsize_kbit=1800,
        level="3.1",
    )


class NullHeart:
    """The queue double keeps visibility itself."""

    def beating(self, messages: Sequence[Message]) -> AbstractContextManager[None]:
        """Hold nothing."""
        del messages
        return nullcontext()

    def retry_later(self, message: Message) -> None:
        """Change nothing."""


@dataclass(frozen=True)
class Log:
    """Telemetry that keeps lines for a trace, and remembers failures that no fault explains."""

    line: Callable[[str], None]
    surprises: list[BaseException]

    def tell(self, what: str, **fields: object) -> None:
        """Keep a line."""
        self.line(f"    {what} {fields}")

    def alarm(self, what: str, **fields: object) -> None:
        """Keep a line."""
        error = sys.exception()
        self.line(f"    ! {what} {fields} {error!r}")
        if error is not None and not isinstance(error, EXPECTED):
            self.surprises.append(error)

    def count(self, metric: str, value: float = 1) -> None:
        """Count nothing."""


@dataclass(frozen=True)
class Post:
    """The sweep's way to the queues. `said` counts, so that a run can tell when a sweep had nothing to say."""

    world: World
    call: Call
    said: list[str]

    def send(self, stage: StageName, body: str) -> None:
        """Send a message."""
        self.said.append(f"{stage} {body}")
        self.call("send", stage, lambda: self.world.send(stage, body))

    def dead(self, stage: StageName) -> Iterator[Message]:
        """Take the dead letters that are there now."""
        queue = self.world.queues[stage]
        for letter in self.call("receive", stage, lambda: list(queue.dead)):
            yield read(str(letter.id), str(letter.id), letter.body)

    def burn(self, stage: StageName, message: Message) -> None:
        """Delete a dead letter."""
        dead = self.world.queues[stage].dead

        def gone() -> None:
            dead[:] = [letter for letter in dead if str(letter.id) != message.handle]

        self.said.append(f"{stage} letter")
        self.call("burn", stage, gone)
