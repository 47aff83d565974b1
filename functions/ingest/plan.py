"""Facts to a plan. PURE.

Everything counts on a grid of a constant rate R: output frame k is shown at k/R. A segment is K = round(4·R) frames, a chunk some
whole segments, so nothing is rounded twice and all renditions are cut at the same frames.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Final, get_args

from functions.common.cleaning import clean_line
from functions.common.errors import Rejected
from functions.common.inbox import language
from functions.common.model import (
    STEREO,
    AudioCodec,
    AudioTrack,
    Chapter,
    Chunk,
    File,
    Note,
    Plan,
    Preset,
    Problem,
    Rung,
    Sound,
    Sounding,
    TextTrack,
    Verdict,
    VideoFacts,
    WholeFile,
    ratio,
)
from functions.common.note import read_date
from functions.ingest import cuts
from functions.ingest.accept import Demuxer, SoundDemuxer
from functions.ingest.cost import encoding_s, fits
from functions.ingest.facts import Facts, Picture, Track
from functions.ingest.ladder import ladder
from functions.ingest.preview import preview

SEGMENT_S: Final = 4
MAX_AUDIO: Final = 8  # each is a whole read of the source
# Only there a piece begins exactly where the one before ends: MP4 counts sound by its samples, and a warmed-up encoder of AAC goes
# on where another stopped (docs/adr/007).
EXACT: Final[tuple[Demuxer, AudioCodec]] = ("mov", "aac")
MAX_CHAPTERS: Final = 500
LONGEST_TAG: Final = 35  # what RFC 5646, 4.4.1, tells a reader to have room for, and model.Language has
TEXT_CODECS: Final = frozenset({"subrip", "ass", "ssa", "mov_text", "webvtt", "text"})
FASTEST: Final = 60  # above, half the frames, evenly
SLOWEST: Final = 10  # below, each frame twice: a seek or a segment boundary would be too coarse
STANDARD_RATES: Final = tuple(
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
)
PREROLL_S: Final[dict[Demuxer, float]] = {
    **dict.fromkeys(("mov", "matroska", "avi", "flv"), 0.5),  # they have an index; half a second covers reordering
    "mpegts": 4.0,  # seeks by guessing offsets: 1 s was too short for 2 s groups of pictures
    **dict.fromkeys(("mpeg", "asf", "ogg", "mxf", "gif"), 3.0),
    **dict.fromkeys(get_args(SoundDemuxer), 0.0),  # read whole
}


def plan(facts: Facts, preset: Preset, video: str, rev: str, uploaded: str) -> Plan:
    """Decide what is made of a source. `uploaded`: the time of its upload, as `model.Time`.

    Raises Rejected (`unsupported_codec`) when no stream can be used.
    """
    rate = choose_rate(facts.picture) if facts.picture else Fraction(25)  # sound alone: 100 "frames", 4 s
    segment_frames = max(1, round(SEGMENT_S * rate))
    rungs = ladder(facts.picture, rate, preset.video, facts.bit_rate) if facts.picture else ()
    sounds = [track for track in facts.sounds if track.sample_rate_hz and track.channels]
    if not facts.picture and not sounds:
        raise Rejected("unsupported_codec", "The sound is of a kind that cannot be read.")
    frames = max(1, round((facts.duration_s or 0) * rate))
    forms = preset.audio if facts.picture else preset.audio[:1]
    heard = _heard(facts, sounds)
    audio = _audio(facts, heard, forms, partial(cuts.sounds, frames, segment_frames))
    return Plan(
        id=video,
        rev=rev,
        demuxer=facts.demuxer,
        preroll_s=PREROLL_S[facts.demuxer] if facts.indexed or facts.demuxer != "mxf" else 0.0,  # by a rate that would be wrong
        duration_s=float(facts.duration_s or 0),
        told_s=float(facts.told_s or 0),
        segment_frames=segment_frames,
        segment_s=ratio(segment_frames / rate),
        video=_video(facts, facts.picture, rate, frames) if facts.picture else None,
        ladder=rungs,
        chunks=cuts.chunks(frames, segment_frames, _longest(facts, facts.picture, rungs, segment_frames)) if facts.picture else (),
        audio=audio,
        texts=_texts(facts) if facts.picture else (),
        preview=preview(facts, rungs, audio, partial(cuts.copies, frames, segment_frames)) if preset.preview else None,
        files=tuple(_file(f"f{number}", file, rungs, audio) for number, file in enumerate(preset.files)),
        note=_note(facts, uploaded),
        problems=tuple(_problems(facts, sounds, heard)),
    )


def _file(unit: str, file: File, rungs: Sequence[Rung], audio: Sequence[AudioTrack]) -> WholeFile:
    """Choose what is in a whole file: rungs come largest first."""
    fitting = [rung for rung in rungs if file.edge is None or min(rung.width, rung.height) <= file.edge]
    return WholeFile(
        unit=unit,
        container=file.container,
        video=(fitting or rungs[-1:])[0].name if rungs else None,
        sounds=tuple(Sounding(name=track.name, language=track.language, title=track.title) for track in audio),
    )


def rejected(video: str, rev: str, verdict: Verdict) -> Plan:
    """Write down a verdict on a source as its plan."""
    return Plan(id=video, rev=rev, rejected=verdict)


def image(video: str, rev: str, size: int) -> Plan:
    """Plan what is made of a picture of `size` bytes, which is not looked into: decoding it is all the work there is."""
    return Plan(id=video, rev=rev, image_bytes=size)


def choose_rate(picture: Picture) -> Fraction:
    """Choose R: the nearest standard rate, or the picture's own, between 10 and 60 frames a second.

    The average of a variable rate is no rate at which frames come, so the container's base rate counts before it.
    """
    average, real = picture.average_rate, picture.real_rate
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - average))
    if abs(nearest - average) * 500 <= nearest:  # within 0.2 %: 29.97 and 30 are 0.1 % apart, nearest decides
        return nearest
    if real in STANDARD_RATES:
        return real
    rate = average.limit_denominator(1001) or Fraction(25)  # short ratios make short time scales
    while rate > FASTEST:
        rate /= 2
    while rate < SLOWEST:
        rate *= 2
    return rate


def _longest(facts: Facts, picture: Picture, rungs: tuple[Rung, ...], segment_frames: int) -> int:
    """Choose how many segments a chunk may have, so that a function can encode it in its time."""
    width, height, light = picture.width, picture.height, picture.transfer
    lengths = (*(() if facts.indexed else (cuts.UNINDEXED,)), cuts.CHUNK, 2, 1)
    return next((n for n in lengths if fits(encoding_s(width, height, light, rungs, n * segment_frames))), 1)


def _video(facts: Facts, picture: Picture, rate: Fraction, frames: int) -> VideoFacts:
    return VideoFacts(
        stream=picture.stream,
        width=picture.width,
        height=picture.height,
        rate=ratio(rate),
        time_base=ratio(facts.time_base),
        origin=facts.origin,
        frames=frames,
        codec=picture.codec,
        transfer=picture.transfer,
        interlaced=picture.interlaced,
    )


def _audio(
    facts: Facts, sounds: list[Track], forms: Sequence[Sound], cut: Callable[..., tuple[Chunk, ...]]
) -> tuple[AudioTrack, ...]:
    default = _default(sounds)
    made = [(track, form) for track in sounds for form in _fitting(track, forms)]
    names = _audio_names(made)
    return tuple(
        AudioTrack(
            chunks=cut(f"a{number}", exact=(facts.demuxer, form.codec) == EXACT),
            name=name,
            stream=track.stream,
            language=_language(track),
            sample_rate_hz=track.sample_rate_hz,
            origin_s=ratio(facts.origin_s),
            codec=form.codec,
            kbit=form.kbit,
            channels=form.channels,
            title=clean_line(track.title) or None,
            default=track in default and form is forms[0],
        )
        for number, ((track, form), name) in enumerate(zip(made, names, strict=True))
    )


def _heard(facts: Facts, sounds: list[Track]) -> list[Track]:
    """Choose the sounds that a player offers; without a picture it plays one."""
    return sounds[:MAX_AUDIO] if facts.picture else _default(sounds)


def _default(sounds: list[Track]) -> list[Track]:
    """Choose the one that is heard first, if there are any."""
    return [*(track for track in sounds if track.default), *sounds][:1]


def _fitting(track: Track, forms: Sequence[Sound]) -> list[Sound]:
    """Choose the forms that have no more channels than the source; the first in any case, for a mono source is played as any."""
    return [form for form in forms if form is forms[0] or form.channels <= track.channels]


def _audio_names(made: list[tuple[Track, Sound]]) -> list[str]:
    """Name renditions by language, codec and channels beyond two; a second one of the same name gets a number."""
    bases = [
        f"a/{_language(track)}-{form.codec}" + (f"-{form.channels}ch" if form.channels > STEREO else "") for track, form in made
    ]
    counts = [bases[: place + 1].count(base) for place, base in enumerate(bases)]
    return [base if count == 1 else f"{base}-{count}" for base, count in zip(bases, counts, strict=True)]


def _texts(facts: Facts) -> tuple[TextTrack, ...]:
    found = [track for track in facts.texts if track.codec in TEXT_CODECS]
    return tuple(
        TextTrack(
            unit=f"t{number}",
            stream=track.stream,
            language=_language(track),
            origin_s=ratio(facts.origin_s),
            title=clean_line(track.title) or None,
        )
        for number, track in enumerate(found)
    )


def _language(track: Track) -> str:
    """Give the track's BCP 47 tag; `und` where it has none (ISO 639-2, undetermined) or one that is not registered."""
    tag = language(track.language) if track.language else None
    return tag if tag and len(tag) <= LONGEST_TAG else "und"


