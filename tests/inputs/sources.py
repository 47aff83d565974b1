"""What people upload: a source of every kind, made by ffmpeg, with what must come of it in one table.

Each shows its frame number and beeps each second (tests/media.py), is 320 x 180 and 12.48 s long where nothing else is said, and so
is encoded in three chunks.
"""

import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from functions.transcode.binaries import find_tools
from tests.media import AAC, SUBTITLES, X264, ffmpeg, numbered

SECONDS: Final = 12.48
SIZE: Final = (320, 180)
R25: Final = Fraction(25)

MPEG2: Final = ("-c:v", "mpeg2video", "-q:v", "3", "-bf", "2", "-g", "12", "-pix_fmt", "yuv420p")
X265: Final = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1")
OPEN_GROUPS: Final = ("-g", "60", "-bf", "4", "-x264-params", "open-gop=1:b-pyramid=normal")
PCM: Final = ("-c:a", "pcm_s16le")
# at a speed that does not depend on the machine's
VP8: Final = ("-c:v", "libvpx", "-pix_fmt", "yuv420p", "-deadline", "realtime", "-cpu-used", "-8", "-b:v", "1M")
VP9: Final = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k")
INTRA: Final = ("-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-q:v", "3", "-g", "1")  # as cameras write into MXF
WMV: Final = ("-c:v", "wmv2", "-q:v", "3", "-c:a", "wmav2")
MJPEG: Final = ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", *PCM)
VARYING: Final = ("-fps_mode", "vfr")
HELD: Final = (0, 0, 0, 0, 1, 2, 3, 0, 1, 2)  # of ten frames, five of which are there: how many ago the one was that is shown
AV1: Final = ("-c:v", "libsvtav1", "-preset", "12", "-crf", "35", "-svtav1-params", "fast-decode=0")


@dataclass(frozen=True)
class Form:
    """A codec with the filters that its pictures need."""

    codecs: tuple[str, ...]
    filters: str


def high_range(transfer: str, told: str = "") -> Form:
    """Code light as PQ or HLG of BT.2020. `told`: more for the encoder."""
    ten_bits = ("-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none" + told)
    tags = f"color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    return Form(("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", *ten_bits), f",format=yuv420p10le,setparams={tags}")


MASTERED: Final = ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
HDR10: Final = high_range("smpte2084", MASTERED)
HLG: Final = high_range("arib-std-b67")


@dataclass(frozen=True)
class Expected:
    """One source and what must come of it. `shows`: the number on output frame k, None where none can be read.

    `sounds` are the languages of its sound tracks, `beeps_from` the second of the first beep, None where none is looked for;
    `beeps_to` where they end before the picture.
    `within` frames the number may be off, `lost` frames may be missing at the end.
    """

    name: str
    suffix: str
    make: Callable[[Path], None]
    seconds: float = SECONDS
    rate: Fraction | None = R25
    size: tuple[int, int] = SIZE
    shows: Callable[[int], int] | None = lambda frame: frame
    within: int = 0
    lost: int = 0
    sounds: tuple[str, ...] = ("und",)
    beeps_from: float | None = 0.0
    beeps_to: float | None = None
    captions: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    damaged: bool = False

    @property
    def frames(self) -> int:
        """How many frames its picture has, on the plan's grid."""
        return round(self.seconds * self.rate) if self.rate else 0


def clip(
    *codecs: str,
    rate: str = "25",
    seconds: float = SECONDS,
    size: tuple[int, int] = SIZE,
    filters: str = "",
    sound: bool = True,
) -> Callable[[Path], None]:
    """Make a numbered picture with beeps. `filters` begin with a comma, and change the picture; `codecs` is all that follows."""

    def make(path: Path) -> None:
        flag, graph, *maps = numbered(*size, rate, seconds)
        picture, _, beep = graph.partition("[v];")
        whole = f"{picture}{filters}[v]" + (f";{beep}" if sound else "")
        ffmpeg(flag, whole, *(maps if sound else maps[:2]), *codecs, path)

    return make


def sound(*codecs: str, seconds: float = SECONDS) -> Callable[[Path], None]:
    """Make beeps alone."""
    return lambda path: ffmpeg(
        "-f", "lavfi", "-i", f"aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':s=48000:d={seconds}", *codecs, path
    )


