"""What ffprobe and the first decoded frame say of a source, as values. PURE.

ffprobe's JSON is read with types; a field that is absent has the value that means "unknown".
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

import msgspec

from functions.common import network
from functions.common.errors import Rejected
from functions.ingest.accept import Demuxer

DECODED_LATER: Final = frozenset({"av1"})  # the static ffmpeg cannot decode it, the encoder's ffmpeg can
_TRANSFERS: Final[dict[str, Literal["sdr", "pq", "hlg"]]] = {"smpte2084": "pq", "arib-std-b67": "hlg"}
_INTERLACED: Final = frozenset({"tt", "bb", "tb", "bt"})
_ODDEST_PIXEL: Final = 4  # a pixel longer than that is a wrong header, not a format
_FRAME: Final = re.compile(rb"^0, *(-?\d+), *(-?\d+), *(\d+),", re.MULTILINE)  # of framemd5, and of framecrc a packet
_UNSET: Final = -(1 << 63)  # where a container tells only when a packet is to be decoded
_TIME_BASE: Final = re.compile(rb"^#tb 0: (\d+/\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Picture:
    """The video stream. Sizes as displayed: after rotation, with square pixels. A rate of 0 is unknown.

    `plain`: 8 bits, 4:2:0, progressive, stored as it is displayed, so that a browser shows the very stream.
    `bit_rate` in bit/s; 0 is unknown.
    """

    stream: int
    codec: str
    width: int
    height: int
    average_rate: Fraction
    real_rate: Fraction
    transfer: Literal["sdr", "pq", "hlg"] = "sdr"
    interlaced: bool = False
    plain: bool = False
    bit_rate: int = 0


@dataclass(frozen=True)
class Track:
    """An audio or subtitle stream. `language` and `title` as the file says; `sample_rate_hz` and `channels` of audio."""

    stream: int
    codec: str
    language: str = ""
    title: str = ""
    default: bool = False
    sample_rate_hz: int = 0
    channels: int = 0


@dataclass(frozen=True)
class Mark:
    """A chapter's begin, in seconds of the source's own clock, and its title."""

    at_s: Fraction
    title: str


@dataclass(frozen=True)
class Facts:
    """What is in a source.

    `origin` is the time stamp of the first decoded frame of the leading stream (the picture, else the first audio) in ticks
    of `time_base`. `duration_s` counts from there; None where the file does not say. `pictures` counts the video streams.
    `size` is the file's, in bytes. `indexed`: its header tells of the whole, so that there is a way to any place in it. `told_s` is
    what the header of a file told that was cut off; its duration is then that of what is there.
    """

    demuxer: Demuxer
    origin: int
    time_base: Fraction
    duration_s: Fraction | None
    picture: Picture | None = None
    pictures: int = 0
    sounds: tuple[Track, ...] = ()
    texts: tuple[Track, ...] = ()
    title: str = ""
    created: str = ""
    marks: tuple[Mark, ...] = ()
    size: int = 0
    indexed: bool = True
    told_s: Fraction | None = None

    @property
    def bit_rate(self) -> float:
        """The picture's bit/s; of a container that does not tell them, the whole file's. 0 where its length is unknown."""
        told = self.picture.bit_rate if self.picture else 0
        return float(told or (8 * self.size / self.duration_s if self.duration_s else 0))

    @property
    def origin_s(self) -> Fraction:
        """The source's time, in seconds, of output time 0."""
        return self.origin * self.time_base


@dataclass
class Shown:
    """How far a stream is shown, by what ffmpeg's framecrc muxer says of each of its packets."""

    time_base: Fraction = Fraction(0)
    ticks: int = 0

    @property
    def end_s(self) -> Fraction:
        """The end of its last packet, in seconds of the source's own clock."""
        return self.ticks * self.time_base

    def hear(self, line: bytes) -> None:
        """Take a line."""
        if base := _TIME_BASE.match(line):
            self.time_base = Fraction(base[1].decode())
        elif packet := _FRAME.match(line):
            decoded, shown, lasts = map(int, packet.groups())
            self.ticks = max(self.ticks, (decoded if shown == _UNSET else shown) + lasts)


class _SideData(msgspec.Struct):
    rotation: float = 0


class _Stream(msgspec.Struct):
    index: int
    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    sample_aspect_ratio: str = ""
    avg_frame_rate: str = ""
    r_frame_rate: str = ""
    time_base: str = "1/1"
    start_pts: int = 0
    duration: str = ""
    field_order: str = ""
    pix_fmt: str = ""
    bit_rate: str = ""
    color_transfer: str = ""
    sample_rate: str = "0"
    channels: int = 0
    tags: dict[str, str] = {}
    disposition: dict[str, int] = {}
    side_data_list: tuple[_SideData, ...] = ()


class _Chapter(msgspec.Struct):
    start_time: str = ""
    tags: dict[str, str] = {}


class _Format(msgspec.Struct):
    start_time: str = ""
    duration: str = ""
    tags: dict[str, str] = {}


class Described(msgspec.Struct):
    """ffprobe's answer, as far as we ask."""

    streams: tuple[_Stream, ...] = ()
    chapters: tuple[_Chapter, ...] = ()
    format: _Format = msgspec.field(default_factory=_Format)


_ASKED: Final = (
    "format=start_time,duration",
    "format_tags=title,creation_time",
    "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,time_base",
    "stream=start_pts,duration,field_order,pix_fmt,bit_rate,color_transfer,sample_rate,channels",
    "stream_tags=language,title",
    "stream_disposition=default,attached_pic",
    "stream_side_data=rotation",
    "chapter=start_time",
    "chapter_tags=title",
)
ENTRIES: Final = ":".join(_ASKED)  # for -show_entries: ffprobe's full answer would hold the URL


