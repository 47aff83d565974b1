"""How a source is read, and what holds for every command. PURE: starts nothing.

ffmpeg-python writes the graph of filters (it labels and escapes) and the options of each file, sorted by name. What holds for the
whole run stands in front, where ffmpeg wants it and the library would put it last. Outputs are names in the working folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import ffmpeg
from ffmpeg.nodes import FilterableStream, InputNode, OutputStream

from functions.common import network
from functions.common.model import VideoFacts

LOCAL: Final = "file"
_SD_LINES: Final = 576  # pictures above that are BT.709 where they do not say
ALWAYS: Final = (
    *("-v", "warning"),  # the level at which the network's faults are told
    "-hide_banner",
    "-nostdin",  # a key press is no command
    "-y",  # a repeated attempt replaces the files of the one before
    *("-max_error_rate", "1"),  # damaged frames are concealed; the count of frames judges the result
    *("-filter_complex_threads", "2", "-filter_threads", "2"),  # not the machine's count of cores: memory stays what was measured
)
_SOURCES_CLOCK: Final = "-copyts"  # time stamps stay the source's own, so that every chunk counts from the same origin
CLEAN: Final = {
    "map_metadata": -1,  # no place or device of a camera is published
    "map_chapters": -1,
    "fflags": "+bitexact",  # no version or date inside: equal input, equal bytes
}
# The HEVC decoder of ffmpeg 9.0 crashes where it drops a broken frame. Not from the start: frames before the first whole one, grey
# without their references, would pass for a chunk's head.
BROKEN: Final = {"flags": "+output_corrupt"}
_HLG_OR_PQ: Final = {"pq": "smpte2084", "hlg": "arib-std-b67"}


@dataclass(frozen=True)
class Source:
    """What is read: a URL or a file's name, the one demuxer that may read it, and by which protocols."""

    url: str
    demuxer: str
    protocols: str
    ca_file: str


def argv(program: str, outputs: Sequence[OutputStream], *whole_run: str, copyts: bool = True) -> list[str]:
    """Put a command together. Without `copyts` each input begins at 0."""
    command: list[str] = ffmpeg.merge_outputs(*outputs).compile()
    return [program, *ALWAYS, *([_SOURCES_CLOCK] if copyts else []), *whole_run, *command[1:]]


def opened(source: Source, options: Mapping[str, str | int | None], *, whole: bool = False) -> InputNode:
    """Open a source with the limits that hold for all, and options of this command's. `whole`: it is read to its end."""
    # bytes: without it, each seek asks for all the rest of the file. A chunk reads the header and a few MB. Each request has a
    # connection of its own: ffmpeg 9.0 that keeps one waits rw_timeout after a seek beyond the end, which broken indexes cause.
    request = {"request_size": 8_000_000 if whole else 2_000_000}
    return ffmpeg.input(
        source.url,
        **{
            "f": source.demuxer,  # pinned: no playlist or script can be read, whatever the file's first bytes are
            "protocol_whitelist": source.protocols,
            "max_streams": network.MAX_STREAMS,
            **(request if source.url.startswith("http") else {}),
            **network.options(source.url, source.ca_file),
            **options,
        },
    )


def decoding(video: VideoFacts) -> dict[str, str | int | None]:
    """Limit the decoder, and tell it what an untagged HD picture is: swscale would take it for BT.601.

    H.264, MPEG-2, MPEG-4 and AV1 take this as a default, which their own tags outweigh; HEVC, VP9 and ProRes ignore it.
    """
    untagged = {"colorspace": "bt709"} if min(video.width, video.height) > _SD_LINES else {}
    return {"threads": 2, "max_pixels": network.MAX_PIXELS, **untagged}  # 2: what the function has; each keeps frames in memory


def seeking(seek: Fraction | None, *, accurate: bool) -> dict[str, str | int | None]:
    """Begin to read at a time of the source's own; None: at its beginning."""
    if seek is None:
        return {}
    # Not accurate: the keyframe before reaches the fps filter, which then fills a gap over the boundary with the right frame.
    exact = {} if accurate else {"noaccurate_seek": None}
    return {"seek_timestamp": 1, "ss": f"{float(seek):.6f}", **exact}  # the source's own time, not from its start


def to_sdr(stream: FilterableStream, video: VideoFacts, width: int, height: int) -> FilterableStream:
    """Scale, and map PQ or HLG of BT.2020 to BT.709: to linear light, into the smaller gamut, under the curve, and back."""
    scaled = stream.filter("scale", width, height, flags="bicubic")
    if video.transfer == "sdr":
        return scaled.filter("setsar", 1)
    return (
        scaled.filter(
            "setparams", **hdr_tags(video.transfer)
        )  # zscale refuses frames whose own tags are missing or contradict the container's
        .filter("zscale", t="linear", npl=100)  # 100 cd/m²: the white of an SDR screen
        .filter("format", "gbrpf32le")  # highlights go above 1
        .filter("zscale", p="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv", p="bt709")
        .filter("format", "yuv420p")
        .filter("setsar", 1)
        .filter("sidedata", mode="delete")  # what it was mastered on, which is no longer true
    )


def hdr_tags(transfer: str) -> dict[str, str]:
    """Name high dynamic range as ffmpeg does."""
    return {"color_trc": _HLG_OR_PQ[transfer], "color_primaries": "bt2020", "colorspace": "bt2020nc", "range": "tv"}
