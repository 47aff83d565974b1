"""A small video of two rungs, three chunks and one audio track, and what is stored of it at each moment."""

from msgspec.structs import replace

from functions.common.errors import WHAT_TO_DO
from functions.common.model import (
    AudioTrack,
    Chunk,
    Current,
    InboxObject,
    Picture,
    Plan,
    Preview,
    Receipt,
    Rung,
    Segment,
    Sprite,
    TrackPart,
    Verdict,
    VideoFacts,
)
from functions.index.progress import Progress, Receipts

ID = "abcdefghijklmnop"
REV = "qrstuvwxyz234567"
WHEN = "2026-01-02T03:04:05Z"

SOURCE = InboxObject(key="talks/On birds.mp4", version="1", etag='"e"', size=9, modified=WHEN)
CURRENT = Current(id=ID, generation=1, adoption=1, had_source=True, rev=REV, source=SOURCE, date=WHEN, first_seen=WHEN)


def rung(height: int, width: int) -> Rung:
    return Rung(name=f"v/{height}p-h264", width=width, height=height, crf=23, maxrate_kbit=900, bufsize_kbit=1800, level="3.1")


PLAN = Plan(
    id=ID,
    rev=REV,
    demuxer="mov",
    duration_s=13.0,
    segment_frames=100,
    segment_s="4/1",
    video=VideoFacts(stream=0, width=640, height=360, rate="25/1", time_base="1/12800", origin=0, frames=325, codec="h264"),
    ladder=(rung(360, 640), rung(240, 426)),
    chunks=(
        Chunk(unit="v00000", begin=0, end=100),
        Chunk(unit="v00001", begin=100, end=200),
        Chunk(unit="v00002", begin=200),
    ),
    audio=(
        AudioTrack(
            chunks=(Chunk(unit="a0", begin=0),),
            name="a/en-aac",
            stream=1,
            language="en",
            sample_rate_hz=48000,
            origin_s="0/1",
            default=True,
        ),
    ),
)


def folder(rendition: str) -> str:
    return f"v/{ID}/{REV}/{rendition}"


def part(rendition: str, unit: str, lengths: tuple[int, ...], seconds: tuple[str, ...], codecs: str) -> TrackPart:
    return TrackPart(
        rendition=rendition,
        init=f"{folder(rendition)}/init-0000000000000000.mp4",
        object=f"{folder(rendition)}/{unit}-1111111111111111.m4s",
        codecs=codecs,
        segments=tuple(Segment(length=length, duration_s=duration) for length, duration in zip(lengths, seconds, strict=True)),
    )


def chunk_receipt(unit: str, seconds: tuple[str, ...]) -> Receipt:
    place = int(unit[1:])
    return Receipt(
        id=ID,
        rev=REV,
        unit=unit,
        encoder="9.0",
        parts=(
            part("v/360p-h264", unit, (400_000, 100_000)[: len(seconds)], seconds, "avc1.64001e"),
            part("v/240p-h264", unit, (200_000, 50_000)[: len(seconds)], seconds, "avc1.640015"),
        ),
        sprites=(
            Sprite(
                object=f"v/{ID}/{REV}/sprite-{unit}-2222222222222222.jpg",
                columns=2,
                tile_width=160,
                tile_height=90,
                count=2,
                begin_s=4.0 * place,
                every_s=2.0,
            ),
        ),
    )


CHUNKS = {
    "v00000": chunk_receipt("v00000", ("4/1",)),
    "v00001": chunk_receipt("v00001", ("4/1",)),
    "v00002": chunk_receipt("v00002", ("4/1", "1/1")),
}
AUDIO = Receipt(
    id=ID,
    rev=REV,
    unit="a0",
    parts=(part("a/en-aac", "a0", (64_000, 64_000), ("4/1", "4/1"), "mp4a.40.2"),),
)
STILLS = Receipt(
    id=ID,
    rev=REV,
    unit="s",
    pictures=(Picture(object=f"v/{ID}/{REV}/poster-640-3333333333333333.jpg", width=640, height=360),),
)
PREVIEW = Receipt(
    id=ID,
    rev=REV,
    unit="p",
    parts=(
        part("v/360p-copy", "p", (900_000, 500_000), ("8/1", "5/1"), "avc1.64001f"),
        part("a/en-copy", "p", (64_000, 64_000), ("8/1", "5/1"), "mp4a.40.2"),
    ),
)
COPIED = Preview(
    chunks=(Chunk(unit="p", begin=0),),
    name="v/360p-copy",
    stream=0,
    origin_s="0/1",
    duration_s=13.0,
    sound_name="a/en-copy",
    sound=1,
)
PREVIEWED = replace(PLAN, preview=COPIED)


def in_pieces(count: int) -> Plan:
    later = (Chunk(unit=f"p-{number:03}", begin=100 * number) for number in range(1, count))
    return replace(PLAN, preview=replace(COPIED, chunks=(*COPIED.chunks, *later)))


COPIED_REST = Receipt(
    id=ID,
    rev=REV,
    unit="p-001",
    parts=(
        part("v/360p-copy", "p-001", (400_000,), ("4/1",), "avc1.64001f"),
        part("a/en-copy", "p-001", (32_000,), ("4/1",), "mp4a.40.2"),
    ),
)
# The same with its preview in pieces.
COPIED_IN_TWO = in_pieces(2)
COPIED_IN_THREE = in_pieces(3)
# The first with its sound in two pieces.
PIECES = replace(
    PLAN,
    audio=(replace(PLAN.audio[0], chunks=(Chunk(unit="a0", begin=0, end=200), Chunk(unit="a0-001", begin=200))),),
)
REST = replace(AUDIO, unit="a0-001", parts=(part("a/en-aac", "a0-001", (64_000, 16_000), ("4/1", "1/1"), "mp4a.40.2"),))
EVERYTHING = {**CHUNKS, "a0": AUDIO, "s": STILLS}
NO_FRAMES = Verdict(code="undecodable", message="Nothing can be decoded.")
TODO = WHAT_TO_DO["undecodable"]


def receipts(ok: dict[str, Receipt], errors: dict[str, Verdict] | None = None) -> Receipts:
    failed = errors or {}
    return Receipts(ok=ok, errors=failed, side_ok={}, side_errors={}, count=len(ok) + len(failed))


def progress(ok: dict[str, Receipt], errors: dict[str, Verdict] | None = None, plan: Plan = PLAN) -> Progress:
    return Progress.of(CURRENT, plan, receipts(ok, errors))
