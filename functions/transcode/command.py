"""Each piece of work as an ffmpeg command. PURE: starts nothing.

ffmpeg-python writes the graph of filters (it labels and escapes) and the options of each file, sorted by name. What holds for the
whole run stands in front, where ffmpeg wants it and the library would put it last. Outputs are names in the working folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import ffmpeg
from ffmpeg.nodes import FilterableStream, InputNode, OutputStream

from functions.common.model import AudioWork, Rung, TextWork, VideoFacts, VideoWork
from functions.transcode import encoders, grid

NETWORK: Final = "http,https,tcp,tls"
LOCAL: Final = "file"
SOUND: Final = "sound.mp4"
TEXT: Final = "text.vtt"
COPY: Final = "copy"
POSTER_WIDTHS: Final = (320, 640, 1280)  # a card on a phone, a card, the player
_SD_LINES: Final = 576  # pictures above that are BT.709 where they do not say

# The time of each packet, a line each, for pace.py. (-progress is silent until every output has begun, a sprite's at the end.)
_TOLD: Final = {"stats_mux_pre": "pipe:1", "stats_mux_pre_fmt": "{t}"}
_ALWAYS: Final = (
    *("-v", "warning"),  # the level at which the network's faults are told
    "-hide_banner",
    "-nostdin",  # a key press is no command
    "-y",  # a repeated attempt replaces the files of the one before
    "-copyts",  # time stamps stay the source's own, so that every chunk counts from the same origin
    *("-max_error_rate", "1"),  # damaged frames are concealed; the count of frames judges the result
    *("-filter_complex_threads", "2"),  # not the machine's count of cores: memory stays what was measured
)
_CLEAN: Final = {
    "map_metadata": -1,  # no place or device of a camera is published
    "map_chapters": -1,
    "fflags": "+bitexact",  # no version or date inside: equal input, equal bytes
}
_FRAGMENTED: Final = {
    "f": "mp4",
    "use_editlist": 0,  # players treat edit lists differently; segments.py does without
    **_CLEAN,
}
_STILL: Final = {
    "f": "image2",
    "c:v": "mjpeg",
    "strict:v": "unofficial",  # after the source's end there is no picture to tell the range, and mjpeg would fail
    "flags:v": "+bitexact",  # no encoder's name inside
    "threads:v": 1,  # as for video: equal bytes on every attempt
    **_CLEAN,
}
_HLG_OR_PQ: Final = {"pq": "smpte2084", "hlg": "arib-std-b67"}


@dataclass(frozen=True)
class Source:
    """What is read: a URL or a file's name, the one demuxer that may read it, and by which protocols."""

    url: str
    demuxer: str
    protocols: str
    ca_file: str


def video(program: str, source: Source, work: VideoWork, seek: Fraction | None) -> list[str]:
    """Encode a chunk in every rung, and its storyboard, from one decode: `rung_<n>.mp4` and `sprite_<n>.jpg`."""
    opened = _open(source, _decoding(work.video) | _seeking(seek, accurate=False))
    *streams, board = _branches(_on_grid(opened[str(work.video.stream)], work), work)
    largest, *others = zip(streams, work.ladder, strict=True)
    rungs = [
        _rung(*largest, work, rung_name(0), _TOLD),
        *(_rung(stream, rung, work, rung_name(place)) for place, (stream, rung) in enumerate(others, 1)),
    ]
    # fixed sizes, so that a change of size inside the file does not start the graph, and its count of frames, anew
    return _argv(program, [*rungs, _sprites(board, work)], "-reinit_filter", "0")


def audio(program: str, source: Source, work: AudioWork) -> list[str]:
    """Encode a whole audio track, a fragment for each segment: `SOUND`."""
    stream = (
        _open(source, {})[str(work.track.stream)]
        .filter("asetpts", f"round(PTS-({work.track.origin_s})/TB)")  # output time 0 is the picture's first frame
        # fill gaps and cut what overlaps; pad a late beginning with silence and cut an early one
        .filter("aresample", encoders.RATE_HZ, **{"async": 1, "first_pts": 0})
    )
    if work.pad_to_s:
        stream = stream.filter("apad", whole_dur=f"{work.pad_to_s:.6f}")  # as long as the picture, for players that stop at a gap
    early = encoders.EARLY_SAMPLES[work.track.codec]
    if early:
        stream = stream.filter("atrim", start_sample=early).filter("asetpts", "N/SR/TB")
    options = {
        **encoders.sound(work.track),
        "frag_duration": round(Fraction(work.segment_s) * 1_000_000),  # µs: a fragment is a segment
        "movflags": "+empty_moov+default_base_moof+skip_trailer",
    }
    return _argv(program, [ffmpeg.output(stream, SOUND, **options, **_FRAGMENTED, **_TOLD)])


