"""The units of a plan, where their orders lie, and their receipts. PURE."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Self

from functions.common import keys
from functions.common.model import FileWork, Order, Plan, SidecarWork, WholeFile

STILLS: Final = "s"
IMAGE: Final = "i"
COPIED: Final = "-copy"  # ends the names of a preview's renditions
COPIED_S: Final = 10  # of a preview's longest segment: a seek would take too long, and its list says so before all are there
LONGEST_S: Final = 840  # an order's longest deadline: of the function's 900, the rest is for its receipt
FIRST_SEGMENTS: Final = 3  # a player stalls at once on a list shorter than three target durations (RFC 8216 section 6.3.3)


def required_units(plan: Plan) -> tuple[str, ...]:
    """Name the units without which there is nothing to see."""
    if plan.image_bytes:
        return (IMAGE,)
    return tuple(chunk.unit for chunks in (plan.chunks, *(track.chunks for track in plan.audio)) for chunk in chunks)


def all_units(plan: Plan) -> tuple[str, ...]:
    """Name all units of a plan; a rejected one has none."""
    stills = (STILLS,) if plan.video else ()
    preview = (chunk.unit for chunk in plan.preview.chunks) if plan.preview else ()
    files = (file.unit for file in plan.files)
    return (*required_units(plan), *preview, *(track.unit for track in plan.texts), *stills, *files)


def shares(plan: Plan) -> dict[str, float]:
    """Give each unit's part of the whole work, by its length.

    A second of sound counts as a twentieth of one of picture, and a second of what is copied as a hundredth.
    """
    length = plan.video.frames if plan.video else round(plan.duration_s * plan.segment_frames / Fraction(plan.segment_s))
    made = [(1.0, plan.chunks), *((0.05, track.chunks) for track in plan.audio)]
    made += [(0.01, plan.preview.chunks)] if plan.preview else []
    known = {chunk.unit: each * ((chunk.end or length) - chunk.begin) for each, chunks in made for chunk in chunks}
    weights = {unit: known.get(unit) or 0.01 * (length or 1) for unit in all_units(plan)}
    whole = sum(weights.values())
    return {unit: round(weight / whole, 6) for unit, weight in weights.items()}


def renditions(file: WholeFile | FileWork) -> tuple[str, ...]:
    """Name what a whole file is put together from, the picture first."""
    return (*((file.video,) if file.video else ()), *(sound.name for sound in file.sounds))


def makers(plan: Plan, rendition: str) -> tuple[str, ...]:
    """Name the units that make parts of a rendition."""
    if plan.preview and rendition in (plan.preview.name, plan.preview.sound_name):
        return tuple(chunk.unit for chunk in plan.preview.chunks)
    made = next((track.chunks for track in plan.audio if track.name == rendition), plan.chunks)
    return tuple(chunk.unit for chunk in made)


@dataclass(frozen=True)
class OrderKeys:
    """The keys of one unit of work: the order, the receipt that it is done, the receipt that it failed for good."""

    order: str
    ok: str
    error: str

    @classmethod
    def of(cls, order: Order) -> Self:
        """Give the keys of an order."""
        if isinstance(order.work, SidecarWork):
            return cls.of_sidecar(order.id, order.work.sidecar.rev)
        if order.rev is None or order.unit is None:
            raise ValueError(f"an order of {order.id} that is not a sidecar's has no rev or no unit")
        return cls.of_unit(order.id, order.rev, order.unit)

    @classmethod
    def of_unit(cls, video: str, rev: str, unit: str) -> Self:
        """Give the keys of a unit of a rev."""
        return cls(*(form.key(id=video, rev=rev, unit=unit) for form in (keys.ORDER, keys.OK, keys.ERROR)))

    @classmethod
    def of_sidecar(cls, video: str, rev: str) -> Self:
        """Give the keys of a sidecar's conversion."""
        forms = (keys.SIDE_ORDER, keys.SIDE_OK, keys.SIDE_ERROR)
        return cls(*(form.key(id=video, rev=rev) for form in forms))

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Give the keys that belong to an order's key; None when it is no order's."""
        if fields := keys.ORDER.parse(key):
            return cls.of_unit(fields["id"], fields["rev"], fields["unit"])
        if fields := keys.SIDE_ORDER.parse(key):
            return cls.of_sidecar(fields["id"], fields["rev"])
        return None
