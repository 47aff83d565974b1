"""What of a plan's orders an earlier plan of the same bytes has asked for in the same words. PURE."""

from collections.abc import Iterable

from msgspec.structs import replace

from functions.common.model import AudioWork, Earlier, Order, Plan, VideoWork
from functions.ingest.orders import orders


def spared(due: Iterable[Order], plan: Plan) -> tuple[Order, ...]:
    """Say in each order which renditions `plan` has made already, the rungs of a chunk one by one."""
    known = {order.unit: order.work for order in orders(plan)}
    equal = ((order, _equal(order.work, known.get(order.unit))) for order in due)
    return tuple(replace(order, earlier=Earlier(rev=plan.rev, renditions=names)) if names else order for order, names in equal)


def _equal(work: object, known: object) -> tuple[str, ...]:
    match work, known:
        case VideoWork(), VideoWork() if replace(work, ladder=()) == replace(known, ladder=()):
            return tuple(rung.name for rung in work.ladder if rung in known.ladder)
        case AudioWork(), AudioWork() if work == known:
            return (work.track.name,)
    return ()
