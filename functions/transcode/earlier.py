"""What another rev of the same bytes has made already is copied instead of encoded again. EFFECT: reads by the store's verbs."""

from collections.abc import Sequence

from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.model import Order, Receipt, TrackPart, VideoWork
from functions.common.orders import OrderKeys
from functions.common.store import Buckets, Write
from functions.transcode import objects
from functions.transcode.job import Made


def take(order: Order, encoder: str, buckets: Buckets) -> Made | None:
    """Take what the order says was made earlier, under its own rev's names; None where nothing is there, or not as it was made.

    What another encoder made is made anew: one init fits all chunks of a rendition. The storyboard comes with the last rung.
    """
    if order.earlier is None:
        return None
    body = buckets.work.read(OrderKeys.of_unit(order.id, order.earlier.rev, str(order.unit)).ok)
    receipt = schema.load(Receipt, body) if body else None
    if receipt is None or receipt.encoder != encoder:
        return None
    parts = tuple(part for part in receipt.parts if part.rendition in order.earlier.renditions)
    whole = left(order, parts) is None
    sprites = receipt.sprites if whole else ()
    names = [*(name for part in parts for name in (part.init, part.object)), *(sprite.object for sprite in sprites)]
    writes = [_own(order, name, body) for name, body in zip(names, buckets.media.read_all(names), strict=True)]
    there = [write for write in writes if write]
    if not parts or len(there) < len(writes):
        return None
    own = dict(zip(names, (write.key for write in there), strict=True))
    taken = Receipt(
        id=order.id,
        parts=tuple(replace(part, init=own[part.init], object=own[part.object]) for part in parts),
        sprites=tuple(replace(sprite, object=own[sprite.object]) for sprite in sprites),
        problems=receipt.problems if whole else (),
    )
    return Made(tuple(dict.fromkeys(there)), objects.sign(order, encoder, taken))


def left(order: Order, parts: Sequence[TrackPart]) -> Order | None:
    """Give what is still to be encoded besides these parts."""
    if not isinstance(order.work, VideoWork):
        return None if parts else order
    there = {part.rendition for part in parts}
    ladder = tuple(rung for rung in order.work.ladder if rung.name not in there)
    return replace(order, work=replace(order.work, ladder=ladder)) if ladder else None


def together(order: Order, taken: Made, made: Made) -> Made | None:
    """Put what was taken to what was encoded, in the ladder's order; None where the two have not the same frames."""
    parts = (*taken.receipt.parts, *made.receipt.parts)
    if len({tuple(segment.duration_s for segment in part.segments) for part in parts}) > 1 or not isinstance(order.work, VideoWork):
        return None
    place = {rung.name: number for number, rung in enumerate(order.work.ladder)}
    ordered = tuple(sorted(parts, key=lambda part: place[part.rendition]))
    return Made((*taken.objects, *made.objects), replace(made.receipt, parts=ordered))


def _own(order: Order, name: str, body: bytes | None) -> Write | None:
    """Give an object under the order's own rev; None where it is not there, or has other bytes than its name says."""
    for form in (keys.INIT, keys.SEGMENTS, keys.SPRITE):
        fields = form.parse(name)
        if fields and body is not None and keys.digest(body) == fields["hash"]:
            return Write(form.key(**{**fields, "rev": str(order.rev)}), body)
    return None
