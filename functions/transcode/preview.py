"""The source's own streams as a preview. EFFECT: runs ffmpeg."""

import re
from fractions import Fraction
from typing import Final

from functions.common.model import CopyWork, Preview, Receipt
from functions.transcode import command, objects
from functions.transcode.job import Failed, Job, Made
from functions.transcode.segments import Cut, cut, timescale

LONGEST_S: Final = 10  # of a segment: a seek would take too long, and a list of 4 s must not hold it
APART_S: Final = 0.5  # what a container may be wrong about its own length
_PACKET: Final = re.compile(rb"^#tb 0: (\d+/\d+)$.*^0, *-?\d+, *(-?\d+),", re.MULTILINE | re.DOTALL)


def of_source(job: Job, work: CopyWork) -> Made:
    """Repackage a source; one that is not fit has no parts, and so no preview."""
    made = [objects.track_part(job.order, name, one) for name, one in _tracks(job, work).items()]
    parts = tuple(part for part, _ in made)
    return job.made([write for _, writes in made for write in writes], Receipt(id=job.order.id, parts=parts))


def _tracks(job: Job, work: CopyWork) -> dict[str, Cut]:
    """Give picture and sound by rendition; nothing where one of them is not fit."""
    preview = work.preview
    try:
        job.run(command.repackage(job.program, job.source(work.demuxer), work))
    except Failed:  # a muxer is stricter than a decoder; what it refuses is encoded all the same
        return {}
    begins = {name: _begin(job, name) for name in (command.PICTURES, command.SOUND)}
    if begins[command.PICTURES] != Fraction(preview.origin_s):  # else pictures would show that the source does not
        return {}
    pictures, sound = (_cut(job, name, begin, work) for name, begin in begins.items())
    if pictures is None or not _fit(pictures, preview) or (sound is None) is bool(preview.sound_name):
        return {}
    return {preview.name: pictures} | ({preview.sound_name: sound} if preview.sound_name and sound else {})


def _cut(job: Job, name: str, begin: Fraction | None, work: CopyWork) -> Cut | None:
    """Cut a track that begins at `begin`, on the source's own clock."""
    body = job.read(name)
    if not body or begin is None:
        return None
    scale = timescale(body)
    late = round((begin - Fraction(work.preview.origin_s)) * scale)
    return cut(body, Fraction(late, scale), Fraction(work.segment_s))


def _begin(job: Job, name: str) -> Fraction | None:
    """Read the time of a stream's first packet, on the source's own clock; None where there is none."""
    found = _PACKET.search(job.read(f"{name}.first"))
    return int(found[2]) * Fraction(found[1].decode()) if found else None


def _fit(pictures: Cut, preview: Preview) -> bool:
    """Tell whether a player can seek in these segments, and shows of them as much as the source does."""
    lengths = [Fraction(segment.duration_s) for segment in pictures.segments]
    return bool(lengths) and max(lengths) <= LONGEST_S and abs(float(sum(lengths)) - preview.duration_s) <= APART_S
