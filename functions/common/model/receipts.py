"""What was made. PURE."""

from fractions import Fraction
from typing import Annotated

from msgspec import Meta

from functions.common.model.inbox import Problem, Sidecar
from functions.common.model.values import Container, Count, Document, Id, Key, Ratio, Seconds, Unit, Value
from functions.common.model.work import Verdict


class Segment(Value, frozen=True):
    """One segment inside its object, in order, without gaps. `length` in bytes, `duration_s` exact."""

    length: Count
    duration_s: Ratio


class TrackPart(Value, frozen=True):
    """What one unit made of one rendition: the init object, one object of segments, and the RFC 6381 codec string."""

    rendition: str
    init: Key
    object: Key
    codecs: str
    segments: tuple[Segment, ...]

    @property
    def seconds(self) -> Fraction:
        """Give its length."""
        return sum((Fraction(segment.duration_s) for segment in self.segments), Fraction())


class Sprite(Value, frozen=True):
    """Scrubbing thumbnails of one chunk: `count` tiles in rows of `columns`, the first at `begin_s`, then every `every_s`."""

    object: Key
    columns: Count
    tile_width: Count
    tile_height: Count
    count: Count
    begin_s: Seconds
    every_s: Seconds


class Picture(Value, frozen=True):
    """A poster in one width."""

    object: Key
    width: Count
    height: Count


class MadeFile(Value, frozen=True):
    """A whole file. `size` in bytes; `sha512` in hexadecimal digits."""

    object: Key
    container: Container
    size: Count
    sha512: Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]


class Receipt(Document, frozen=True, tag="receipt-1.json"):
    """A unit done: it names every object that belongs to the video, and so commits them."""

    id: Id
    rev: Id | None = None
    unit: Unit | None = None
    sidecar: Sidecar | None = None
    encoder: str = ""
    parts: tuple[TrackPart, ...] = ()
    sprites: tuple[Sprite, ...] = ()
    pictures: tuple[Picture, ...] = ()
    captions: Key | None = None
    files: tuple[MadeFile, ...] = ()
    problems: tuple[Problem, ...] = ()


class Failure(Document, frozen=True, tag="failure-1.json"):
    """A unit failed for good. An ok receipt of the same unit outweighs it."""

    id: Id
    verdict: Verdict
    rev: Id | None = None
    unit: Unit | None = None
    sidecar: Sidecar | None = None
