"""Every test clip, made by ffmpeg's own sources and kept under `.local/clips` by the hash of its recipe.

A clip carries a frame number, drawn as 16 black and white blocks along the top of the picture (tests/frames.py reads it), and a
beep of 0.1 s at each whole second.

    python -m tests.media [NAME…]    make clips (all of them without a name), and print where each lies
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from functions.common.errors import Code
from functions.common.model import Status
from functions.transcode.binaries import find_tools
from infra.local.places import TOOLS

CLIPS: Final = TOOLS / "clips"
BLOCKS: Final = 16
BLOCK_SHARE: Final = 12  # the row of blocks is a twelfth of the picture high

TICKS: Final = ("-video_track_timescale", "600")  # a phone's time base
BEEP: Final = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':s=48000"
X264: Final = ("-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p")
AAC: Final = ("-c:a", "aac", "-b:a", "128k")
SUBTITLES: Final = "1\n00:00:00,500 --> 00:00:02,000\n{}\n\n2\n00:00:02,500 --> 00:00:04,000\n{}\n"


@dataclass(frozen=True)
class Clip:
    """A clip and what must come of it. `frames` on the plan's grid, `shows`: the number drawn on output frame k.

    `make` writes the clip into the path that it is given.
    """

    name: str
    suffix: str
    make: Callable[[Path], None]
    status: Status = "ready"
    code: Code | None = None
    duration_s: float = 0.0
    rate: Fraction | None = None
    frames: int = 0
    size: tuple[int, int] = (640, 360)
    audio: int = 1
    captions: tuple[str, ...] = ()
    shows: Callable[[int], int] = lambda frame: frame
    within: int = 0  # how far the number may be off: frames that were dropped from a variable rate
    lost_frames: int = 0  # how many frames at the end may be there or not: where a file was cut off
    first_beep_s: float = 0.0  # then one each second

    @property
    def path(self) -> Path:
        """Where the clip is kept."""
        return CLIPS / f"{self.name}-{self._recipe()}{self.suffix}"

    def _recipe(self) -> str:
        """Hash what makes the clip: this file's text and the encoder's version."""
        text = Path(__file__).read_text() + find_tools().version
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def clip(name: str) -> Path:
    """Give a clip's path; make it first if it is not there. Two makers at once do no harm."""
    wanted = TABLE[name]
    if not wanted.path.exists():
        CLIPS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CLIPS) as folder:
            made = Path(folder) / f"clip{wanted.suffix}"
            wanted.make(made)
            made.replace(wanted.path)
    return wanted.path


