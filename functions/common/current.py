"""`current`: the one document that says what the inbox says of an id now. EFFECT: reads and writes by the store's verbs.

Used by ingest, and by sweep when ingest gave up.
"""

from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.adoption import Words, lost, next_current
from functions.common.inbox import file_name, take_stock
from functions.common.model import Current, InboxObject
from functions.common.note import read_note
from functions.common.store import Buckets, Look, Write


def derive_current(buckets: Buckets, stem: str) -> Current | None:
    """Make `current` say what the inbox says; None when the inbox never had a source of that stem."""
    video = keys.video_id(stem)
    key = keys.CURRENT.key(id=video)

    def compute(look: Look) -> tuple[Write, ...]:
        body = look(key)
        old = schema.load(Current, body) if body else Current(id=video, generation=0)
        inventory = take_stock(stem, buckets.inbox.versions(stem + "."))
        if (inventory.source is None and not old.had_source) or lost(old, inventory):
            return ()
        new = next_current(old, inventory, read_words(buckets, inventory.note))
        if new == old:
            return ()
        return (Write(key, schema.dump(replace(new, generation=old.generation + 1))),)

    buckets.work.derive(compute)
    stored = buckets.work.read(key)
    return schema.load(Current, stored) if stored else None


def read_words(buckets: Buckets, note: InboxObject | None) -> Words | None:
    """Read the dropped note, exactly that version; None when there is none any more."""
    body = buckets.inbox.read(note.key, note.version) if note else None
    if note is None or body is None:
        return None
    return Words(*read_note(body, file_name(note.key)))
