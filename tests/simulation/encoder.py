"""What stands in for ffmpeg: makes what an order asks for, in a few bytes."""

import hashlib
import random
from dataclasses import dataclass

from functions.common import keys
from functions.common.errors import Rejected
from functions.common.model import (
    AudioWork,
    CopyWork,
    FileWork,
    ImageWork,
    InboxObject,
    MadeFile,
    Order,
    Picture,
    Receipt,
    Segment,
    Sidecar,
    SidecarWork,
    Sprite,
    StillsWork,
    TrackPart,
    VideoWork,
)
from functions.common.store import Write
from functions.transcode.job import Made
from tests.simulation.door import Killed
from tests.simulation.doubles import content
from tests.simulation.world import World

SEGMENT_S = "4/1"
FRAMES_A_SECOND = 25


@dataclass(frozen=True)
class Encoder:
    """Does orders. `attempts` counts them by unit; an inexact encoder gives one of two bodies at random.

    `made` takes the orders that it came to the end of. `fixed_names` is a mutant's: names without the hash.
    """

    world: World
    chance: random.Random
    inexact: bool
    fixed_names: bool
    attempts: dict[str, int]
    made: list[Order]

    def make(self, order: Order, source: InboxObject) -> Made:
        """Do one order. Raises Rejected or Killed where the source's bytes say so."""
        unit = f"{order.id}/{order.rev or source.version}/{order.unit or ''}"
        self.attempts[unit] = self.attempts.get(unit, 0) + 1
        made = self._of_sidecar(order, order.work) if isinstance(order.work, SidecarWork) else self._of(order, source, unit)
        self.made.append(order)
        return made

    def _of(self, order: Order, source: InboxObject, unit: str) -> Made:
        kind, chunks = content(self.world, source)
        _fail(kind, order.unit, f"v{chunks - 1:05}", self.attempts[unit])
        flavour = "*" * self.chance.randrange(2) if self.inexact else ""
        body = f"{source.etag} {order.unit} {flavour}"
        match order.work:
            case VideoWork(ladder=ladder, begin=begin):
                return self._video(order, [rung.name for rung in ladder], body, begin)
            case AudioWork(track=track):
                return self._tracks(order, [track.name], body)
            case CopyWork(preview=preview):
                return self._tracks(order, [preview.name, str(preview.sound_name)], body)
            case FileWork():
                return self._whole(order, body)
            case ImageWork():
                return self._image(order, body)
            case StillsWork():
                return self._poster(order, body)
        raise ValueError(f"no source here has a {order.work}")

    def _video(self, order: Order, names: list[str], body: str, begin: int) -> Made:
        made = self._tracks(order, names, body)
        tiles = self._write(order, keys.SPRITE, f"{body} tiles", unit=str(order.unit))
        sprite = Sprite(
            object=tiles.key, columns=2, tile_width=160, tile_height=90, count=2, begin_s=begin / FRAMES_A_SECOND, every_s=2.0
        )
        receipt = Receipt(id=order.id, rev=order.rev, unit=order.unit, parts=made.receipt.parts, sprites=(sprite,))
        return Made((*made.objects, tiles), receipt)

    def _tracks(self, order: Order, names: list[str], body: str) -> Made:
        writes: list[Write] = []
        parts: list[TrackPart] = []
        for name in names:
            init = self._write(order, keys.INIT, f"init {name}{'*' * body.count('*')}", rendition=name)
            made = self._write(order, keys.SEGMENTS, f"{body} {name}", rendition=name, unit=str(order.unit))
            segments = (Segment(length=len(made.body), duration_s=SEGMENT_S),)
            parts.append(TrackPart(rendition=name, init=init.key, object=made.key, codecs="x", segments=segments))
            writes += [init, made]
        return Made(tuple(writes), Receipt(id=order.id, rev=order.rev, unit=order.unit, parts=tuple(parts)))

    def _poster(self, order: Order, body: str) -> Made:
        made = self._write(order, keys.POSTER, f"{body} poster", width=320, picture="jpg")
        return Made((made,), Receipt(id=order.id, rev=order.rev, unit=order.unit, pictures=(_picture(made.key),)))

    def _image(self, order: Order, body: str) -> Made:
        made = self._write(order, keys.IMAGE, f"{body} image", width=320, picture="webp")
        return Made((made,), Receipt(id=order.id, rev=order.rev, unit=order.unit, pictures=(_picture(made.key),)))

    def _whole(self, order: Order, body: str) -> Made:
        made = self._write(order, keys.FILE, f"{body} whole", unit=str(order.unit), container="mp4")
        file = MadeFile(object=made.key, container="mp4", size=len(made.body), sha512=hashlib.sha512(made.body).hexdigest())
        return Made((made,), Receipt(id=order.id, rev=order.rev, unit=order.unit, files=(file,)))

    def _of_sidecar(self, order: Order, work: SidecarWork) -> Made:
        stored = self.world.get("inbox", work.sidecar.object.key, work.sidecar.object.version)
        text = stored.body.decode() if stored else ""
        if "bad" in text:
            raise Rejected("bad_captions", "Not one cue can be read.")
        flavour = "*" * self.chance.randrange(2) if self.inexact else ""
        return (
            self._captions(order, work.sidecar, text)
            if work.sidecar.kind == "captions"
            else self._beside(order, work.sidecar, text + flavour)
        )

    def _captions(self, order: Order, sidecar: Sidecar, text: str) -> Made:
        made = self._write(order, keys.SIDE_CAPTIONS, f"WEBVTT\n{text}", rev=sidecar.rev)
        return Made((made,), Receipt(id=order.id, sidecar=sidecar, captions=made.key))

    def _beside(self, order: Order, sidecar: Sidecar, text: str) -> Made:
        made = self._write(order, keys.SIDE_POSTER, text, rev=sidecar.rev, width=320, picture="jpg")
        return Made((made,), Receipt(id=order.id, sidecar=sidecar, pictures=(_picture(made.key),)))

    def _write(self, order: Order, form: keys.Form, text: str, **fields: str | int) -> Write:
        body = text.encode()
        named = keys.digest(body.replace(b"*", b"") if self.fixed_names else body)
        return Write(form.key(id=order.id, hash=named, **{"rev": str(order.rev), **fields}), body)


def _fail(kind: str, unit: str | None, last: str, attempt: int) -> None:
    match kind, unit:
        case "crash", "v00000":
            raise Killed
        case ("undecodable", "v00001") | ("blank", "s") | ("bad picture", "i"):
            raise Rejected("undecodable", "This cannot be decoded.")
        case "flaky", _ if unit == last and attempt == 1:
            raise Rejected("undecodable", "This could not be decoded.")


def _picture(key: str) -> Picture:
    return Picture(object=key, width=320, height=180)
