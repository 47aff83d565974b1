"""Posters: which picture, in which sizes."""

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from functions.common.errors import Rejected
from functions.common.model import InboxObject, Picture, Sidecar, SidecarWork, StillsWork
from functions.transcode import stills
from functions.transcode.job import Made
from tests.media import X264, ffmpeg, numbered
from tests.unit.transcode.work import FILM, Bench, body_of, origin

type BenchFor = Callable[[Path], Bench]
WIDE = replace(FILM, width=1600, height=900)


@pytest.fixture(scope="module")
def wide(clips: Path) -> Path:
    """Eight seconds, of which the first three are black."""
    path = clips / "wide.mp4"
    graph, inputs, *maps = numbered(1600, 900, "25", 8)
    ffmpeg(graph, inputs.replace("[v];", ",eq=brightness=-1:enable='lt(t,3)'[v];"), *maps, *X264, path)
    return path


def work() -> StillsWork:
    return StillsWork(demuxer="mov", video=WIDE, duration_s=8.0)


def moment(at_s: float, film: StillsWork | None) -> SidecarWork:
    source = InboxObject(key="film.mp4", version="v1", etag='"e"', size=9, modified="2026-01-02T03:04:05Z")
    return SidecarWork(sidecar=Sidecar(kind="moment", object=source, at_s=at_s), film=film)


def jpegs(made: Made) -> list[Picture]:
    return [picture for picture in made.receipt.pictures if picture.object.endswith(".jpg")]


def posters(made: Made, kind: str = "jpg") -> list[Image.Image]:
    found = [picture for picture in made.receipt.pictures if picture.object.endswith(f".{kind}")]
    return [Image.open(io.BytesIO(body_of(made, picture.object))) for picture in found]


def number(poster: Image.Image) -> int:
    """Read the frame's number on a poster 320 wide: blocks of 20 pixels along the top."""
    row = np.asarray(poster.convert("L"))[3:12].reshape(9, 16, 20)[:, :, 6:14].mean(axis=(0, 2))
    return sum(1 << place for place, block in enumerate(row[::-1]) if block > 128)


def test_posters_have_three_widths_in_the_pictures_shape(wide: Path, bench_for: BenchFor) -> None:
    made = bench_for(wide).do(work(), "s")
    assert [(p.width, p.height) for p in jpegs(made)] == [(320, 180), (640, 360), (1280, 720)]


def test_the_receipt_tells_the_true_sizes(wide: Path, bench_for: BenchFor) -> None:
    made = bench_for(wide).do(work(), "s")
    shown = [Image.open(io.BytesIO(body_of(made, p.object))).size for p in made.receipt.pictures]
    assert shown == [(p.width, p.height) for p in made.receipt.pictures]


def test_every_poster_is_there_in_both_formats(wide: Path, bench_for: BenchFor) -> None:
    made = bench_for(wide).do(work(), "s")
    assert [(image.format, image.size) for image in posters(made, "webp")] == [("WEBP", image.size) for image in posters(made)]


def test_both_formats_show_the_same_colours(wide: Path, bench_for: BenchFor) -> None:
    made = bench_for(wide).do(work(), "s")
    jpeg, webp = (np.asarray(posters(made, kind)[2].convert("RGB"), dtype=float) for kind in ("jpg", "webp"))
    assert np.abs(jpeg - webp).mean() < 3


def test_webp_takes_fewer_bytes(wide: Path, bench_for: BenchFor) -> None:
    made = bench_for(wide).do(work(), "s")
    sizes = {kind: sum(len(w.body) for w in made.objects if w.key.endswith(kind)) for kind in ("jpg", "webp")}
    assert sizes["webp"] < sizes["jpg"]


def test_a_poster_is_not_black(wide: Path, bench_for: BenchFor) -> None:
    assert np.asarray(posters(bench_for(wide).do(work(), "s"))[0].convert("L")).mean() > 50


