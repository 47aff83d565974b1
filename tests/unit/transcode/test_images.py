"""Pictures of a picture: dropped beside a video, or there for its own sake."""

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image, ImageCms

from functions.common.errors import Rejected
from functions.common.model import ImageWork
from functions.transcode import painting
from functions.transcode.job import Made, OutOfMemory
from tests.unit.transcode.work import Bench, body_of, dropped

type BenchFor = Callable[[Path], Bench]
type Format = Literal["JPEG", "PNG", "WEBP", "GIF"]
ORIENTATION = 0x0112  # Exif 2.32, 4.6.4


def saved(image: Image.Image, kind: Format, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


def picture(kind: Format, width: int = 700, height: int = 400, mode: str = "RGB") -> bytes:
    """Make a red picture."""
    return saved(Image.new(mode, (width, height), "red"), kind)


def gradient(width: int, height: int) -> Image.Image:
    across = np.linspace(0, 255, width, dtype=np.uint8)
    return Image.fromarray(np.stack([np.tile(across, (height, 1))] * 3, axis=-1))


@pytest.fixture
def drop(tmp_path: Path, bench_for: BenchFor) -> Callable[[bytes], Made]:
    """Do the order for a poster that was dropped."""

    def dropping(body: bytes) -> Made:
        path = tmp_path / "dropped"
        path.write_bytes(body)
        return bench_for(path).do(dropped("talk.jpg", len(body)))

    return dropping


@pytest.fixture
def convert(tmp_path: Path, bench_for: BenchFor) -> Callable[[bytes], Made]:
    """Do the order for an image."""

    def converting(body: bytes) -> Made:
        path = tmp_path / "image"
        path.write_bytes(body)
        return bench_for(path).do(ImageWork(size=len(body)), "i")

    return converting


def of(made: Made, kind: str) -> list[Image.Image]:
    found = [picture for picture in made.receipt.pictures if picture.object.endswith(f".{kind}")]
    return [Image.open(io.BytesIO(body_of(made, picture.object))) for picture in found]


def pixel(image: Image.Image, mode: str = "RGB") -> tuple[int, ...]:
    """Give the colour of the middle."""
    found = image.convert(mode).getpixel((image.width // 2, image.height // 2))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_dropped_picture_becomes_posters(kind: Format, drop: Callable[[bytes], Made]) -> None:
    made = drop(picture(kind))
    for extension, name in (("jpg", "JPEG"), ("webp", "WEBP")):
        assert [(p.format, p.size) for p in of(made, extension)] == [(name, (320, 183)), (name, (640, 366)), (name, (700, 400))]


def test_a_dropped_poster_is_named_after_its_version_and_commits_its_sidecar(drop: Callable[[bytes], Made]) -> None:
    made = drop(picture("PNG"))
    sidecar = made.receipt.sidecar
    assert sidecar
    assert made.receipt.pictures[0].object.startswith(f"v/abcdefghijklmnop/side/{sidecar.rev}-320-")
    assert (sidecar.kind, made.receipt.encoder.split()[0]) == ("poster", "Pillow")


BROKEN = {
    "nothing": b"",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "gif": picture("GIF"),
    "cut off in its header": picture("PNG")[:20],
    "cut off after its header": saved(gradient(700, 400), "PNG")[:80],
    "a JPEG's header": saved(gradient(700, 400), "JPEG")[:620],
    "garbage": b"\xff\xd8\xff" + b"\x5a" * 300,
    "a header alone": b"RIFF\x20\0\0\0WEBPVP8X",
    "a header that lies": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 5, 5, 99, 99, 0, 0, 0) + b"\0" * 40,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_picture_is_rejected(body: bytes, drop: Callable[[bytes], Made]) -> None:
    with pytest.raises(Rejected, match=r"bad_picture: talk\.jpg"):
        drop(body)


def test_a_painter_that_was_taken_over_tells_a_person_one_short_line(
    drop: Callable[[bytes], Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "painter.py"
    taken.write_text("import sys; sys.stderr.write('call\\n\\u202e0900 ' * 1000); sys.exit(66)")
    monkeypatch.setattr(painting, "_PROGRAM", taken)
    with pytest.raises(Rejected) as caught:
        drop(picture("JPEG"))
    assert (len(caught.value.message) < 120, caught.value.message.isprintable()) == (True, True)


def test_a_picture_of_too_many_pixels_is_rejected(drop: Callable[[bytes], Made]) -> None:
    with pytest.raises(Rejected, match=r"too_many_pixels: talk.jpg has 9000 x 9000 pixels; at most 64,000,000 are read"):
        drop(picture("PNG", 9000, 9000, "1"))


def test_a_picture_of_too_many_bytes_is_not_even_read(bench_for: BenchFor, tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"")
    with pytest.raises(Rejected, match=r"too_large: talk\.jpg has 100,000,001 bytes"):
        bench_for(path).do(dropped("talk.jpg", 100_000_001))


def test_a_picture_for_which_there_is_no_memory_is_tried_again(bench_for: BenchFor, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(picture("PNG", 7000, 7000))
    bench = bench_for(path)
    with pytest.raises(OutOfMemory):
        with_memory(bench, 300_000_000).do(ImageWork(size=path.stat().st_size), "i")


def with_memory(bench: Bench, memory_bytes: int) -> Bench:
    return replace(bench, encoder=replace(bench.encoder, memory_bytes=memory_bytes))


def test_an_image_has_each_size_in_each_format(convert: Callable[[bytes], Made]) -> None:
    made = convert(saved(gradient(3000, 1500), "JPEG"))
    sizes = [(320, 160), (640, 320), (1280, 640), (2560, 1280)]
    assert [(p.format, p.size) for p in of(made, "avif")] == [("AVIF", size) for size in sizes]
    assert [(p.format, p.size) for p in of(made, "webp")] == [("WEBP", size) for size in sizes]
    assert [(p.format, p.size) for p in of(made, "jpg")] == [("JPEG", size) for size in sizes[:3]]
    assert [(p.width, p.height) for p in made.receipt.pictures if p.object.endswith("avif")] == sizes
    assert all(p.object.startswith("v/abcdefghijklmnop/qrstuvwxyz234567/image-") for p in made.receipt.pictures)


def test_an_image_is_not_made_larger(convert: Callable[[bytes], Made]) -> None:
    assert [p.size for p in of(convert(picture("PNG", 3, 2)), "webp")] == [(3, 2)]


def test_a_very_high_image_fits_into_its_formats(convert: Callable[[bytes], Made]) -> None:
    highest = max(p.height for p in convert(picture("PNG", 400, 20_000)).receipt.pictures)
    assert highest <= 16_383


@pytest.mark.parametrize("kind", ["avif", "webp", "jpg"])
def test_an_image_looks_like_its_source(kind: str, convert: Callable[[bytes], Made]) -> None:
    source = gradient(640, 360)
    made = of(convert(saved(source, "PNG")), kind)[-1].convert("RGB")
    assert np.abs(np.asarray(made, dtype=float) - np.asarray(source, dtype=float)).mean() < 2


@pytest.mark.parametrize("kind", ["avif", "webp"])
def test_what_is_seen_through_stays_so(kind: str, convert: Callable[[bytes], Made]) -> None:
    made = of(convert(saved(Image.new("RGBA", (64, 64), (255, 0, 0, 100)), "PNG")), kind)[0]
    assert pixel(made, "RGBA") == pytest.approx((255, 0, 0, 100), abs=6)


def test_a_jpeg_of_what_is_seen_through_lies_on_white(convert: Callable[[bytes], Made]) -> None:
    made = of(convert(saved(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "PNG")), "jpg")[0]
    assert pixel(made) == pytest.approx((255, 255, 255), abs=3)


def test_a_palette_may_be_seen_through(convert: Callable[[bytes], Made]) -> None:
    image = Image.new("P", (64, 64), 1)
    image.putpalette([0, 0, 0, 0, 0, 255])
    assert pixel(of(convert(saved(image, "PNG", transparency=1)), "webp")[0], "RGBA")[3] == 0


def test_grey_of_16_bits_is_not_clipped(convert: Callable[[bytes], Made]) -> None:
    half = Image.fromarray(np.full((64, 64), 32_768, dtype=np.uint16))
    assert pixel(of(convert(saved(half, "PNG")), "webp")[0]) == pytest.approx((128, 128, 128), abs=3)


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 32)), (3, (64, 32)), (6, (32, 64)), (8, (32, 64))])
def test_a_photo_is_turned_upright(orientation: int, size: tuple[int, int], convert: Callable[[bytes], Made]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    made = of(convert(saved(Image.new("RGB", (64, 32)), "JPEG", exif=exif)), "webp")[0]
    assert (made.size, dict(made.getexif())) == (size, {})


def test_a_photo_tells_nothing_of_its_camera(convert: Callable[[bytes], Made]) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Kodak"
    made = convert(saved(Image.new("RGB", (64, 32)), "JPEG", exif=exif, comment=b"at home"))
    assert not [w.key for w in made.objects if b"Kodak" in w.body or b"at home" in w.body]


def test_colours_are_those_that_the_profile_means(convert: Callable[[bytes], Made]) -> None:
    """A profile whose red and blue are exchanged, as an extreme of one for another screen."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    swapped = bytes(profile).replace(b"rXYZ", b"tmp!").replace(b"bXYZ", b"rXYZ").replace(b"tmp!", b"bXYZ")
    made = of(convert(saved(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=swapped)), "webp")[0]
    assert pixel(made) == pytest.approx((0, 0, 255), abs=6)
    assert "icc_profile" not in made.info


def test_a_broken_profile_means_nothing(convert: Callable[[bytes], Made]) -> None:
    made = of(convert(saved(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=b"nonsense")), "webp")[0]
    assert pixel(made) == pytest.approx((255, 0, 0), abs=3)


def test_ink_becomes_light(convert: Callable[[bytes], Made]) -> None:
    made = of(convert(saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG")), "webp")[0]
    assert pixel(made) == pytest.approx((255, 0, 0), abs=6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_an_image_is_shown_and_told(kind: Format, convert: Callable[[bytes], Made]) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (400, 400, 3), dtype=np.uint8))
    body = saved(noise, kind)
    if kind == "WEBP":  # of which half is nothing
        with pytest.raises(Rejected, match="bad_picture: The picture cannot be decoded"):
            convert(body[: len(body) // 2])
        return
    made = convert(body[: len(body) // 2])
    assert [problem.message for problem in made.receipt.problems] == ["The picture is damaged; what could be decoded is shown."]
    assert of(made, "webp")[-1].size == (400, 400)


def test_of_a_moving_picture_the_first_is_shown(convert: Callable[[bytes], Made]) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    made = convert(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert pixel(of(made, "webp")[0]) == pytest.approx((255, 0, 0), abs=6)
    assert "The picture moves" in made.receipt.problems[0].message


def test_the_same_image_gives_the_same_bytes(convert: Callable[[bytes], Made]) -> None:
    body = saved(gradient(1300, 500), "PNG")
    assert convert(body).objects == convert(body).objects