def read_description(answer: bytes) -> Described:
    """Read ffprobe's JSON. Raises Rejected (`damaged`) when it is none, which only a broken file can cause."""
    try:
        return msgspec.json.decode(answer, type=Described)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Rejected("damaged", "The file's description of itself cannot be read.") from error


def read_facts(demuxer: Demuxer, described: Described) -> Facts:
    """Sort a description. Origin and time base are the container's word until a frame was decoded.

    Raises Rejected: `no_media`, `unsupported_codec`, `damaged` or `too_many_pixels`.
    """
    shown = [s for s in described.streams if s.codec_type == "video" and not s.disposition.get("attached_pic")]
    sounds = [s for s in described.streams if s.codec_type == "audio"]
    if not shown and not sounds:
        raise Rejected("no_media", "The file has neither a video nor an audio stream.")
    leading = (shown or sounds)[0]
    return Facts(
        demuxer=demuxer,
        origin=leading.start_pts,
        time_base=_ratio(leading.time_base) or Fraction(1),
        duration_s=_duration(demuxer, described.format, leading),
        picture=_picture(shown[0]) if shown else None,
        pictures=len(shown),
        sounds=tuple(map(_track, sounds)),
        texts=tuple(_track(s) for s in described.streams if s.codec_type == "subtitle"),
        title=described.format.tags.get("title", ""),
        created=described.format.tags.get("creation_time", ""),
        marks=tuple(Mark(_ratio(c.start_time) or Fraction(0), c.tags.get("title", "")) for c in described.chapters),
    )


def with_first_frame(facts: Facts, framemd5: bytes) -> Facts | None:
    """Take the true origin from what ffmpeg's framemd5 muxer says of the first frame; None when there is no frame."""
    frame, base = _FRAME.search(framemd5), _TIME_BASE.search(framemd5)
    if not frame or not base:
        return None
    origin, time_base = int(frame[2]), Fraction(base[1].decode())
    late_s = origin * time_base - facts.origin_s
    left_s = (facts.duration_s or 0) - max(late_s, Fraction(0))
    return replace(facts, origin=origin, time_base=time_base, duration_s=left_s if left_s > 0 else None)


def check_length(facts: Facts, max_s: int) -> None:
    """Raise Rejected (`too_long`) for a source of more than `max_s` seconds."""
    if facts.duration_s is not None and facts.duration_s > max_s:
        length = f"{float(facts.duration_s):,.0f} s"
        raise Rejected("too_long", f"The file says that it lasts {length}; at most {max_s:,} s are accepted.")


def _duration(demuxer: Demuxer, container: _Format, leading: _Stream) -> Fraction | None:
    """Count from the leading stream's start; None where nothing positive is known."""
    start_s = leading.start_pts * (_ratio(leading.time_base) or Fraction(1))
    own, whole = _ratio(leading.duration), _ratio(container.duration)
    # Matroska's duration is the end's time stamp (RFC 9559, 5.1.2.10, as ffmpeg reads it); elsewhere it is a length
    begin_s = Fraction(0) if demuxer == "matroska" else _ratio(container.start_time) or Fraction(0)
    found = own or (whole - (start_s - begin_s) if whole else None)
    return found if found and found > 0 else None


def _picture(stream: _Stream) -> Picture:
    if not stream.codec_name or stream.codec_name == "unknown":
        raise Rejected("unsupported_codec", "The video's codec is unknown.")
    if stream.width < 1 or stream.height < 1:
        raise Rejected("damaged", "The video's size cannot be found out: the file is cut off or broken.")
    if stream.width * stream.height > network.MAX_PIXELS:
        raise Rejected("too_many_pixels", f"The picture has {stream.width} x {stream.height} pixels.")
    width, height = _displayed(stream)
    stored = (width, height) == (stream.width, stream.height) and not any(side.rotation for side in stream.side_data_list)
    return Picture(
        stream=stream.index,
        codec=stream.codec_name,
        width=width,
        height=height,
        average_rate=_ratio(stream.avg_frame_rate) or Fraction(0),
        real_rate=_ratio(stream.r_frame_rate) or Fraction(0),
        transfer=_TRANSFERS.get(stream.color_transfer, "sdr"),
        interlaced=stream.field_order in _INTERLACED,
        bit_rate=int(stream.bit_rate) if stream.bit_rate.isdecimal() else 0,
        plain=stored and stream.pix_fmt == "yuv420p" and stream.field_order not in _INTERLACED,
    )


def _displayed(stream: _Stream) -> tuple[int, int]:
    """Stretch to square pixels, then turn, as ffmpeg's autorotate does."""
    pixel = _ratio(stream.sample_aspect_ratio.replace(":", "/")) or Fraction(1)
    if not Fraction(1, _ODDEST_PIXEL) <= pixel <= _ODDEST_PIXEL:
        pixel = Fraction(1)
    width, height = max(1, round(stream.width * pixel)), stream.height
    turned = any(round(side.rotation / 90) % 2 for side in stream.side_data_list)
    return (height, width) if turned else (width, height)


def _track(stream: _Stream) -> Track:
    return Track(
        stream=stream.index,
        codec=stream.codec_name,
        language=stream.tags.get("language", ""),
        title=stream.tags.get("title", ""),
        default=bool(stream.disposition.get("default")),
        sample_rate_hz=int(stream.sample_rate) if stream.sample_rate.isdecimal() else 0,
        channels=stream.channels,
    )


def _ratio(text: str) -> Fraction | None:
    """Read `30000/1001` or `1.400000`; None for `0/0`, `N/A` or nothing."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