def test_a_video_that_is_black_throughout_has_a_poster_all_the_same(clips: Path, bench_for: BenchFor) -> None:
    path = clips / "black.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=black:size=1600x900:rate=25:duration=2", *X264, path)
    assert len(jpegs(bench_for(path).do(replace(work(), duration_s=2.0), "s"))) == 3


def test_a_poster_is_sharp(clips: Path, bench_for: BenchFor) -> None:
    """Of a film that is out of focus for its first three seconds."""
    path = clips / "focus.mp4"
    graph, inputs, *maps = numbered(1600, 900, "25", 8)
    ffmpeg(graph, inputs.replace("[v];", ",gblur=12:enable='lt(t,3)'[v];"), *maps, *X264, path)
    assert number(posters(bench_for(path).do(work(), "s"))[0]) >= 75


def test_a_film_that_is_never_sharp_has_its_sharpest_poster(clips: Path, bench_for: BenchFor) -> None:
    path = clips / "haze.mp4"
    graph, inputs, *maps = numbered(1600, 900, "25", 8)
    ffmpeg(graph, inputs.replace("[v];", ",gblur=20,gblur=12:enable='lt(t,3.5)'[v];"), *maps, *X264, path)
    assert number(posters(bench_for(path).do(work(), "s"))[0]) >= 87


@pytest.mark.parametrize(("at_s", "frame"), [(5.0, 125), (6.44, 161), (0.0, 0)])
def test_the_chosen_moment_is_the_very_frame(at_s: float, frame: int, film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(moment(at_s, StillsWork(demuxer="mov", video=FILM, duration_s=8.0)))
    assert number(posters(made)[0]) == frame
    assert all(picture.object.startswith("v/abcdefghijklmnop/side/") for picture in made.receipt.pictures)


def test_a_poster_of_a_film_whose_clock_starts_late_is_of_its_moment(clips: Path, bench_for: BenchFor) -> None:
    """Of a broadcast that was recorded the clock has run for hours."""
    path = clips / "late.ts"
    ffmpeg(*numbered(320, 180, "25", 8), *X264, "-g", "25", "-output_ts_offset", "20000", path)
    facts = replace(FILM, time_base="1/90000", origin=origin(path))
    made = bench_for(path).do(moment(5.0, StillsWork(demuxer="mpegts", video=facts, duration_s=8.0)))
    assert number(posters(made)[0]) in range(125, 151)  # a transport stream is entered at the next key frame


@pytest.mark.parametrize("picture", [StillsWork(demuxer="mov", video=FILM, duration_s=8.0), None])
def test_a_chosen_moment_without_a_picture_is_told(picture: StillsWork | None, film: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match=r"There is no picture at second 99\.5, which the note chooses as poster_at\."):
        bench_for(film).do(moment(99.5, picture))


def test_a_poster_is_never_larger_than_its_picture(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(StillsWork(demuxer="mov", video=FILM, duration_s=8.0), "s")
    assert [(p.width, p.height) for p in jpegs(made)] == [(320, 180)]


def test_a_source_without_a_picture_has_no_poster(clips: Path, bench_for: BenchFor) -> None:
    path = clips / "nothing.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + b"\x5a" * 500)
    with pytest.raises(Rejected, match="undecodable"):
        bench_for(path).do(work(), "s")


def test_contrast_is_read_from_the_measures() -> None:
    assert stills.contrast(b"lavfi.signalstats.YLOW=20\nlavfi.signalstats.YHIGH=200\n") == 180


@pytest.mark.parametrize(("said", "blur"), [(b"lavfi.blur=4.5\n", 4.5), (b"lavfi.blur=-nan\n", math.inf), (b"", math.inf)])
def test_blur_is_read_from_the_measures(said: bytes, blur: float) -> None:
    assert stills.blur(said) == blur


@pytest.mark.parametrize("jpeg", [b"", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9" + b"\0" * 9])
def test_what_is_no_jpeg_has_no_size(jpeg: bytes) -> None:
    with pytest.raises(ValueError, match="no frame header"):
        stills.size(jpeg)
