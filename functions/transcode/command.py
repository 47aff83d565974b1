"""Chunks, sounds and texts as ffmpeg commands. PURE: starts nothing. Outputs are names in the working folder."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import ffmpeg
from ffmpeg.nodes import FilterableStream

from functions.common.model import AudioWork, Container, CopyWork, FileWork, Rung, TextWork, VideoWork, ratio
from functions.common.orders import COPIED_S
from functions.transcode import encoders, grid
from functions.transcode.pictures import sprites
from functions.transcode.pieces import Piece, zero_s
from functions.transcode.reading import BROKEN, CLEAN, Source, argv, decoding, hdr_tags, opened, seeking, to_sdr

PICTURES: Final = "pictures.mp4"
SOUND: Final = "sound.mp4"
START: Final = "start.mp4"
TEXT: Final = "text.vtt"
COPY: Final = "copy"
WHOLE: Final = "whole"

LINES_AT_ONCE: Final = 2160  # of high dynamic range: of 4320 all rungs together need 3.7 GB, and the largest alone 2.8
# The time of each packet, a line each, for pace.py. (-progress is silent until every output has begun, a sprite's at the end.)
_TOLD: Final = {"stats_mux_pre": "pipe:1", "stats_mux_pre_fmt": "{t}"}
MUXERS: Final[Mapping[Container, str]] = {"mp4": "mp4", "webm": "webm", "mkv": "matroska"}
_LABEL: Final = re.compile(r"^\[[^]]*\]|\[[^]]*\]$")  # of a filter's input or output
_FIRST: Final = {"c": "copy", "f": "framecrc"}  # which writes a packet's time
_FRAGMENTED: Final = {
    "f": "mp4",
    "use_editlist": 0,  # players treat edit lists differently; segments.py does without
    **CLEAN,
}


def video(program: str, source: Source, work: VideoWork, seek: Fraction | None, *, broken: bool = False) -> list[str]:
    """Encode a chunk in every rung, and its storyboard, from one decode: `rung_<n>.mp4` and `sprite_<n>.jpg`.

    Of the key frame from which it was decoded is told too. `broken`: frames that the decoder would drop are taken too.
    """
    film = opened(source, decoding(work.video) | (BROKEN if broken else {}) | seeking(seek, accurate=False))[str(work.video.stream)]
    ordinary, board = _ordinary(_on_grid(film, work), work)
    rungs = [
        ffmpeg.output(
            ordinary.get(place, film),
            rung_name(place),
            **({} if place in ordinary else {"vf": _alone(_kept_light(_on_grid(film, work), rung))}),
            **encoders.options(work, rung),
            **_FRAGMENTED,
            **(_TOLD if place == 0 else {}),
        )
        for place, rung in enumerate(work.ladder)
    ]
    # fixed sizes, so that a change of size inside the file does not start the graph, and its count of frames, anew
    begun = ffmpeg.output(film, first_of(PICTURES), **_FIRST, **{"frames:v": 1})
    return argv(program, [*rungs, sprites(board, work), begun], "-reinit_filter", "0")


def at_once(work: VideoWork) -> tuple[tuple[Rung, ...], ...]:
    """Share a chunk's rungs out among runs of ffmpeg: all in one, but where they would need more memory than there is."""
    large = min(work.video.width, work.video.height) > LINES_AT_ONCE and any(rung.transfer != "sdr" for rung in work.ladder)
    return (work.ladder[:1], work.ladder[1:]) if large and len(work.ladder) > 1 else (work.ladder,)


