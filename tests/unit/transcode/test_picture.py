"""What is seen: sizes, colours, and the storyboard."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from functions.common.model import VideoFacts
from functions.transcode.job import Made
from tests.frames import decoded
from tests.media import ffmpeg
from tests.unit.transcode.test_video import PLAYED, TOP
from tests.unit.transcode.work import FILM, Bench, body_of, publish, video

type BenchFor = Callable[[Path], Bench]
type Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
RED = (63, 102, 240)  # Y', Cb, Cr of full red in BT.709, of 16 to 235 (240): ITU-R BT.709-6, 3 and 4
BT601, BT709 = "smpte170m", "bt709"
HD, SD = (1280, 720), (640, 480)


def yuv(made: Made, folder: Path) -> tuple[int, int, int]:
    """Decode the first frame; give the numbers in its middle."""
    raw = decoded(publish([made], TOP, folder), PLAYED, "-map", "0:v:0", "-frames:v", "1", "-f", "rawvideo", "-")
    frame = np.frombuffer(raw, np.uint8)
    luma, chroma = 320 * 180, 160 * 90
    return int(frame[320 * 90 + 160]), int(frame[luma + 160 * 45 + 80]), int(frame[luma + chroma + 160 * 45 + 80])


def red(folder: Path, size: tuple[int, int], matrix: str, tag: str) -> Path:
    """Make a red picture in the colours of one standard, with the tags of one or none."""
    path, area = folder / f"red-{size[1]}-{matrix}-{tag}.mp4", f"{size[0]}x{size[1]}"
    colours = f"color=red:size={area}:rate=25:duration=1.2,format=gbrp,scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p"
    tags = f"setparams=range=tv:colorspace={tag}:color_primaries={tag}:color_trc={tag}"
    ffmpeg("-f", "lavfi", "-i", f"{colours},{tags}", "-c:v", "libx264", "-crf", "1", path)
    return path


@pytest.fixture(params=[(HD, BT709, BT709), (HD, BT709, "unknown"), (SD, BT601, BT601), (SD, BT601, "unknown")], ids=str)
def of_a_standard(request: pytest.FixtureRequest, clips: Path) -> tuple[Path, VideoFacts]:
    size, matrix, tag = request.param
    return red(clips, size, matrix, tag), facts(size)


def facts(path_size: tuple[int, int], **more: object) -> VideoFacts:
    return replace(FILM, width=path_size[0], height=path_size[1], frames=30, **more)


def test_colours_of_any_standard_become_those_of_hd(
    of_a_standard: tuple[Path, VideoFacts], bench_for: BenchFor, tmp_path: Path
) -> None:
    path, found = of_a_standard
    assert yuv(bench_for(path).do(video(0, 25, found)), tmp_path) == pytest.approx(RED, abs=2)


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_a_high_dynamic_range_becomes_an_ordinary_picture(transfer: str, clips: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    path = clips / f"{transfer}.mp4"
    curve = {"pq": "smpte2084", "hlg": "arib-std-b67"}[transfer]
    # a grey of 203 cd/m², the white of a newspaper: ITU-R BT.2408-7, table 1
    level = {"pq": 594, "hlg": 721}[transfer]
    source = f"color=black:size=320x180:rate=25:duration=1.2,format=yuv420p10le,geq=lum={level}:cb=512:cr=512"
    colours = f"colorprim=bt2020:transfer={curve}:colormatrix=bt2020nc:range=limited"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx265", "-x265-params", f"log-level=none:{colours}", path)
    made = bench_for(path).do(video(0, 25, facts((320, 180), transfer=transfer, codec="hevc")))
    luma, blue, red_ = yuv(made, tmp_path)
    assert 100 < luma < 235
    assert (blue, red_) == pytest.approx((128, 128), abs=2)


@pytest.mark.parametrize("transfer", ["sdr", "pq"])
def test_the_picture_is_tagged_bt709(transfer: str, clips: Path, bench_for: BenchFor) -> None:
    path = red(clips, (320, 180), BT709, "unknown")
    made = bench_for(path).do(video(0, 25, facts((320, 180), transfer=transfer)))
    init = body_of(made, made.receipt.parts[0].init)
    place = init.index(b"colrnclx")  # ISO/IEC 14496-12, 12.1.5; 1 is BT.709 in each table of ISO/IEC 23091-2, range limited
    assert init[place + 8 : place + 15] == b"\0\1\0\1\0\1\0"


def test_a_picture_with_long_pixels_is_stretched(clips: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    path = clips / "long.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=180x180:rate=25:duration=1.2,setsar=16/9", "-c:v", "libx264", path)
    assert size(bench_for(path).do(video(0, 25, facts((320, 180)))), tmp_path) == (320, 180, "1:1")


def test_a_picture_on_its_side_is_turned(clips: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    flat, path = clips / "flat.mp4", clips / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=180x320:rate=25:duration=1.2", "-c:v", "libx264", flat)
    ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", path)
    assert size(bench_for(path).do(video(0, 25, facts((320, 180)))), tmp_path) == (320, 180, "1:1")


def size(made: Made, folder: Path) -> tuple[int, int, str]:
    """Read width, height and pixel aspect from a frame's own words (a YUV4MPEG2 header)."""
    header = decoded(publish([made], TOP, folder), PLAYED, "-map", "0:v:0", "-frames:v", "1", "-f", "yuv4mpegpipe", "-").split(
        b"\n"
    )[0]
    fields = {word[:1]: word[1:].decode() for word in header.split()}
    return int(fields[b"W"]), int(fields[b"H"]), fields[b"A"]


