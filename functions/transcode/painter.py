"""Make a picture smaller: upright, in sRGB, without a camera's words. EFFECT: reads and writes files.

Run as a program of its own by `painting`, never imported: strangers' bytes are decoded here. What it made, it says on stdout.

    painter.py PACKAGES FILE KIND MAX_PIXELS WIDTH,WIDTH… FORMAT,FORMAT…
"""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

PACKAGES, *ARGUMENTS = sys.argv[1:]
sys.path.append(PACKAGES)  # where Pillow lies: neither an installation of Lambda's nor of Python's own

from PIL import Image, ImageCms, ImageFile, ImageOps  # noqa: E402  # found there

UNREADABLE: Final = 65  # EX_DATAERR of sysexits.h
TOO_LARGE: Final = 66
LONGEST: Final = 16_383  # pixels of an edge in WebP
DEEP: Final = "I;16"  # grey of 16 bits
JPEG_WIDTH: Final = 1280  # for other sites and old programs, which want no more
FORMATS: Final[dict[str, dict[str, Any]]] = {
    "avif": {"quality": 60, "speed": 6, "max_threads": 1},  # one thread: equal bytes on every attempt
    "webp": {"quality": 80, "method": 4},
    "jpg": {"quality": 82, "optimize": True, "progressive": True},
}


class TooLarge(Exception):  # noqa: N818  # says how large it is
    """The picture has more pixels than are decoded."""


def main(file: str, kind: str, max_pixels: str, widths: str, formats: str) -> None:
    """Make all that is asked for, and say which pictures there are now."""
    Image.MAX_IMAGE_PIXELS = None  # judged here, before anything is decoded
    with Image.open(file, formats=[kind.upper()]) as opened:
        if opened.width * opened.height > int(max_pixels):
            raise TooLarge(f"{opened.width} x {opened.height}")
        moving = bool(getattr(opened, "is_animated", False)) and opened.format != "MPO"  # which holds other views of one moment
        damaged = _decode(opened)
        picture = _srgb(_upright(opened))
    made = [one for width in _widths(picture, widths) for one in _write(_scaled(picture, width), formats.split(","))]
    sys.stdout.write(json.dumps({"pictures": made, "damaged": damaged, "moving": moving}))


def _decode(picture: ImageFile.ImageFile) -> bool:
    """Decode, and tell whether that went on behind a damage."""
    try:
        picture.load()
    except OSError:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        picture.load()
        if picture.convert("L").getcolors(1):  # one shade: what a decoder fills with that found nothing
            raise
        return True
    return False


def _upright(picture: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(picture)
    if turned.mode == DEEP:
        turned = turned.point(lambda value: value / 256).convert("L")  # convert alone would clip
    return turned


def _srgb(picture: Image.Image) -> Image.Image:
    """Give RGB, or RGBA where something may be seen through. The colours are those that its profile means."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    alpha = picture.convert("RGBA").getchannel("A") if clear else None
    profile = picture.info.get("icc_profile")
    plain = picture.convert("RGB") if picture.mode not in {"RGB", "CMYK"} or not profile else picture
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):  # a profile that is broken or of another kind of picture means nothing
            plain = ImageCms.profileToProfile(plain, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB") or plain
    plain = plain.convert("RGB")
    if alpha and alpha.getextrema() != (255, 255):
        plain.putalpha(alpha)
    plain.info.clear()  # comments, places and devices, which would be saved with it
    return plain


def _widths(picture: Image.Image, widths: str) -> list[int]:
    """Give the widths that it has without being made larger, nor too high for the formats."""
    most = min(picture.width, max(1, picture.width * LONGEST // max(picture.width, picture.height)))
    return sorted({min(int(width), most) for width in widths.split(",")})


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _write(picture: Image.Image, formats: list[str]) -> Iterator[dict[str, str | int]]:
    for kind in formats:
        if kind == "jpg" and picture.width > JPEG_WIDTH:
            continue
        body = _on_white(picture) if kind == "jpg" else picture
        name = f"{picture.width}.{kind}"
        body.save(name, **FORMATS[kind])
        yield {"file": name, "kind": kind, "width": picture.width, "height": picture.height}


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


if __name__ == "__main__":
    try:
        main(*ARGUMENTS)
    except TooLarge as large:
        sys.stderr.write(str(large))
        sys.exit(TOO_LARGE)
    except MemoryError:
        sys.stderr.write("Cannot allocate memory")
        sys.exit(1)
    except Exception as error:  # Pillow raises a dozen kinds on nonsense
        if isinstance(error, OSError) and error.errno:  # the machine's own, such as a full disk; Pillow's have no number
            raise
        sys.stderr.write(f"{type(error).__name__}: {error}")
        sys.exit(UNREADABLE)