def copied(inner: Callable[[Path], None], *options: str, inner_suffix: str = ".mkv") -> Callable[[Path], None]:
    """Make a source, then copy its streams into another container with `options`."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / f"first{inner_suffix}"
            inner(first)
            ffmpeg("-i", first, "-map", "0", "-c", "copy", *options, path)

    return make


def piped(*codecs: str, form: str) -> Callable[[Path], None]:
    """Make a file that its writer could not go back in: no duration and no index, as a browser records."""

    def make(path: Path) -> None:
        flag, graph, *maps = numbered(*SIZE, "25", SECONDS)
        argv = [str(find_tools().ffmpeg), "-v", "error", "-nostdin", flag, graph, *maps, *codecs, "-f", form, "pipe:1"]
        with path.open("wb") as file:
            subprocess.run(argv, stdout=file, check=True, timeout=600)

    return make


def joined(*parts: Callable[[Path], None]) -> Callable[[Path], None]:
    """Make files and write their bytes one after the other."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder, path.open("wb") as whole:
            for part in parts:
                piece = Path(folder) / f"piece{path.suffix}"
                part(piece)
                whole.write(piece.read_bytes())

    return make


def beside(inner: Callable[[Path], None], name: str, text: str, *options: str) -> Callable[[Path], None]:
    """Make a source, and mux it with what stands in a text file, as the second input."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder) / "first.mkv", Path(folder) / name
            inner(first)
            second.write_text(text)
            ffmpeg("-i", first, "-i", second, *options, path)

    return make


def with_bitmaps(path: Path) -> None:
    """Make a source with subtitles that are pictures, as on a Blu-ray: one grey square from second 1 on (PGS, US 2009/0185789)."""
    square = bytes((0, 0x80 | 16, 1, 0, 0)) * 16  # 16 rows of 16 pixels in colour 1, run-length encoded
    segments = (
        (0x16, struct.pack(">HHBHBBBBHBBHH", 1920, 1080, 0x10, 0, 0x80, 0, 0, 1, 0, 0, 0, 100, 100)),  # composition
        (0x17, struct.pack(">BBHHHH", 1, 0, 100, 100, 16, 16)),  # window
        (0x14, bytes((0, 0, 1, 128, 128, 128, 255))),  # palette
        (0x15, struct.pack(">HBB", 0, 0, 0xC0) + (len(square) + 4).to_bytes(3) + struct.pack(">HH", 16, 16) + square),
        (0x80, b""),  # end
    )
    with tempfile.TemporaryDirectory() as folder:
        film, words = Path(folder) / "film.mkv", Path(folder) / "words.sup"
        clip(*X264, *AAC)(film)
        heads = (b"PG" + struct.pack(">IIBH", 90_000, 0, kind, len(body)) + body for kind, body in segments)
        words.write_bytes(b"".join(heads))
        ffmpeg("-i", film, "-i", words, "-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0", "language=fra", path)


def turned(degrees: int, filters: str = "") -> Callable[[Path], None]:
    """Store a picture turned, with the word to turn it. `filters` as of `clip`."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            flat = Path(folder) / "flat.mp4"
            clip(*X264, *AAC, filters=filters)(flat)
            ffmpeg("-display_rotation", str(degrees), "-i", flat, "-map", "0", "-c", "copy", path)

    return make


def sleeve(folder: str) -> Path:
    """Make a picture of a sleeve."""
    cover = Path(folder) / "cover.jpg"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x320:rate=1:duration=1", "-frames:v", "1", cover)
    return cover


