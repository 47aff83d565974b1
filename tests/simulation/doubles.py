"""What stands in for ffmpeg, ffprobe, SQS and the log: small, deterministic, and as badly behaved as a script asks.

A source's bytes say what it is: `good <nonce> <chunks>`, `damaged …`, `undecodable …` (its second chunk), `flaky …` (its fourth
chunk, the first time), `crash …` (kills its worker each time).
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from functions.common import keys
from functions.common.errors import Rejected
from functions.common.events import Message
from functions.common.model import (
    AudioTrack,
    AudioWork,
    Chunk,
    InboxObject,
    Order,
    Picture,
    Plan,
    Receipt,
    Rung,
    Segment,
    SidecarWork,
    Sprite,
    TrackPart,
    VideoFacts,
    VideoWork,
)
from functions.common.store import Write
from functions.sweep.reconcile import StageName
from functions.transcode.encode import Made
from tests.simulation.world import World, message_of

HEIGHTS = (360, 240)


class Killed(BaseException):
    """A worker ends here, without a word: SIGKILL."""


def content(world: World, source: InboxObject) -> list[str]:
    """Read what a source's bytes say."""
    stored = world.get("inbox", source.key, source.version)
    return stored.body.decode().split() if stored else ["damaged"]


def plan(world: World, video: str, rev: str, source: InboxObject) -> Plan:
    """Probe: reject a damaged source, plan a chunk of one segment for each that its bytes name."""
    kind, _, chunks = content(world, source)
    if kind == "damaged":
        raise Rejected("damaged", "The index is missing.")
    count = int(chunks)
    return Plan(
        id=video,
        rev=rev,
        demuxer="mov",
        duration_s=4.0 * count,
        segment_frames=100,
        video=VideoFacts(
            stream=0, width=640, height=360, rate="25/1", time_base="1/25", origin=0, frames=100 * count, codec="h264"
        ),
        ladder=tuple(_rung(height) for height in HEIGHTS),
        chunks=tuple(
            Chunk(unit=f"v{place:05}", begin=100 * place, end=None if place == count - 1 else 100 * (place + 1))
            for place in range(count)
        ),
        audio=(
            AudioTrack(
                unit="a0", name="a/und-aac", stream=1, language="und", sample_rate_hz=48_000, origin_s="0/1", default=True
            ),
        ),
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


@dataclass(frozen=True)
class Encoder:
    """Makes what an order asks for, small. `attempts` counts by unit; an inexact one gives one of two bodies at random."""

    world: World
    chance: random.Random
    inexact: bool
    attempts: dict[str, int]
    made: list[Order]
    fixed_names: bool = False  # a mutant's: names without the hash

    def make(self, order: Order, source: InboxObject) -> Made:
        """Do one order, and note that it is done."""
        made = self._make(order, source)
        self.made.append(order)
        return made

    def _make(self, order: Order, source: InboxObject) -> Made:
        unit = f"{order.id}/{order.rev or source.version}/{order.unit or ''}"
        self.attempts[unit] = self.attempts.get(unit, 0) + 1
        if isinstance(order.work, SidecarWork):
            return self._sidecar(order, order.work, source)
        kind = content(self.world, source)[0]
        if kind == "crash" and order.unit == "v00000":
            raise Killed
        if kind == "undecodable" and order.unit == "v00001":
            raise Rejected("undecodable", "The second chunk cannot be decoded.")
        if kind == "flaky" and order.unit == "v00003" and self.attempts[unit] == 1:
            raise Rejected("undecodable", "The fourth chunk cannot be decoded.")
        body = f"{source.etag} {order.unit} {'*' * self.chance.randrange(2) if self.inexact else ''}"
        match order.work:
            case VideoWork():
                return self._video(order, order.work, body)
            case AudioWork():
                return self._tracks(order, ["a/und-aac"], body, "4/1")
            case _:
                return self._poster(order, body)

    def _video(self, order: Order, work: VideoWork, body: str) -> Made:
        made = self._tracks(order, [rung.name for rung in work.ladder], body, "4/1")
        picture = f"{body} tiles".encode()
        key = keys.SPRITE.key(id=order.id, rev=str(order.rev), unit=str(order.unit), hash=self._hash(picture))
        size = {"columns": 2, "tile_width": 160, "tile_height": 90, "count": 2}
        sprite = Sprite(object=key, begin_s=work.begin / 25, every_s=2.0, **size)
        parts = made.receipt.parts
        receipt = Receipt(id=order.id, rev=order.rev, unit=order.unit, parts=parts, sprites=(sprite,))
        return Made((*made.objects, Write(key, picture)), receipt)

    def _tracks(self, order: Order, names: list[str], body: str, seconds: str) -> Made:
        writes, parts = [], []
        for name in names:
            init, segment = f"init {name}".encode(), f"{body} {name}".encode()
            where = {"id": order.id, "rev": str(order.rev), "rendition": name}
            init_key = keys.INIT.key(**where, hash=keys.digest(init))
            key = keys.SEGMENTS.key(**where, unit=str(order.unit), hash=self._hash(segment))
            writes += [Write(init_key, init), Write(key, segment)]
            segments = (Segment(length=len(segment), duration_s=seconds),)
            parts.append(TrackPart(rendition=name, init=init_key, object=key, codecs="x", segments=segments))
        return Made(tuple(writes), Receipt(id=order.id, rev=order.rev, unit=order.unit, parts=tuple(parts)))

    def _poster(self, order: Order, body: str) -> Made:
        picture = f"{body} poster".encode()
        key = keys.POSTER.key(id=order.id, rev=str(order.rev), width=320, hash=self._hash(picture), picture="jpg")
        shown = Picture(object=key, width=320, height=180)
        return Made((Write(key, picture),), Receipt(id=order.id, rev=order.rev, unit=order.unit, pictures=(shown,)))

    def _sidecar(self, order: Order, work: SidecarWork, source: InboxObject) -> Made:
        stored = self.world.get("inbox", source.key, source.version)
        body = b"WEBVTT\n" + (stored.body if stored else b"")
        if b"bad" in body:
            raise Rejected("bad_captions", "Not one cue can be read.")
        key = keys.SIDE_CAPTIONS.key(id=order.id, version=source.version, hash=self._hash(body))
        return Made((Write(key, body),), Receipt(id=order.id, sidecar=work.sidecar, captions=key))

    def _hash(self, body: bytes) -> str:
        return keys.digest(body.replace(b"*", b"") if self.fixed_names else body)


class NullHeart:
    """The queue double keeps visibility itself."""

    def beating(self, messages: Sequence[Message]) -> AbstractContextManager[None]:
        """Hold nothing."""
        return nullcontext(None if messages else None)

    def retry_later(self, message: Message) -> None:
        """Change nothing."""


@dataclass(frozen=True)
class Log:
    """Telemetry that keeps lines for a trace."""

    line: Callable[[str], None]

    def tell(self, what: str, **fields: object) -> None:
        """Keep a line."""
        self.line(f"    {what} {fields}")

    def alarm(self, what: str, **fields: object) -> None:
        """Keep a line."""
        self.line(f"    ! {what} {fields}")

    def count(self, metric: str, value: float = 1) -> None:
        """Count nothing."""


@dataclass(frozen=True)
class Post:
    """The sweep's way to the queues. `sent` counts, so that a run can tell when a sweep had nothing to say."""

    world: World
    call: Callable[[str, str, Callable[[], object]], object]
    sent: list[str]

    def send(self, stage: StageName, body: str) -> None:
        """Send a message."""
        self.sent.append(stage)
        self.call("send", stage, lambda: self.world.send(stage, body))

    def dead(self, stage: StageName) -> Iterator[Message]:
        """Take the dead letters that are there now."""
        for letter in list(self.world.queues[stage].dead):
            yield message_of(letter)

    def burn(self, stage: StageName, message: Message) -> None:
        """Delete a dead letter."""
        dead = self.world.queues[stage].dead

        def gone() -> None:
            dead[:] = [letter for letter in dead if str(letter.id) != message.handle]

        self.sent.append("letter")
        self.call("burn", stage, gone)