def audio(program: str, source: Source, work: AudioWork, seek: Fraction | None) -> list[str]:
    """Encode an audio track or a piece of it, a fragment for each segment: `SOUND`. Of the first packet that was read is told too.

    A piece is read and encoded from a little before its first packet, so that its encoder is as one that came from there.
    """
    piece = Piece.of(work)
    read = opened(source, seeking(seek, accurate=False), whole=True)[str(work.track.stream)]
    stream = (
        read.filter("asetpts", f"round(PTS-({zero_s(work)})/TB)")
        # fill gaps and cut what overlaps; pad a late beginning with silence and cut an early one
        .filter("aresample", encoders.RATE_HZ, **{"async": 1, "first_pts": 0})
    )
    if work.pad_to_s:  # as long as the picture, for players that stop at a gap
        stream = stream.filter("apad", whole_dur=f"{work.pad_to_s - float(piece.warm_s):.6f}")
    if piece.stop is not None:
        stream = stream.filter("atrim", end_sample=piece.stop)
    early = encoders.EARLY_SAMPLES[work.track.codec]
    if early or piece.late:
        stream = stream.filter("atrim", start_sample=early).filter("asetpts", f"(N-{piece.late})/SR/TB")
    options = {
        **encoders.sound(work.track, piece.samples),
        "frag_duration": round(Fraction(work.segment_s) * 1_000_000),  # µs: a fragment is a segment
        "movflags": "+empty_moov+default_base_moof+skip_trailer",
    }
    begun = ffmpeg.output(read, first_of(SOUND), **_FIRST, **{"frames:a": 1})
    return argv(program, [ffmpeg.output(stream, SOUND, **options, **_FRAGMENTED, **_TOLD), begun])


def repackage(program: str, source: Source, work: CopyWork) -> list[str]:
    """Copy the source's own packets, a fragment for each group of pictures, to `PICTURES` and `SOUND`; tell of their first ones.

    A piece's pictures begin with the group that is shown at its beginning, and end after one that begins behind its end. Of the
    film's first packet is told too, as `START`: each piece is decoded as much ahead as that.
    """
    preview, origin = work.preview, Fraction(work.preview.origin_s)
    begin, end = origin + Fraction(work.begin_s or 0), origin + Fraction(work.end_s) if work.end_s else None
    read = opened(source, seeking(begin if work.begin_s else None, accurate=False), whole=True)
    picture, further = read[str(preview.stream)], {} if end is None else {"to": f"{float(end + COPIED_S + 1):.6f}"}
    made = [
        ffmpeg.output(picture, PICTURES, **encoders.COPIED_VIDEO, **further, **_FRAGMENTED),
        ffmpeg.output(picture, first_of(PICTURES), **_FIRST, **{"frames:v": 1}),
    ]
    if work.begin_s:
        start = opened(source, {})[str(preview.stream)]
        made.append(ffmpeg.output(start, first_of(START), **_FIRST, **{"frames:v": 1}))
    if preview.sound is not None:
        # what lies before the picture is dropped
        after = "" if end is None else f"+gte(pts*tb\\,{ratio(end)})"
        sound, own = read[str(preview.sound)], {"bsf:a": f"noise=drop=lt(pts*tb\\,{ratio(begin)}){after}"}
        length = {"frag_duration": round(Fraction(work.segment_s) * 1_000_000)}  # µs: a fragment is a segment
        made += [
            ffmpeg.output(sound, SOUND, **encoders.COPIED_AUDIO, **own, **further, **length, **_FRAGMENTED),
            ffmpeg.output(sound, first_of(SOUND), **_FIRST, **own, **further, **{"frames:a": 1}),
        ]
    return argv(program, made)


def text(program: str, source: Source, work: TextWork) -> list[str]:
    """Convert a text track to WebVTT, on the picture's time: `TEXT`."""
    options = {
        "c:s": "webvtt",
        "f": "webvtt",
        "output_ts_offset": f"{-float(Fraction(work.track.origin_s)):.6f}",
        **CLEAN,
    }
    return argv(program, [ffmpeg.output(opened(source, {}, whole=True)[str(work.track.stream)], TEXT, **options)])


def copy(program: str, source: Source) -> list[str]:
    """Copy bytes as they are: `COPY`. One way to the store for all inputs, with the same limits and certificates."""
    return argv(program, [ffmpeg.output(opened(source, {}, whole=True)["0"], COPY, c="copy", f="data")])