def film_with_cover(path: Path) -> None:
    """A film with a picture of its sleeve, which comes first."""
    with tempfile.TemporaryDirectory() as folder:
        cover, film = sleeve(folder), Path(folder) / "film.mp4"
        clip(*X264, *AAC)(film)
        ffmpeg("-i", cover, "-i", film, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", path)


def two_languages() -> Callable[[Path], None]:
    """Make two sound tracks; the second is the default."""
    maps = ("-filter_complex", "[0:a]asplit[x][y]", "-map", "0:v", "-map", "[x]", "-map", "[y]")
    tags = (
        "-metadata:s:a:0",
        "language=eng",
        "-metadata:s:a:1",
        "language=deu",
        "-disposition:a:0",
        "0",
        "-disposition:a:1",
        "default",
    )
    return remade(*maps, "-c:v", "copy", *AAC, *tags)


def with_cover(path: Path) -> None:
    """Sound with a picture of its sleeve."""
    with tempfile.TemporaryDirectory() as folder:
        cover, music = sleeve(folder), Path(folder) / "music.mp3"
        sound("-c:a", "libmp3lame")(music)
        ffmpeg("-i", music, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", path)


def remade(*options: str) -> Callable[[Path], None]:
    """Make a source of another one."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.mkv"
            clip(*X264, "-c:a", "flac")(first)
            ffmpeg("-i", first, *options, path)

    return make


def sound_at(seconds: float) -> Callable[[Path], None]:
    """Let the sound begin that much after the picture, or before it."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.mkv"
            clip(*X264, *PCM)(first)
            ffmpeg("-i", first, "-itsoffset", str(seconds), "-i", first, "-map", "0:v", "-map", "1:a", "-c", "copy", path)

    return make


CHAPTERS: Final = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 6000}\ntitle={title}\n"
    for start, title in ((0, "Out"), (6000, "Back"))
)
INTERLACED: Final = (*MPEG2, "-flags", "+ilme+ildct")
SRT: Final = SUBTITLES.format("The first line.", "The second line.")
TS: Final = ("-f", "mpegts")


def _containers() -> Sequence[Expected]:
    return (
        Expected("mp4-open-groups", ".mp4", clip(*X264, *OPEN_GROUPS, *AAC)),
        Expected("mp4-index-first", ".mp4", clip(*X264, *AAC, "-movflags", "+faststart")),
        Expected("mp4-fragmented", ".mp4", clip(*X264, *AAC, "-movflags", "+frag_keyframe+empty_moov+default_base_moof")),
        Expected("3gp", ".3gp", clip("-c:v", "mpeg4", "-q:v", "3", "-bf", "0", *AAC)),
        Expected(
            "mov-prores",
            ".mov",
            clip("-c:v", "prores_ks", "-profile:v", "2", *PCM, rate="24000/1001"),
            rate=Fraction(24000, 1001),
            seconds=12.5125,
        ),
        Expected("mkv", ".mkv", clip(*X264, *OPEN_GROUPS, "-c:a", "flac")),
        Expected("mkv-recorded", ".mkv", piped(*X264, *AAC, form="matroska")),
        Expected("webm-vp8", ".webm", clip(*VP8, "-c:a", "libvorbis")),
        Expected("webm-vp9", ".webm", clip(*VP9, "-c:a", "libopus")),
        Expected("webm-recorded", ".webm", piped(*VP9, "-c:a", "libopus", form="webm")),
        Expected("webm-av1", ".webm", clip(*AV1, "-c:a", "libopus")),
        Expected("mpegts", ".ts", clip(*X264, *OPEN_GROUPS, *AAC)),
        Expected("m2ts", ".m2ts", clip(*X264, "-c:a", "ac3", "-mpegts_m2ts_mode", "1")),
        Expected("mpeg-ps", ".mpg", clip(*MPEG2, "-c:a", "mp2", "-f", "vob")),
        Expected(
            # Neither says when a frame or a sound is to be shown: ffmpeg gives the second frame the third's time, and mp3 in AVI
            # has no word of its encoder's delay.
            *("avi", ".avi", clip("-c:v", "mpeg4", "-q:v", "3", "-bf", "0", "-c:a", "libmp3lame")),
            seconds=SECONDS + 0.04,
            shows=lambda frame: max(0, frame - 1),
            beeps_from=0.023,
        ),
        Expected("avi-mjpeg", ".avi", clip(*MJPEG)),
        Expected("flv", ".flv", clip(*X264, *AAC)),
        Expected("ogv", ".ogv", clip("-c:v", "libtheora", "-q:v", "8", "-c:a", "libvorbis")),
        Expected("wmv", ".wmv", clip(*WMV)),
        Expected("wmv-recorded", ".wmv", piped(*WMV, form="asf")),
        Expected("mxf", ".mxf", clip(*INTRA, *PCM, "-ar", "48000")),
        Expected("mxf-recorded", ".mxf", piped(*INTRA, *PCM, "-ar", "48000", form="mxf")),
        Expected("gif", ".gif", clip(rate="10", sound=False), rate=Fraction(10), seconds=12.5, sounds=(), beeps_from=None),
    )