def text(program: str, source: Source, work: TextWork) -> list[str]:
    """Convert a text track to WebVTT, on the picture's time: `TEXT`."""
    options = {
        "c:s": "webvtt",
        "f": "webvtt",
        "output_ts_offset": f"{-float(Fraction(work.track.origin_s)):.6f}",
        **_CLEAN,
    }
    return _argv(program, [ffmpeg.output(_open(source, {})[str(work.track.stream)], TEXT, **options)])


def posters(program: str, source: Source, video: VideoFacts, at: Fraction, *, choose: bool) -> list[str]:
    """Take the picture at `at`, in the source's time, or choose a typical one of those that follow: `poster_<n>.jpg`."""
    opened = _open(source, _decoding(video) | _seeking(at, accurate=True))
    width = min(video.width, max(POSTER_WIDTHS))
    height = max(2, 2 * round(Fraction(video.height * width, video.width) / 2))
    # scaled first: thumbnail keeps 30 pictures in memory
    picture = _sdr(opened[str(video.stream)], video, width, height)
    return _argv(program, _posters(picture.filter("thumbnail", n=30) if choose else picture))


def picture(program: str, source: Source) -> list[str]:
    """Convert a dropped poster, at most 1280 wide: `poster_<n>.jpg`."""
    return _argv(program, _posters(_open(source, _max_pixels())["v:0"]))


def copy(program: str, source: Source) -> list[str]:
    """Copy bytes as they are: `COPY`. One way to the store for all inputs, with the same limits and certificates."""
    return _argv(program, [ffmpeg.output(_open(source, {})["0"], COPY, c="copy", f="data")])


def rung_name(place: int) -> str:
    """Name the file of a rung, by its place in the ladder."""
    return f"rung_{place}.mp4"


def sprite_name(place: int) -> str:
    """Name the file of a sprite, from 0."""
    return f"sprite_{place}.jpg"


def poster_name(place: int) -> str:
    """Name the file of a poster, by its place in `POSTER_WIDTHS`."""
    return f"poster_{place}.jpg"


def _argv(program: str, outputs: Sequence[OutputStream], *whole_run: str) -> list[str]:
    command: list[str] = ffmpeg.merge_outputs(*outputs).compile()
    return [program, *_ALWAYS, *whole_run, *command[1:]]


def _open(source: Source, options: Mapping[str, str | int | None]) -> InputNode:
    network = {
        "request_size": 4_000_000,  # bytes: without it, each seek asks for all the rest of the file
        "multiple_requests": 1,  # over one connection
        "rw_timeout": 20_000_000,  # µs: a silent store ends the read
        "reconnect": 1,  # a cut connection is taken up where it broke
        "reconnect_on_network_error": 1,
        "reconnect_on_http_error": "5xx",  # 503 Slow Down is S3's way of asking to wait
        "reconnect_delay_max": 4,  # s: after 0, 1 and 3; then the queue tries again
    }
    trust = {"tls_verify": 1, "ca_file": source.ca_file}
    return ffmpeg.input(
        source.url,
        **{
            "f": source.demuxer,  # pinned: no playlist or script can be read, whatever the file's first bytes are
            "protocol_whitelist": source.protocols,
            "max_streams": 32,
            **(network if source.url.startswith("http") else {}),
            **(trust if source.url.startswith("https:") else {}),
            **options,
        },
    )


def _max_pixels() -> dict[str, str | int | None]:
    return {"max_pixels": 8192 * 4320}  # a frame of it takes 53 MB; above, a bomb is likelier than a film


def _decoding(video: VideoFacts) -> dict[str, str | int | None]:
    """Limit the decoder, and tell it what an untagged HD picture is: swscale would take it for BT.601.

    H.264, MPEG-2, MPEG-4 and AV1 take this as a default, which their own tags outweigh; HEVC, VP9 and ProRes ignore it.
    """
    untagged = {"colorspace": "bt709"} if min(video.width, video.height) > _SD_LINES else {}
    return {"threads": 2, **_max_pixels(), **untagged}  # 2: what the function has; each keeps frames in memory


def _seeking(seek: Fraction | None, *, accurate: bool) -> dict[str, str | int | None]:
    if seek is None:
        return {}
    # Not accurate: the keyframe before reaches the fps filter, which then fills a gap over the boundary with the right frame.
    exact = {} if accurate else {"noaccurate_seek": None}
    return {"seek_timestamp": 1, "ss": f"{float(seek):.6f}", **exact}  # the source's own time, not from its start


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


