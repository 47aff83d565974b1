"""The source's own streams as a preview. EFFECT: runs ffmpeg."""

from dataclasses import replace
from fractions import Fraction
from typing import Final

from functions.common.model import CopyWork, Receipt
from functions.common.orders import COPIED_S
from functions.transcode import command, objects, packets
from functions.transcode.job import Failed, Job, Made
from functions.transcode.segments import NOW, Cut, Track, group, moved, timescale

APART_S: Final = 0.5  # what a container may be wrong about its own length


def of_source(job: Job, work: CopyWork) -> Made:
    """Repackage a source, or a piece of it; one that is not fit has no parts, and the preview ends before it."""
    made = [objects.track_part(job.order, name, one) for name, one in _tracks(job, work).items()]
    parts = tuple(part for part, _ in made)
    return job.made([write for _, writes in made for write in writes], Receipt(id=job.order.id, parts=parts))


def _tracks(job: Job, work: CopyWork) -> dict[str, Cut]:
    """Give picture and sound by rendition; nothing where one of them is not fit."""
    preview, segment_s = work.preview, Fraction(work.segment_s)
    try:
        done = job.run(command.repackage(job.program, job.source(work.demuxer), work))
    except Failed:  # a muxer is stricter than a decoder; what it refuses is encoded all the same
        return {}
    seen, sound = (_moved(job, name, work) for name in (command.PICTURES, command.SOUND))
    if done.code or seen is None or not _whole(seen, work) or (sound is None) is bool(preview.sound_name):
        return {}
    own = _own(seen, work)
    pictures = group(own, segment_s)
    if not (_seekable(pictures) and _ends(own, work)):
        return {}
    return {preview.name: pictures} | ({preview.sound_name: group(sound, segment_s)} if preview.sound_name and sound else {})


def _moved(job: Job, name: str, work: CopyWork) -> Track | None:
    """Read a track that was written, and put it where it lies on the source's own clock; None before its first picture."""
    body = job.read(name)
    first, start = (packets.first(job.read(command.first_of(told))) for told in (name, command.START))
    if not body or not first:
        return None
    scale = timescale(body)
    late = round((first.shown - Fraction(work.preview.origin_s)) * scale)
    ahead_s = first.delay_s - start.delay_s if start and name == command.PICTURES else NOW
    return None if late < 0 else moved(body, Fraction(late, scale), Fraction(work.segment_s), ahead_s)


def _whole(seen: Track, work: CopyWork) -> bool:
    """Tell whether all groups of the piece's time were read: on both sides of it there is another.

    Before the first picture there is nothing: an edit list hides what lies there.
    """
    shown, begin, end = [fragment.shown for fragment in seen.fragments], *_span(seen, work)
    return bool(shown) and (shown[0] <= begin if begin else shown[0] == 0) and (end is None or shown[-1] >= end)


def _own(seen: Track, work: CopyWork) -> Track:
    """Choose the groups of pictures that begin in the piece's time."""
    begin, end = _span(seen, work)
    own = (fragment for fragment in seen.fragments if begin <= fragment.shown and (end is None or fragment.shown < end))
    return replace(seen, fragments=tuple(own))


def _span(track: Track, work: CopyWork) -> tuple[Fraction, Fraction | None]:
    """Give a piece's time in a track's ticks."""
    return Fraction(work.begin_s or 0) * track.scale, Fraction(work.end_s) * track.scale if work.end_s else None


def _seekable(pictures: Cut) -> bool:
    """Tell whether there are pictures, and a player can seek in them."""
    lengths = [Fraction(segment.duration_s) for segment in pictures.segments]
    return bool(lengths) and max(lengths) <= COPIED_S


def _ends(own: Track, work: CopyWork) -> bool:
    """Tell whether the last piece ends where the source does."""
    last = own.fragments[-1]
    end_s = Fraction(last.time + last.ticks, own.scale)
    return work.end_s is not None or abs(float(end_s) - work.preview.duration_s) <= APART_S
