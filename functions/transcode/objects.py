"""What an encoder wrote, as objects named by their bytes and as the parts of a receipt. PURE."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from functions.common import keys
from functions.common.model import Order, Picture, Receipt, Sidecar, SidecarWork, Sprite, TrackPart, VideoWork
from functions.common.store import Write
from functions.transcode import grid
from functions.transcode.segments import Cut
from functions.transcode.stills import Poster

NAME_LENGTH: Final = 200  # of a file's name inside a sentence, which has 500 characters


def place(order: Order, form: keys.Form, body: bytes, **fields: str | int) -> Write:
    """Name an object of the order's rev."""
    return Write(form.key(id=order.id, rev=str(order.rev), hash=keys.digest(body), **fields), body)


def place_beside(order: Order, form: keys.Form, body: bytes, sidecar: Sidecar, **fields: str | int) -> Write:
    """Name an object that was made of a sidecar."""
    return Write(form.key(id=order.id, rev=sidecar.rev, hash=keys.digest(body), **fields), body)


def track_part(order: Order, rendition: str, made: Cut) -> tuple[TrackPart, tuple[Write, Write]]:
    """Name a rendition's init and segments."""
    init = place(order, keys.INIT, made.init, rendition=rendition)
    body = place(order, keys.SEGMENTS, made.body, rendition=rendition, unit=str(order.unit))
    part = TrackPart(rendition=rendition, init=init.key, object=body.key, codecs=made.codecs, segments=made.segments)
    return part, (init, body)


def sprite(work: VideoWork, number: int, tiles: int, object_key: str) -> Sprite:
    """Tell where the tiles of a chunk's sprite `number`, from 0, stand in time."""
    board = grid.storyboard(work)
    first = work.begin + number * grid.COLUMNS * grid.ROWS * board.every
    return Sprite(
        object=object_key,
        columns=grid.COLUMNS,
        tile_width=board.width,
        tile_height=board.height,
        count=tiles,
        begin_s=float(grid.seconds(work, first)),
        every_s=float(grid.seconds(work, board.every)),
    )


def pictures(posters: Sequence[Poster], placed: Sequence[Write]) -> tuple[Picture, ...]:
    """Tell the sizes of posters."""
    return tuple(
        Picture(object=write.key, width=poster.width, height=poster.height) for poster, write in zip(posters, placed, strict=True)
    )


def sign(order: Order, encoder: str, receipt: Receipt) -> Receipt:
    """Say in a receipt which order it is of, and by which encoder."""
    sidecar = order.work.sidecar if isinstance(order.work, SidecarWork) else None
    return replace(receipt, rev=order.rev, unit=order.unit, sidecar=sidecar, encoder=encoder)


def name(sidecar: Sidecar) -> str:
    """Give a dropped file's name, to be told to its owner."""
    return sidecar.object.key.rpartition("/")[2][-NAME_LENGTH:]