def join(program: str, inputs: Sequence[str], work: FileWork) -> list[str]:
    """Put whole tracks into one file, the picture first: `WHOLE`. An MP4's index goes to its beginning: it plays as it comes."""
    tracks = [ffmpeg.input(path, f="mov") for path in inputs]
    sounds = {
        f"metadata:s:a:{place}": [f"language={sound.language}", *([f"title={sound.title}"] if sound.title else [])]
        for place, sound in enumerate(work.sounds)
    }
    first = {"movflags": "+faststart"} if work.container == "mp4" else {}
    options = {"c": "copy", "f": MUXERS[work.container], **first, **CLEAN, **sounds}
    return argv(program, [ffmpeg.output(*tracks, WHOLE, **options)], copyts=False)


def rung_name(place: int) -> str:
    """Name the file of a rung, by its place in the ladder."""
    return f"rung_{place}.mp4"


def first_of(name: str) -> str:
    """Name the file that tells of a stream's first packet."""
    return f"{name}.first"


def _on_grid(stream: FilterableStream, work: VideoWork) -> FilterableStream:
    """Give exactly the chunk's frames, numbered from 0: the grid's, whatever the source's frames are."""
    counted = stream.filter("setpts", f"PTS-({work.video.origin})")
    if work.video.interlaced:
        counted = counted.filter("bwdif", mode="send_frame", deint="interlaced")
    end = {} if work.end is None else {"end_pts": work.end}
    return (
        counted.filter("fps", fps=work.video.rate, round="near")
        .filter("trim", start_pts=work.begin, **end)  # whole frame numbers, never seconds
        .filter("setpts", f"PTS-{work.begin}")
    )


def _ordinary(stream: FilterableStream, work: VideoWork) -> tuple[dict[int, FilterableStream], FilterableStream]:
    """Give a stream for each rung of ordinary light by its place, and one for the storyboard. Light is mapped once, before all.

    Each rung's pictures are made of the next larger rung's: there are fewer pixels to read than in the source.
    """
    places = [place for place, rung in enumerate(work.ladder) if rung.transfer == "sdr"]
    if work.video.transfer != "sdr":
        board = grid.storyboard(work)
        # it costs as much as three decodes
        sizes = [(work.ladder[place].width, work.ladder[place].height) for place in places] or [(board.width, board.height)]
        stream = to_sdr(stream, work.video, *max(sizes))
    shared, tiles = _split(stream, 2) if places else (stream, stream)
    made: dict[int, FilterableStream] = {}
    largest_first = sorted(places, key=lambda place: -work.ladder[place].width * work.ladder[place].height)
    for left, place in zip(reversed(range(len(places))), largest_first, strict=True):
        shared = _plain_light(shared, work.ladder[place])
        made[place], shared = _split(shared, 2) if left else (shared, shared)
    return made, tiles


def _alone(stream: FilterableStream) -> str:
    """Write a chain of filters as an output's own graph.

    ffmpeg 9.0 tells only the encoder of a graph's first output what the film was mastered on.
    """
    graph = ffmpeg.output(stream, "-").get_args()
    return ",".join(_LABEL.sub("", each) for each in graph[graph.index("-filter_complex") + 1].split(";"))


def _split(stream: FilterableStream, count: int) -> list[FilterableStream]:
    streams = stream.filter_multi_output("split", count)
    return [streams[place] for place in range(count)]


def _plain_light(stream: FilterableStream, rung: Rung) -> FilterableStream:
    return (
        stream.filter("scale", rung.width, rung.height, flags="bicubic", out_color_matrix="bt709", out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
        # the same tags in every chunk, so that one init fits all
        .filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    )


def _kept_light(stream: FilterableStream, rung: Rung) -> FilterableStream:
    """Keep PQ or HLG of BT.2020 as it is, in 10 bits, which it needs."""
    return (
        stream.filter("setparams", **hdr_tags(rung.transfer))
        .filter("scale", rung.width, rung.height, flags="bicubic")
        .filter("setsar", 1)
        .filter("format", "yuv420p10le")
    )