def _pictures() -> Sequence[Expected]:
    return (
        Expected("starts-late", ".mkv", clip(*X264, *AAC, "-output_ts_offset", "5.3")),
        Expected("clock-wraps", ".ts", clip(*X264, *AAC, *TS, "-output_ts_offset", "95438")),
        Expected("long-pixels", ".mp4", clip(*X264, *AAC, filters=",scale=240:180,setsar=4/3")),
        Expected("interlaced", ".ts", clip(*INTERLACED, "-c:a", "mp2", filters=",setfield=tff")),
        Expected(  # each frame of two moments, whose numbers are mixed
            *("interlaced-fields", ".ts"),
            clip(*INTERLACED, "-c:a", "mp2", rate="50", filters=",interlace=scan=tff:lowpass=off"),
            shows=None,
        ),
        Expected(  # of 24 film frames, 30 video frames, some of two fields that do not belong together
            *("telecine", ".ts"),
            clip(*INTERLACED, "-c:a", "mp2", rate="24000/1001", filters=",telecine=pattern=23,setfield=tff"),
            rate=Fraction(30_000, 1001),
            seconds=374 * 1001 / 30_000,
            shows=None,
            lost=2,
        ),
        Expected("odd-size", ".mp4", clip(*X264[:4], "-pix_fmt", "yuv444p", *AAC, size=(427, 241)), size=(426, 240)),
        Expected("ten-bit", ".mp4", clip(*X264[:4], "-pix_fmt", "yuv420p10le", *AAC)),
        Expected("four-two-two", ".mov", clip(*X264[:4], "-pix_fmt", "yuv422p10le", *AAC)),
        Expected(
            "full-range", ".mp4", clip(*X264[:4], "-pix_fmt", "yuvj420p", *AAC, filters=",scale=out_range=full,format=yuvj420p")
        ),
        Expected(
            "hevc-10-bit",
            ".mp4",
            clip(*X265, "-pix_fmt", "yuv420p10le", *AAC, rate="60000/1001"),
            rate=Fraction(60000, 1001),
            seconds=749 * 1001 / 60000,
        ),
        Expected("hdr10", ".mp4", clip(*HDR10.codecs, *AAC, filters=HDR10.filters + ",lutyuv=y='min(val,722)'")),  # 1,000 cd/m²
        Expected("hlg", ".mp4", clip(*HLG.codecs, *AAC, filters=HLG.filters)),
        Expected("upside-down", ".mp4", turned(180, ",hflip,vflip")),
        Expected("turned", ".mp4", turned(90), size=(180, 320), shows=None),
        Expected("cover-beside-film", ".mp4", film_with_cover),
    )


def _times() -> Sequence[Expected]:
    return (
        Expected("rate-23.976", ".mp4", clip(*X264, *AAC, rate="24000/1001"), rate=Fraction(24000, 1001), seconds=12.5125),
        Expected(
            "rate-120",
            ".mp4",
            clip(*X264, *AAC, rate="120", seconds=9),
            rate=Fraction(60),
            seconds=9,
            shows=lambda frame: 2 * frame,
            within=1,
        ),
        Expected(
            "rate-5",
            ".mp4",
            clip(*X264, *AAC, rate="5", seconds=13),
            rate=Fraction(10),
            seconds=13,
            shows=lambda frame: (frame + 1) // 2,
            within=1,
            lost=1,
        ),
        Expected(  # MP4 tells how long its last frame is held, and ffmpeg writes a guess
            *("rate-varies", ".mp4"),
            clip(*X264, *AAC, *VARYING, filters=",select='lt(mod(n,10),4)+eq(mod(n,10),7)'"),
            seconds=12.6,
            shows=lambda frame: min(311, frame - HELD[frame % 10]),
        ),
        Expected(
            *("rate-varies-mkv", ".mkv"),
            clip(*X264, *AAC, *VARYING, filters=",select='lt(mod(n,10),4)+eq(mod(n,10),7)'"),
            shows=lambda frame: frame - HELD[frame % 10],
        ),
        Expected(  # on which nothing happens for five seconds
            *("screen", ".webm"),
            clip(*VP9, "-c:a", "libopus", *VARYING, filters=",select='lt(n,50)+gte(n,175)'"),
            shows=lambda frame: 49 if 49 < frame < 175 else frame,
        ),
        Expected(  # as phones and browsers record: by their own clocks
            *("jitter", ".mkv", clip(*X264, *AAC, *VARYING, filters=",setpts='PTS+0.012*sin(N*N)/TB'")),
            within=1,
        ),
        Expected("one-group", ".mp4", clip(*X264, "-g", "9999", *AAC)),
        Expected("one-frame", ".mp4", clip(*X264, "-frames:v", "1", sound=False), seconds=0.04, sounds=(), beeps_from=None),
        Expected("a-tenth", ".mp4", clip(*X264, *AAC, seconds=0.12), seconds=0.12, beeps_from=None),
        Expected("no-sound", ".mp4", clip(*X264, sound=False), sounds=(), beeps_from=None),
        Expected(
            # The join damages the last frame of the first part and the first of the second.
            *("size-changes", ".ts"),
            joined(clip(*X264, *AAC, *TS, seconds=6), clip(*X264, *AAC, *TS, "-output_ts_offset", "6", size=(640, 360), seconds=6)),
            seconds=11.92,
            shows=lambda frame: frame if frame < 149 else frame - 148,
            beeps_from=None,
            damaged=True,
        ),
    )


