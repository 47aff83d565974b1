"""A plan to its orders: what is done first, and how long each may take. PURE."""

from collections.abc import Iterator
from fractions import Fraction
from operator import itemgetter
from typing import Final

from msgspec.structs import replace

from functions.common.model import (
    AudioTrack,
    AudioWork,
    Chunk,
    CopyWork,
    FileWork,
    ImageWork,
    Order,
    Plan,
    Sidecar,
    SidecarWork,
    StillsWork,
    TextWork,
    Unit,
    VideoFacts,
    VideoWork,
    WholeFile,
    ratio,
)
from functions.common.orders import FIRST_SEGMENTS, IMAGE, LONGEST_S, STILLS, makers, renditions, shares
from functions.ingest.cost import SHORTEST_S, deadline, encoding_s, whole_file_s

SIDECAR_S: Final = 60
LATER: Final = 10  # nice(2): a tenth of a processor beside work that waits to be seen


def orders(plan: Plan) -> tuple[Order, ...]:
    """Write a plan's orders in the order in which they are made: what plays first comes first, then what shows the video."""
    video = [_video(plan, plan.video, chunk) for chunk in plan.chunks] if plan.video else []
    begun = [_audio(plan, track, track.chunks[0]) for track in plan.audio]
    first = sum(chunk.begin < FIRST_SEGMENTS * plan.segment_frames for chunk in plan.chunks)
    copied = list(_copies(plan))
    # Two workers, the fewest, begin with two chunks: in most videos these take longer than the sound, which then fills up.
    playable = (*_image(plan), *copied[:2], *video[:2], *begun, *video[2:first])
    rest = [(chunk.begin, order) for chunk, order in zip(plan.chunks[first:], video[first:], strict=True)]
    rest += [(chunk.begin, _audio(plan, track, chunk)) for track in plan.audio for chunk in track.chunks[1:]]
    in_time = (order for _, order in sorted(rest, key=itemgetter(0)))
    later = (replace(order, nice=LATER) for order in (*copied[2:], *_stills(plan), *_texts(plan), *in_time, *_files(plan)))
    share, awaited = shares(plan), {unit for file in plan.files for unit in _needs(plan, file)}
    files = tuple(file.unit for file in plan.files)
    return tuple(
        replace(order, share=share[str(order.unit)], then=files if order.unit in awaited else ()) for order in (*playable, *later)
    )


def side_order(video: str, sidecar: Sidecar, plan: Plan | None = None) -> Order:
    """Write the order for dropped captions or a dropped poster, or for a moment of what is planned."""
    film = _film(plan) if plan and sidecar.kind == "moment" else None
    return Order(id=video, deadline_s=SIDECAR_S, work=SidecarWork(sidecar=sidecar, film=film))


def _video(plan: Plan, video: VideoFacts, chunk: Chunk) -> Order:
    frames = (chunk.end or video.frames) - chunk.begin
    known = plan.duration_s > 0 or chunk.end is not None
    return Order(
        id=plan.id,
        rev=plan.rev,
        unit=chunk.unit,
        deadline_s=deadline(encoding_s(video.width, video.height, video.transfer, plan.ladder, frames)) if known else LONGEST_S,
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


def _audio(plan: Plan, track: AudioTrack, chunk: Chunk) -> Order:
    begin_s, end_s = _span(plan, chunk)
    length_s = max(0.0, float(end_s or plan.duration_s) - float(begin_s))
    return Order(
        id=plan.id,
        rev=plan.rev,
        unit=chunk.unit,
        deadline_s=_read_through(length_s, track.channels),
        work=AudioWork(
            demuxer=plan.demuxer,
            track=track,
            segment_s=plan.segment_s,
            begin_s=ratio(begin_s),
            end_s=ratio(end_s) if end_s else None,
            pad_to_s=float(plan.video.frames / Fraction(plan.video.rate)) if plan.video and plan.duration_s else 0.0,
            duration_s=length_s,
        ),
    )


def _copies(plan: Plan) -> Iterator[Order]:
    if plan.preview is None:
        return
    for chunk in plan.preview.chunks:
        begin_s, end_s = _span(plan, chunk)
        work = CopyWork(
            demuxer=plan.demuxer,
            preview=plan.preview,
            segment_s=plan.segment_s,
            begin_s=ratio(begin_s) if begin_s else None,
            end_s=ratio(end_s) if end_s else None,
        )
        length_s = float((end_s or plan.duration_s) - begin_s)
        yield Order(id=plan.id, rev=plan.rev, unit=chunk.unit, deadline_s=_read_through(length_s), work=work)


def _span(plan: Plan, chunk: Chunk) -> tuple[Fraction, Fraction | None]:
    """Give a chunk's time in seconds; the last has no end."""
    frame_s = Fraction(plan.segment_s) / plan.segment_frames
    return chunk.begin * frame_s, None if chunk.end is None else chunk.end * frame_s


def _image(plan: Plan) -> Iterator[Order]:
    if plan.image_bytes:
        yield Order(id=plan.id, rev=plan.rev, unit=IMAGE, deadline_s=SHORTEST_S, work=ImageWork(size=plan.image_bytes))


def _texts(plan: Plan) -> Iterator[Order]:
    for track in plan.texts:
        work = TextWork(demuxer=plan.demuxer, track=track)
        yield Order(id=plan.id, rev=plan.rev, unit=track.unit, deadline_s=_read_through(plan.duration_s), work=work)


def _stills(plan: Plan) -> Iterator[Order]:
    if film := _film(plan):
        yield Order(id=plan.id, rev=plan.rev, unit=STILLS, deadline_s=SHORTEST_S, work=film)


def _film(plan: Plan) -> StillsWork | None:
    return StillsWork(demuxer=plan.demuxer, video=plan.video, duration_s=plan.duration_s) if plan.video else None


def _files(plan: Plan) -> Iterator[Order]:
    for file in plan.files:
        work = FileWork(container=file.container, needs=_needs(plan, file), video=file.video, sounds=file.sounds)
        yield Order(id=plan.id, rev=plan.rev, unit=file.unit, deadline_s=LONGEST_S, work=work)


def _needs(plan: Plan, file: WholeFile) -> tuple[Unit, ...]:
    """Name what a file is put together from: each rendition's units in order, each unit once."""
    return tuple(dict.fromkeys(unit for name in renditions(file) for unit in makers(plan, name)))


def _read_through(length_s: float, channels: int = 0) -> int:
    """Allow time to read so much of a source and to encode so many channels of it; all there is where the length is not known."""
    return deadline(whole_file_s(length_s, channels)) if length_s else LONGEST_S
