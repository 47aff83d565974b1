"""Whether a source plays as it is, until the ladder is complete. PURE.

The worker finds out what only reading all of it tells: key frames that are too far apart, pictures that an edit list hides. Then
there is no preview.
"""

from collections.abc import Callable, Sequence
from typing import Final

from functions.common.model import STEREO, AudioTrack, Chunk, Preview, Rung, ratio
from functions.ingest.facts import Facts

DEMUXERS: Final = frozenset({"mov", "matroska", "flv"})  # a transport stream says only with its first AAC packet how to decode it
MOST_BYTES: Final = 50_000_000_000  # five hundred pieces: fourteen hours of a camera
WHOLE_BYTES: Final = 250_000_000  # of what cannot be entered in its middle: a worker holds three times that
ENTERED: Final = frozenset({"mov", "matroska"})  # by an index of their key frames
STRONGER: Final = 4  # times the strongest rung's rate: a phone's 20 Mbit/s; a slow line stalls, then finds the first chunks


def preview(
    facts: Facts, ladder: Sequence[Rung], audio: Sequence[AudioTrack], cut: Callable[[int], tuple[Chunk, ...]]
) -> Preview | None:
    """Plan a preview of H.264 with AAC in at most two channels, if the file is not much stronger than its ladder.

    `cut` gives pieces of so many bytes.
    """
    picture, length = facts.picture, float(facts.duration_s or 0)
    track = next((track for track in audio if track.default), None)
    heard = next((sound for sound in facts.sounds if track and sound.stream == track.stream), None)
    if picture is None or not length or picture.codec != "h264" or not picture.plain or facts.demuxer not in DEMUXERS:
        return None
    if heard and (heard.codec != "aac" or heard.channels > STEREO):
        return None
    entered, strongest = facts.demuxer in ENTERED, max(rung.maxrate_kbit for rung in ladder)
    if facts.size > (MOST_BYTES if entered else WHOLE_BYTES) or facts.size * 8 / 1000 > length * STRONGER * strongest:
        return None
    return Preview(
        chunks=cut(facts.size) if entered else (Chunk(unit="p", begin=0),),
        name=f"v/{min(picture.width, picture.height)}p-copy",
        stream=picture.stream,
        origin_s=ratio(facts.origin_s),
        duration_s=length,
        sound_name=f"a/{track.language}-copy" if track and heard else None,
        sound=heard.stream if heard else None,
    )
