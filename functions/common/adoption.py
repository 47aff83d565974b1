"""What `current` must say of an id, by what the inbox says. PURE."""

from dataclasses import dataclass

from msgspec.structs import replace

from functions.common import keys
from functions.common.inbox import Inventory
from functions.common.model import Current, InboxObject, Note, Problem, Sidecar


@dataclass(frozen=True)
class Words:
    """A note as it was read: its fields, and what was wrong with it."""

    note: Note
    problems: tuple[Problem, ...]


def next_current(old: Current, inventory: Inventory, words: Words | None) -> Current:
    """Compute what `current` must say, with the old generation. Without a source no word of the user's is kept."""
    source, filmed = source_of(old, inventory), old.filmed or inventory.filmed
    if source is None:
        return Current(id=old.id, generation=old.generation, adoption=old.adoption, had_source=old.had_source, filmed=filmed)
    note = words.note if words else None
    chosen = _moment(source, note, inventory) if note and filmed else ()
    preset, again = (note and note.preset) or old.preset, (note and note.again) or old.again
    same = old.source is not None and _same(old.source, source)
    adopted = same and (preset, again) == (old.preset, old.again)
    adoption = old.adoption if adopted else old.adoption + 1
    first_seen = old.first_seen or source.modified
    return Current(
        id=old.id,
        generation=old.generation,
        adoption=adoption,
        had_source=True,
        filmed=filmed,
        rev=old.rev if adopted else keys.rev(source.key, source.version, str(adoption)),
        before=old.before if adopted else old.rev if same else None,
        source=source,
        note_object=inventory.note,
        note=note,
        sidecars=_adopted(old, (*inventory.sidecars, *chosen)),
        problems=(*inventory.problems, *(words.problems if words else ())),
        date=(note and note.date) or first_seen,
        first_seen=first_seen,
        preset=preset,
        again=again,
    )


def expects(current: Current | None, inventory: Inventory) -> bool:
    """Tell whether `current` says what a listing says, so that there is nothing for ingest to do."""
    if current is None:
        return inventory.source is None
    source = source_of(current, inventory)
    if source is None:
        return current.source is None
    found = (source, inventory.note, inventory.sidecars)
    beside = tuple(_unadopted(sidecar) for sidecar in current.sidecars if sidecar.kind != "moment")  # that is the note's
    return (current.source, current.note_object, beside) == found


def lost(old: Current, inventory: Inventory) -> bool:
    """Tell whether a source is gone without a delete marker: a wrong bucket or a restore under way, not a deletion."""
    return old.source is not None and source_of(old, inventory) is None and not inventory.marked


def source_of(old: Current, inventory: Inventory) -> InboxObject | None:
    """Choose the source. A picture whose video is gone with every trace in the inbox is still a poster, and nobody published it."""
    return None if old.filmed and not inventory.filmed else inventory.source


def _moment(source: InboxObject, note: Note, inventory: Inventory) -> tuple[Sidecar, ...]:
    """Give the moment that a note chooses for the poster. A dropped poster outweighs it."""
    dropped = any(sidecar.kind == "poster" for sidecar in inventory.sidecars)
    return () if note.poster_at is None or dropped else (Sidecar(kind="moment", object=source, at_s=note.poster_at),)


def _adopted(old: Current, found: tuple[Sidecar, ...]) -> tuple[Sidecar, ...]:
    """Keep the adoption of what was there already; what is new is adopted by the generation that will be written."""

    def adopted(sidecar: Sidecar) -> Sidecar:
        for known in old.sidecars:
            if (known.kind, known.at_s) == (sidecar.kind, sidecar.at_s) and _same(known.object, sidecar.object):
                return replace(sidecar, adopted=known.adopted, first=known.first)
        return replace(sidecar, adopted=old.generation + 1, first=sidecar.object.version)

    return tuple(adopted(sidecar) for sidecar in found)


def _unadopted(sidecar: Sidecar) -> Sidecar:
    return replace(sidecar, adopted=0, first="")


def _same(old: InboxObject, new: InboxObject) -> bool:
    return (old.key, old.etag, old.size) == (new.key, new.etag, new.size)