def test_an_interlaced_picture_keeps_its_count_of_frames(clips: Path, bench_for: BenchFor) -> None:
    path = clips / "interlaced.mp4"
    source = "testsrc2=size=320x180:rate=50:duration=4,interlace,setfield=tff"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-flags", "+ildct+ilme", path)
    work = video(50, 75, replace(FILM, interlaced=True, frames=100))
    assert [segment.duration_s for segment in bench_for(path).do(work).receipt.parts[0].segments] == ["1/1"]


def combs(made: Made, folder: Path) -> float:
    """Give how far each line is from the one above it, in a picture of upright bars."""
    raw = decoded(publish([made], TOP, folder), PLAYED, "-map", "0:v:0", "-pix_fmt", "gray", "-f", "rawvideo", "-")
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 180, 320).astype(float)
    return float(np.abs(np.diff(frames, axis=1)).mean())


def test_what_moves_between_two_fields_leaves_no_comb(clips: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    path = clips / "bars.mp4"
    bars = "color=black:size=320x180:rate=50:duration=2,format=yuv420p,geq=lum='if(lt(mod(X+4*N,80),40),235,16)':cb=128:cr=128"
    fields = "interlace=scan=tff:lowpass=off,setfield=tff"
    ffmpeg("-f", "lavfi", "-i", f"{bars},{fields}", "-c:v", "libx264", "-crf", "10", "-flags", "+ildct+ilme", path)
    facts = replace(FILM, frames=50)
    kept, gone = (combs(bench_for(path).do(video(0, 25, replace(facts, interlaced=on))), tmp_path) for on in (False, True))

    assert kept > 15
    assert gone < kept / 10


def test_a_chunk_of_the_storyboard_has_two_tiles_for_each_segment(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).chunks()
    assert [[sprite.count for sprite in one.receipt.sprites] for one in made] == [[3], [7], [5], [5]]


def test_a_long_chunk_has_several_sprites(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(video(0, 125))
    assert [(sprite.count, sprite.begin_s) for sprite in made.receipt.sprites] == [(8, 0.0), (3, 3.84)]


def test_tiles_show_the_frames_of_their_time(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(video(25, 100))
    sprite = made.receipt.sprites[0]
    sheet = Image.open(io.BytesIO(body_of(made, sprite.object))).convert("L")
    found = []
    for tile in range(sprite.count):
        left, top = tile % sprite.columns * sprite.tile_width, tile // sprite.columns * sprite.tile_height
        found.append(number(np.asarray(sheet)[top : top + sprite.tile_height, left : left + sprite.tile_width]))
    assert found == [round((sprite.begin_s + tile * sprite.every_s) * 25) for tile in range(sprite.count)]


def number(tile: Pixels) -> int:
    """Read a frame's number from a tile: 16 blocks along the top, of which the last eight count here."""
    blocks = tile[1:6].reshape(5, 16, -1)[:, :, 3:7].mean(axis=(0, 2))
    return sum(1 << place for place, block in enumerate(blocks[::-1][:8]) if block > 128)


def test_a_sprite_is_a_sheet_of_four_by_two_tiles(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(video(0, 25))
    sprite = made.receipt.sprites[0]
    assert Image.open(io.BytesIO(body_of(made, sprite.object))).size == (4 * sprite.tile_width, 2 * sprite.tile_height)
