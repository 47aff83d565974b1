"""Posters and sprites as ffmpeg commands. PURE: starts nothing. Outputs are names in the working folder."""

from fractions import Fraction
from typing import Final

import ffmpeg
from ffmpeg.nodes import FilterableStream, OutputStream

from functions.common.model import VideoFacts, VideoWork
from functions.transcode import grid
from functions.transcode.reading import CLEAN, Source, argv, decoding, opened, seeking, to_sdr

POSTER_WIDTHS: Final = (320, 640, 1280)  # a card on a phone, a card, the player
_ROUNDED_S: Final = Fraction(1, 1000)  # containers round times to that
_STILL: Final = {
    "f": "image2",
    "strict:v": "unofficial",  # after the source's end there is no picture to tell the range, and mjpeg would fail
    "flags:v": "+bitexact",  # no encoder's name inside
    "threads:v": 1,  # as for video: equal bytes on every attempt
    **CLEAN,
}


def posters(program: str, source: Source, video: VideoFacts, at: Fraction, *, choose: bool) -> list[str]:
    """Take the picture at `at`, in the source's time, or choose a typical one of those that follow.

    They are `poster_<n>.jpg` and `.webp`.
    """
    # Not ffmpeg's own accurate seek: of a source whose clock begins late it drops as much as that more.
    film = opened(source, decoding(video) | seeking(at, accurate=False))[str(video.stream)]
    later = film.filter("trim", start=f"{float(at - _ROUNDED_S):.6f}")
    width = min(video.width, max(POSTER_WIDTHS))
    height = max(2, 2 * round(Fraction(video.height * width, video.width) / 2))
    # scaled first: thumbnail keeps 30 pictures in memory
    picture = to_sdr(later, video, width, height)
    return argv(program, _posters(picture.filter("thumbnail", n=30) if choose else picture))


def sprite_name(place: int) -> str:
    """Name the file of a sprite, from 0."""
    return f"sprite_{place}.jpg"


def poster_name(place: int, kind: str) -> str:
    """Name the file of a poster, by its place in `POSTER_WIDTHS` and its extension."""
    return f"poster_{place}.{kind}"


def sprites(stream: FilterableStream, work: VideoWork) -> OutputStream:
    """Tile a chunk's thumbnails: `sprite_<n>.jpg`."""
    board = grid.storyboard(work)
    tiled = (
        stream.filter("select", f"not(mod(n,{board.every}))")
        .filter("scale", board.width, board.height, **_JPEG_COLOURS)
        .filter("format", "yuv420p")
        .filter("tile", f"{grid.COLUMNS}x{grid.ROWS}")
    )
    name = sprite_name(0).replace("0", "%d")
    return ffmpeg.output(tiled, name, **{"c:v": "mjpeg", "q:v": 5, "start_number": 0, "fps_mode": "passthrough", **_STILL})


def _posters(stream: FilterableStream) -> list[OutputStream]:
    """Give every poster in every format, and on stdout how much there is to see on it and how sharp it is."""
    measured = stream.filter("signalstats").filter("blurdetect").filter("metadata", "print", file="-")
    streams = measured.filter_multi_output("split", len(POSTER_WIDTHS) * len(_FORMATS))
    made = [(place, kind) for place in range(len(POSTER_WIDTHS)) for kind in _FORMATS]
    return [_poster(streams[number], place, kind) for number, (place, kind) in enumerate(made)]


def _poster(stream: FilterableStream, place: int, kind: str) -> OutputStream:
    colours, options = _FORMATS[kind]
    scaled = stream.filter("scale", f"min({POSTER_WIDTHS[place]},iw)", -2, **colours).filter("format", "yuv420p")
    return ffmpeg.output(scaled, poster_name(place, kind), **{"frames:v": 1, "update": 1, **options, **_STILL})


# One meaning of the numbers each: JFIF 1.02, and the WebP container's section on VP8.
_JPEG_COLOURS: Final = {"out_color_matrix": "bt601", "out_range": "full"}
_WEBP_COLOURS: Final = {"out_color_matrix": "bt601", "out_range": "tv"}
_FORMATS: Final = {
    "jpg": (_JPEG_COLOURS, {"c:v": "mjpeg", "q:v": 3}),
    "webp": (_WEBP_COLOURS, {"c:v": "libwebp", "quality:v": 80, "compression_level:v": 4}),  # two thirds of the JPEG's bytes
}
