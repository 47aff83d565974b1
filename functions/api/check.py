"""What `reel doctor` asks of a server: whether its store keeps the promises. EFFECT: writes what it tries."""

import secrets
from itertools import islice
from typing import Final

from functions.api.answers import Check, Checks
from functions.common import keys, schema
from functions.common.model import Receipt
from functions.common.promises import WRITTEN, Promise, Shelf, broken, sentence
from functions.common.store import Bucket

CLIENT: Final = "doctor"  # under whose name lies what is tried; the store removes it after a week
MOST_LISTED: Final = 100  # receipts, among which one of a unit is soon found


def check(work: Bucket) -> Checks:
    """Try what can be tried by writing alone: the API may not delete there.

    Then say by which encoder something was made: that it works is seen by its work alone.
    """
    prefix = f"{keys.ASKED.prefix(client=CLIENT)}{secrets.token_hex(8)}/"
    tried = (_tried(promise, Shelf(work.door, f"{prefix}{number}/")) for number, promise in enumerate(WRITTEN))
    return Checks((*tried, Check("encoder", well=True, said=_encoder(work))))


def _tried(promise: Promise, shelf: Shelf) -> Check:
    said = broken(promise, shelf)
    return Check(
        sentence(promise), not said, said and f"The store does not: {said}. It cannot hold a reelbucket: work would be lost."
    )


def _encoder(work: Bucket) -> str:
    """Read by what a unit was made, as its receipt has it."""
    done = (found.key for found in islice(work.list(keys.OK.prefix()), MOST_LISTED) if keys.OK.parse(found.key))
    body = next((work.read(key) for key in done), None)
    return f"{schema.load(Receipt, body).encoder} was seen at work" if body else "nothing has been encoded yet"
