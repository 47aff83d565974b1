"""Small orders, and what is made of them: put together as a player does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from functions.common import keys
from functions.common.model import (
    AudioTrack,
    AudioWork,
    Chunk,
    ImageWork,
    InboxObject,
    Order,
    Receipt,
    Rung,
    Sidecar,
    SidecarWork,
    StillsWork,
    TextTrack,
    TextWork,
    VideoFacts,
    VideoWork,
)
from functions.common.process import Limits, private_folder, run
from functions.index.playlist import media_playlist
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder, Made

ID, REV = "abcdefghijklmnop", "qrstuvwxyz234567"
type Work = VideoWork | AudioWork | StillsWork | ImageWork | TextWork | SidecarWork

FILM = VideoFacts(stream=0, width=320, height=180, rate="25/1", time_base="1/12800", origin=0, frames=200, codec="h264")
NTSC = msgspec.structs.replace(FILM, rate="30000/1001", time_base="1/30000", frames=240)
LADDER = (
    Rung(name="v/180p-h264", width=320, height=180, crf=20, maxrate_kbit=1500, bufsize_kbit=3000, level="2.1"),
    Rung(name="v/90p-h264", width=160, height=90, crf=20, maxrate_kbit=800, bufsize_kbit=1600, level="2.1"),
)
SEGMENT = 25  # a second or so, for quick tests; a real one has four
CHUNKS: tuple[tuple[int, int | None], ...] = ((0, 25), (25, 100), (100, 150), (150, None))

SOUND = AudioTrack(
    chunks=(Chunk(unit="a0", begin=0),),
    name="a/en-aac",
    stream=1,
    language="en",
    sample_rate_hz=48_000,
    origin_s="0/1",
    default=True,
)


def video(begin: int, end: int | None, facts: VideoFacts = FILM, demuxer: str = "mov", preroll_s: float = 0.5) -> VideoWork:
    """Order frames of the film."""
    return VideoWork(demuxer=demuxer, preroll_s=preroll_s, video=facts, ladder=LADDER, segment_frames=SEGMENT, begin=begin, end=end)


def audio(pad_to_s: float = 0.0, origin_s: str = "0/1", demuxer: str = "mov", stream: int = 1) -> AudioWork:
    """Order the film's sound."""
    track = msgspec.structs.replace(SOUND, origin_s=origin_s, stream=stream)
    return AudioWork(demuxer=demuxer, track=track, segment_s="1/1", pad_to_s=pad_to_s)


def text(origin_s: str = "0/1", stream: int = 2) -> TextWork:
    """Order the subtitles of a Matroska file."""
    return TextWork(demuxer="matroska", track=TextTrack(unit="t0", stream=stream, language="en", origin_s=origin_s))


def dropped(name: str, size: int) -> SidecarWork:
    """Order the conversion of a file beside the source."""
    captions = name.endswith((".vtt", ".srt"))
    dropped_object = InboxObject(key=f"talks/{name}", version="v1", etag='"e"', size=size, modified="2026-01-02T03:04:05Z")
    return SidecarWork(
        sidecar=Sidecar(kind="captions" if captions else "poster", object=dropped_object, language="en" if captions else None)
    )


def order(work: Work, unit: str = "v00000", deadline_s: int = 60) -> Order:
    """Write an order; a sidecar's has neither rev nor unit."""
    if isinstance(work, SidecarWork):
        return Order(id=ID, deadline_s=deadline_s, work=work)
    return Order(id=ID, rev=REV, unit=unit, deadline_s=deadline_s, work=work)


@dataclass(frozen=True)
class Bench:
    """Does orders on the object at `url`."""

    encoder: Encoder
    url: str

    def do(self, work: Work, unit: str = "v00000", deadline_s: int = 60) -> Made:
        """Do one order in a folder of its own."""
        with private_folder() as folder:
            return make(order(work, unit, deadline_s), self.url, folder, self.encoder)

    def chunks(self, facts: VideoFacts = FILM, spans: Sequence[tuple[int, int | None]] = CHUNKS) -> list[Made]:
        """Encode chunk after chunk."""
        return [self.do(video(begin, end, facts), f"v{number:05}") for number, (begin, end) in enumerate(spans)]


def publish(made: Iterable[Made], rendition: str, folder: Path) -> Path:
    """Write all objects and a media playlist into a folder; give the playlist."""
    receipts: list[Receipt] = []
    for each in made:
        receipts.append(each.receipt)
        for write in each.objects:
            path = folder / write.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(write.body)
    parts = [part for receipt in receipts for part in receipt.parts if part.rendition == rendition]
    longest = max(Fraction(segment.duration_s) for part in parts for segment in part.segments)
    key = keys.PLAYLIST.key(id=ID, rev=REV, rendition=rendition)
    (folder / key).write_bytes(media_playlist(key, parts, longest, complete=True))
    return folder / key


def body_of(made: Made, key: str) -> bytes:
    """Find an object by its key."""
    return next(write.body for write in made.objects if write.key == key)


def origin(path: Path) -> int:
    """Read the time stamp of the first decoded frame, in the source's own ticks."""
    done = run([str(find_tools().ffmpeg), "-v", "error", "-copyts", "-i", str(path), *_FIRST], Limits(20, 2**32, 0), path.parent)
    return int(done.stdout.decode().splitlines()[-1].split(",")[2])


_FIRST = ("-map", "0:v", "-frames:v", "1", "-fps_mode", "passthrough", "-enc_time_base", "demux", "-f", "framemd5", "-")