def ffmpeg(*arguments: str | Path) -> None:
    """Run the packaged encoder; CalledProcessError with its words when it fails."""
    argv = [str(find_tools().ffmpeg), "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(argv, check=True, timeout=600)


def photo(width: int, height: int) -> bytes:
    """Give a JPEG picture with much to see on it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        place = "start_x=-0.7436:start_y=-0.1318:start_scale=0.01"
        ffmpeg("-f", "lavfi", "-i", f"mandelbrot=size={width}x{height}:{place}", "-frames:v", "1", "-q:v", "2", path)
        return path.read_bytes()


def numbered(width: int, height: int, rate: str, seconds: float, *, grain: str = "") -> list[str]:
    """Give the graph of a numbered picture [v] and a beep [a], and their mapping. `grain` is a filter with its comma."""
    strip = f"color=black:size={BLOCKS}x2:rate={rate}:duration={seconds},format=gray"
    bits = f"geq=lum='if(mod(floor(N/pow(2,{BLOCKS - 1}-X)),2),235,16)'"
    graph = (
        f"testsrc2=size={width}x{height}:rate={rate}:duration={seconds}{grain}[texture];"
        f"{strip},{bits},scale={width}:{height // BLOCK_SHARE // 2 * 2}:flags=neighbor[blocks];"
        f"[texture][blocks]overlay=0:0:format=yuv420[v];{BEEP}:d={seconds}[a]"
    )
    return ["-filter_complex", graph, "-map", "[v]", "-map", "[a]"]


def film(seconds: float) -> Callable[[Path], None]:
    """1080p with grain, so that it costs what film costs: some 8 Mbit/s."""

    def make(path: Path) -> None:
        rate = ("-b:v", "8M", "-maxrate", "10M", "-bufsize", "16M", "-g", "120")
        ffmpeg(
            *numbered(1920, 1080, "25", seconds, grain=",noise=alls=14:allf=t"), *X264, *rate, *AAC, "-movflags", "+faststart", path
        )

    return make


def small(seconds: float, *codecs: str, rate: str = "25", more: tuple[str, ...] = ()) -> Callable[[Path], None]:
    """640 x 360, in the codecs given."""

    def make(path: Path) -> None:
        ffmpeg(*numbered(640, 360, rate, seconds), *(codecs or (*X264, *AAC)), *more, path)

    return make


def turned(path: Path, seconds: float, filters: str, *codecs: str) -> None:
    """A phone held upright: a picture of 360 x 640, stored on its side with a display matrix."""
    with tempfile.TemporaryDirectory() as folder:
        flat = Path(folder) / "flat.mov"
        graph, inputs, *maps = numbered(360, 640, "30", seconds)
        ffmpeg(graph, inputs.replace("[v];", f",transpose=cclock{filters}[v];"), *maps, *codecs, *AAC, *TICKS, flat)
        ffmpeg("-display_rotation", "-90", "-i", flat, "-c", "copy", "-map", "0", *TICKS, path)


def without_sound(path: Path) -> None:
    """A picture alone."""
    graph, inputs, *_ = numbered(640, 360, "25", 9)
    ffmpeg(graph, inputs.partition(";aevalsrc")[0], "-map", "[v]", *X264, path)


def sound(*codec: str) -> Callable[[Path], None]:
    """Nine seconds of beeps."""
    return lambda path: ffmpeg("-f", "lavfi", "-i", f"{BEEP}:d=9", *codec, path)


def phone_vfr(path: Path) -> None:
    """Variable frame rate: every seventh frame is missing."""
    turned(path, 8, ",select='mod(n+4\\,7)'", *X264, "-fps_mode", "passthrough")


def phone_hdr(path: Path) -> None:
    """HEVC, 10 bit, HLG in BT.2020."""
    hlg = ("-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc")
    params = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params", params)
    turned(path, 6, "", *x265, *hlg)


def with_subtitles(path: Path) -> None:
    """Matroska with two text tracks."""
    with tempfile.TemporaryDirectory() as folder:
        texts = [Path(folder) / "en.srt", Path(folder) / "de.srt"]
        texts[0].write_text(SUBTITLES.format("The first line.", "The second line."))
        texts[1].write_text(SUBTITLES.format("Die erste Zeile.", "Die zweite Zeile."))
        picture = Path(folder) / "picture.mkv"
        small(9, *X264, *AAC)(picture)
        languages = ("-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=deu", "-metadata:s:a:0", "language=eng")
        maps = ("-map", "0", "-map", "1", "-map", "2", "-c", "copy", "-c:s", "srt")
        ffmpeg("-i", picture, "-i", texts[0], "-i", texts[1], *maps, *languages, path)


def with_edit_list(path: Path) -> None:
    """The first 2.5 s are there, and an edit list says not to show them."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.mov"
        small(12, *X264, *AAC, more=("-g", "100"))(whole)
        ffmpeg("-ss", "2.5", "-i", whole, "-c", "copy", path)


def cut_off(share: float, *flags: str) -> Callable[[Path], None]:
    """The beginning of a file of 10 s, up to a share of its bytes."""

    def make(path: Path) -> None:
        small(10, *X264, *AAC, more=flags)(path)
        body = path.read_bytes()
        path.write_bytes(body[: int(len(body) * share)])

    return make


def text(body: str) -> Callable[[Path], None]:
    """A file that is no video at all."""

    def make(path: Path) -> None:
        path.write_text(body)

    return make


HLS_PLAYLIST: Final = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
VP9: Final = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k", "-c:a", "libopus")
PHONE: Final = (360, 640)
R25: Final = Fraction(25)
R30: Final = Fraction(30)


def _table() -> dict[str, Clip]:
    clips = (
        Clip("demo", ".mp4", film(30), duration_s=30, rate=R25, frames=750, size=(1920, 1080)),
        Clip("film_12s", ".mp4", film(12), duration_s=12, rate=R25, frames=300, size=(1920, 1080)),
        Clip("film_3min", ".mp4", film(180), duration_s=180, rate=R25, frames=4500, size=(1920, 1080)),
        Clip("phone_vfr", ".mov", phone_vfr, duration_s=8, rate=R30, frames=240, size=PHONE, within=1),
        Clip("phone_hdr", ".mov", phone_hdr, duration_s=6, rate=R30, frames=180, size=PHONE),
        Clip("webm", ".webm", small(9, *VP9), duration_s=9, rate=R25, frames=225),
        Clip("subtitles", ".mkv", with_subtitles, duration_s=9, rate=R25, frames=225, captions=("en", "de")),
        Clip("mpegts", ".ts", small(9, *X264, *AAC), duration_s=9, rate=R25, frames=225),
        Clip(
            *("edit_list", ".mov", with_edit_list),
            duration_s=9.48,
            rate=R25,
            frames=237,
            shows=lambda frame: frame + 63,
            first_beep_s=0.5,
        ),
        Clip("audio_m4a", ".m4a", sound("-c:a", "aac"), duration_s=9),
        Clip("audio_mp3", ".mp3", sound("-c:a", "libmp3lame"), duration_s=9),
        Clip("silent", ".mp4", without_sound, duration_s=9, rate=R25, frames=225, audio=0),
        Clip("blink", ".mp4", small(0.2), duration_s=0.2, rate=R25, frames=5),
        Clip("index_lost", ".mp4", cut_off(0.6), status="rejected", code="damaged"),
        Clip(
            "index_first",
            ".mp4",
            cut_off(0.6, "-movflags", "+faststart"),
            duration_s=5.96,
            rate=R25,
            frames=149,
            lost_frames=2,
            within=1,
        ),
        Clip("text", ".mp4", text("This is no video.\n" * 20), status="rejected", code="unknown_container"),
        Clip("playlist", ".mp4", text(HLS_PLAYLIST), status="rejected", code="playlist_not_media"),
    )
    return {each.name: each for each in clips}


TABLE: Final = _table()


def main() -> None:
    """Make the clips named, or all."""
    for name in sys.argv[1:] or TABLE:
        print(clip(name))  # noqa: T201  # the paths are the answer


if __name__ == "__main__":
    main()
