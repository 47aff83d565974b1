"""A plan to its orders: what is done first, and how long each may take. PURE."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import Final

from msgspec.structs import replace

from functions.common.model import (
    AudioWork,
    Chunk,
    Order,
    Plan,
    Rung,
    Sidecar,
    SidecarWork,
    StillsWork,
    TextWork,
    VideoFacts,
    VideoWork,
)
from functions.common.orders import FIRST_SEGMENTS

# Measured on 1080p30 in four rungs, x264 veryfast: 1.74 CPU s a source second, of which 0.12 (H.264) to 0.17 (HEVC, 10 bit)
# decode; tone mapping 0.39. Per million pixels decoded and encoded:
DECODE_S: Final = 0.003
ENCODE_S: Final = 0.0155
TONE_MAP_S: Final = 0.0063
AUDIO_S: Final = 0.012  # CPU s a source second, AAC-LC stereo
CORES: Final = 1.6  # of 3,008 MB
START_S: Final = 5.0  # cold start, first bytes, upload
READING: Final = 20  # a whole file is read at 20 times its speed: 40 Mbit/s at 100 MB/s
MARGIN: Final = 4  # repeats with a longer pre-roll, hard pictures, a slow neighbour
SHORTEST_S: Final = 60
LONGEST_S: Final = 840  # of the function's 900; the rest is for its receipt
SIDECAR_S: Final = 60
LATER: Final = 10  # nice(2): a tenth of a processor beside work that waits to be seen


def orders(plan: Plan) -> tuple[Order, ...]:
    """Write a plan's orders in the order in which they are made: what plays first comes first, then what shows the video."""
    video = [_video(plan, plan.video, chunk) for chunk in plan.chunks] if plan.video else []
    audio = [_audio(plan, number) for number in range(len(plan.audio))]
    first = sum(chunk.begin < FIRST_SEGMENTS * plan.segment_frames for chunk in plan.chunks)
    # Two workers, the fewest, begin with two chunks: in most videos these take longer than the sound, which then fills up.
    playable = (*video[:2], *audio, *video[2:first])
    later = (replace(order, nice=LATER) for order in (*_stills(plan), *_texts(plan), *video[first:]))
    return (*playable, *later)


def side_order(video: str, sidecar: Sidecar) -> Order:
    """Write the order for dropped captions or a dropped poster."""
    return Order(id=video, deadline_s=SIDECAR_S, work=SidecarWork(sidecar=sidecar))


def deadline(estimate_s: float) -> int:
    """Allow four times the estimate, within what a function can give."""
    return min(LONGEST_S, max(SHORTEST_S, ceil(MARGIN * estimate_s)))


def _video(plan: Plan, video: VideoFacts, chunk: Chunk) -> Order:
    frames = (chunk.end or video.frames) - chunk.begin
    known = plan.duration_s > 0 or chunk.end is not None
    return Order(
        id=plan.id,
        rev=plan.rev,
        unit=chunk.unit,
        deadline_s=deadline(_encoding_s(video, plan.ladder, frames)) if known else LONGEST_S,
        work=VideoWork(
            demuxer=plan.demuxer,
            preroll_s=plan.preroll_s,
            video=video,
            ladder=plan.ladder,
            segment_frames=plan.segment_frames,
            begin=chunk.begin,
            end=chunk.end,
        ),
    )


def _encoding_s(video: VideoFacts, ladder: tuple[Rung, ...], frames: int) -> float:
    """Estimate the wall-clock seconds of a chunk, with its pre-roll's decode left to the margin."""
    source = video.width * video.height * (DECODE_S + (0 if video.transfer == "sdr" else TONE_MAP_S))
    made = sum(rung.width * rung.height for rung in ladder) * ENCODE_S
    return START_S + frames * (source + made) / 1e6 / CORES


def _audio(plan: Plan, number: int) -> Order:
    track = plan.audio[number]
    return Order(
        id=plan.id,
        rev=plan.rev,
        unit=track.unit,
        deadline_s=_whole_file(plan, AUDIO_S),
        work=AudioWork(
            demuxer=plan.demuxer,
            track=track,
            segment_s=plan.segment_s,
            pad_to_s=float(plan.video.frames / Fraction(plan.video.rate)) if plan.video and plan.duration_s else 0.0,
        ),
    )


def _texts(plan: Plan) -> Iterator[Order]:
    for track in plan.texts:
        work = TextWork(demuxer=plan.demuxer, track=track)
        yield Order(id=plan.id, rev=plan.rev, unit=track.unit, deadline_s=_whole_file(plan, 0), work=work)


def _stills(plan: Plan) -> Iterator[Order]:
    if plan.video:
        work = StillsWork(demuxer=plan.demuxer, video=plan.video, duration_s=plan.duration_s)
        yield Order(id=plan.id, rev=plan.rev, unit="s", deadline_s=SHORTEST_S, work=work)


def _whole_file(plan: Plan, cpu_s: float) -> int:
    if not plan.duration_s:
        return LONGEST_S
    return deadline(START_S + plan.duration_s * (1 / READING + cpu_s / CORES))
