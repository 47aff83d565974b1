"""Trying again what failed. EFFECT: reads and deletes by the store's verbs.

Only errors are deleted: done work stays done, and an error that comes back late is outweighed by the receipt of a success.
"""

from collections.abc import Callable, Sequence

from functions.api.problem import Problem
from functions.common import keys, schema
from functions.common.model import Current, Item, Plan
from functions.common.orders import OrderKeys
from functions.common.store import Bucket

type Send = Callable[[Sequence[str]], None]


def retry(work: Bucket, item: Item, send: Send) -> None:
    """Delete the errors of the current rev, then send its orders that have no receipt. Raises Problem if that is no help."""
    rev = _current_rev(work, item)
    body = work.read(keys.PLAN.key(id=item.video_id, rev=rev))
    plan = schema.load(Plan, body) if body else None
    if plan and plan.rejected:
        message = f"The file was rejected, and would be again. {plan.rejected.message}"
        raise Problem("nothing-to-retry", message)
    receipts = [found.key for found in work.list(keys.OK.prefix(id=item.video_id, rev=rev))]
    work.delete(key for key in receipts if keys.ERROR.parse(key))
    orders = [found.key for found in work.list(keys.ORDER.prefix(id=item.video_id, rev=rev))]
    send([key for key in orders if (known := OrderKeys.parse(key)) and known.ok not in receipts])


def _current_rev(work: Bucket, item: Item) -> str:
    body = work.read(keys.CURRENT.key(id=item.video_id))
    current = schema.load(Current, body) if body else None
    if current is None or current.rev is None:
        raise Problem("nothing-to-retry", "Nothing has been tried yet. Look at the item in a minute.")
    return current.rev