def _branches(stream: FilterableStream, work: VideoWork) -> list[FilterableStream]:
    """Give a stream for each rung, and one for the storyboard. What is to be mapped to SDR is mapped once, before its split."""
    kept = [place for place, rung in enumerate(work.ladder) if rung.transfer != "sdr"]
    mapped = [place for place, rung in enumerate(work.ladder) if rung.transfer == "sdr"]
    *own, shared = _split(stream, len(kept) + 1)
    if work.video.transfer != "sdr":
        board = grid.storyboard(work)
        # it costs as much as three decodes
        sizes = [(rung.width, rung.height) for rung in work.ladder if rung.transfer == "sdr"] or [(board.width, board.height)]
        shared = _sdr(shared, work.video, *max(sizes))
    *common, board_stream = _split(shared, len(mapped) + 1)
    by_place = dict(zip((*kept, *mapped), (*own, *common), strict=True))
    return [*(by_place[place] for place in sorted(by_place)), board_stream]


def _split(stream: FilterableStream, count: int) -> list[FilterableStream]:
    if count == 1:
        return [stream]
    streams = stream.filter_multi_output("split", count)
    return [streams[place] for place in range(count)]


def _sdr(stream: FilterableStream, video: VideoFacts, width: int, height: int) -> FilterableStream:
    """Scale, and map PQ or HLG of BT.2020 to BT.709: to linear light, into the smaller gamut, under the curve, and back."""
    scaled = stream.filter("scale", width, height, flags="bicubic")
    if video.transfer == "sdr":
        return scaled.filter("setsar", 1)
    return (
        scaled.filter(
            "setparams", **_hdr_tags(video.transfer)
        )  # zscale refuses frames whose own tags are missing or contradict the container's
        .filter("zscale", t="linear", npl=100)  # 100 cd/m²: the white of an SDR screen
        .filter("format", "gbrpf32le")  # highlights go above 1
        .filter("zscale", p="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv", p="bt709")
        .filter("format", "yuv420p")
        .filter("setsar", 1)
    )


def _rung(
    stream: FilterableStream, rung: Rung, work: VideoWork, name: str, more: Mapping[str, str] = MappingProxyType({})
) -> OutputStream:
    made = _kept_light(stream, rung) if rung.transfer != "sdr" else _plain_light(stream, rung)
    return ffmpeg.output(made, name, **encoders.options(work, rung), **_FRAGMENTED, **more)


def _hdr_tags(transfer: str) -> dict[str, str]:
    return {"color_trc": _HLG_OR_PQ[transfer], "color_primaries": "bt2020", "colorspace": "bt2020nc", "range": "tv"}


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
        stream.filter("setparams", **_hdr_tags(rung.transfer))
        .filter("scale", rung.width, rung.height, flags="bicubic")
        .filter("setsar", 1)
        .filter("format", "yuv420p10le")
    )


def _sprites(stream: FilterableStream, work: VideoWork) -> OutputStream:
    board = grid.storyboard(work)
    tiled = (
        stream.filter("select", f"not(mod(n,{board.every}))")
        .filter("scale", board.width, board.height, **_JPEG_COLOURS)
        .filter("format", "yuv420p")
        .filter("tile", f"{grid.COLUMNS}x{grid.ROWS}")
    )
    name = sprite_name(0).replace("0", "%d")
    return ffmpeg.output(tiled, name, **{"q:v": 5, "start_number": 0, "fps_mode": "passthrough", **_STILL})


def _posters(stream: FilterableStream) -> list[OutputStream]:
    measured = stream.filter("signalstats").filter("metadata", "print", file="-")  # to stdout: how much there is to see
    streams = measured.filter_multi_output("split", len(POSTER_WIDTHS))
    return [_poster(streams[place], width, poster_name(place)) for place, width in enumerate(POSTER_WIDTHS)]


def _poster(stream: FilterableStream, width: int, name: str) -> OutputStream:
    scaled = stream.filter("scale", f"min({width},iw)", -2, **_JPEG_COLOURS).filter("format", "yuv420p")
    return ffmpeg.output(scaled, name, **{"frames:v": 1, "update": 1, "q:v": 3, **_STILL})


_JPEG_COLOURS: Final = {"out_color_matrix": "bt601", "out_range": "full"}  # JFIF 1.02: the one meaning of a JPEG's numbers