def _note(facts: Facts, uploaded: str) -> Note:
    """Read what the container says of the video: the fallback for a dropped note."""
    created = read_date(facts.created)
    first = _language(facts.sounds[0]) if facts.sounds else "und"
    return Note(
        title=clean_line(facts.title) or None,
        # a camera without a clock says 1904 or 1970, and one with a wrong clock a time after the upload
        date=created if created and "1990" <= created <= uploaded else None,
        language=None if first == "und" else first,
        chapters=tuple(
            Chapter(at=float(max(mark.at_s - facts.origin_s, Fraction(0))), title=clean_line(mark.title) or f"Chapter {n}")
            for n, mark in enumerate(facts.marks[:MAX_CHAPTERS], 1)
        ),
    )


def _problems(facts: Facts, usable: list[Track], heard: list[Track]) -> Iterator[Problem]:
    """Name every stream that a viewer will miss. Attached pictures and data streams are none of them."""
    if facts.pictures > 1:
        yield Problem(where="video", message=f"Only the first of {facts.pictures} video streams is used.")
    for track in facts.sounds:
        if track not in usable:
            yield _ignored(track, "audio", "it cannot be read")
    why = f"only {MAX_AUDIO} audio streams are used" if facts.picture else "only one is played where there is no picture"
    for track in usable:
        if track not in heard:
            yield _ignored(track, "audio", why)
    for track in facts.texts:
        if track.codec not in TEXT_CODECS:
            yield _ignored(track, "subtitle", "it has no text; put a .vtt file beside the video instead")
        elif not facts.picture:
            yield _ignored(track, "subtitle", "there is no picture to show it on")


def _ignored(track: Track, kind: str, why: str) -> Problem:
    codec = track.codec or "unknown codec"
    return Problem(where=f"{kind} stream {track.stream}", message=f"The stream ({codec}, {_language(track)}) is ignored: {why}.")