def _sounds() -> Sequence[Expected]:
    return (
        Expected("two-languages", ".mkv", two_languages(), sounds=("en", "de")),
        Expected("five-one", ".mp4", clip(*X264, *AAC, "-ac", "6"), sounds=("und", "und")),  # mixed to two channels, and kept
        Expected("sound-late", ".mkv", sound_at(2.5), beeps_from=2.5),
        Expected("sound-early", ".mkv", sound_at(-0.5), beeps_from=0.5, beeps_to=SECONDS - 0.5),
        Expected("sound-shorter", ".mp4", remade("-c:v", "copy", "-af", "atrim=0:8.5", *AAC), beeps_to=8.5),
        Expected("sound-longer", ".mkv", remade("-c:v", "copy", "-af", "apad=pad_dur=13", *AAC)),
        Expected("mono-8-khz", ".mov", clip(*X264, *PCM, "-ar", "8000")),
        Expected("rate-44.1", ".mp4", clip(*X264, *AAC, "-ar", "44100")),
        Expected("wav", ".wav", sound(*PCM), rate=None),
        Expected("flac", ".flac", sound("-c:a", "flac"), rate=None),
        Expected("opus", ".opus", sound("-c:a", "libopus", "-f", "ogg"), rate=None),
        # what has no container does not tell its encoder's delay: 1024 samples, 256, and AMR's 5 ms
        Expected("adts", ".aac", sound("-c:a", "aac", "-f", "adts"), rate=None, beeps_from=0.0213),
        Expected("cover", ".mp3", with_cover, rate=None),
        Expected("alac", ".m4a", sound("-c:a", "alac"), rate=None),
        Expected("aiff", ".aiff", sound("-c:a", "pcm_s24be"), rate=None),
        Expected("caf", ".caf", sound("-c:a", "alac"), rate=None),
        Expected("wave64", ".w64", sound(*PCM), rate=None),
        Expected("au", ".au", sound("-c:a", "pcm_mulaw"), rate=None),
        Expected("amr", ".amr", sound("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1"), rate=None, beeps_from=0.005),
        Expected("ac3", ".ac3", sound("-c:a", "ac3"), rate=None, beeps_from=0.0053),
        Expected("eac3", ".eac3", sound("-c:a", "eac3"), rate=None, beeps_from=0.0053),
    )


def _words() -> Sequence[Expected]:
    inner = clip(*X264, *AAC)
    text = ("-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0", "language=fra")
    marked = beside(inner, "marks.txt", CHAPTERS, "-map", "0", "-map_metadata", "1", "-c", "copy")
    return (
        Expected("ass", ".mkv", beside(inner, "lines.srt", SRT, *text, "-c:s", "ass"), captions=("fr",)),
        Expected(
            *("bitmaps", ".mkv", with_bitmaps),
            told=("The stream (hdmv_pgs_subtitle, fr) is ignored: it has no text; put a .vtt file beside the video instead.",),
        ),
        Expected("mov-text", ".mp4", beside(inner, "lines.srt", SRT, *text, "-c:s", "mov_text"), captions=("fr",)),
        Expected("chapters", ".mkv", marked, chapters=("Out", "Back")),
        Expected("chapters-mp4", ".mp4", marked, chapters=("Out", "Back")),
    )


SOURCES: Final = {each.name: each for each in (*_containers(), *_pictures(), *_times(), *_sounds(), *_words())}
