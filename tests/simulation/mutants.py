"""Each rule broken on purpose, to show that the simulation notices. Patches of the project's own code, never in it.

A mutant names what is changed, and which runs are likely to show it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from msgspec.structs import replace

from functions.catalogue import handler as catalogue
from functions.catalogue import tree
from functions.catalogue.tree import change, grown
from functions.common import current as current_module
from functions.common import keys, schema, store
from functions.common.adoption import next_current
from functions.common.events import Message
from functions.common.inbox import take_stock
from functions.common.model import Current, Fragment, Manifest
from functions.common.store import Absent, Bucket, Buckets, Condition, Created, Look, Write
from functions.index import handler as index
from functions.index import publish
from functions.index.manifest import playlists
from functions.index.progress import Progress
from functions.ingest import handler as ingest
from functions.sweep import burial, reconcile
from tests.simulation.schedule import Faults

SLOW = Faults(doubled=0.3, runs_out=0.6)
STORMY = Faults(refused=0.05, lost=0.05, late=0.05, killed=0.03, doubled=0.2, runs_out=0.3)


@dataclass(frozen=True)
class Mutant:
    """One deviation. `faults` None: those of the seed. `most_runs`: it was caught in at most a third of that."""

    name: str
    patches: Callable[[], AbstractContextManager[object]]
    sweeping: bool = True
    faults: Faults | None = None
    script: str | None = None
    fixed_names: bool = False
    most_runs: int = 3000


def _inputs_before_the_look() -> AbstractContextManager[object]:
    def derive_current(buckets: Buckets, stem: str) -> Current | None:
        video = keys.video_id(stem)
        key = keys.CURRENT.key(id=video)

        def compute(look: Look) -> tuple[Write, ...]:
            inventory = take_stock(stem, buckets.inbox.versions(stem + "."))
            words = current_module.read_words(buckets, inventory.note)
            body = look(key)
            old = schema.load(Current, body) if body else Current(id=video, generation=0)
            if inventory.source is None and not old.had_source:
                return ()
            new = next_current(old, inventory, words)
            return () if new == old else (Write(key, schema.dump(replace(new, generation=old.generation + 1))),)

        buckets.work.derive(compute)
        stored = buckets.work.read(key)
        return schema.load(Current, stored) if stored else None

    return patch.object(ingest, "derive_current", derive_current)


def _no_confirming_pass() -> AbstractContextManager[object]:
    def derive(self: Bucket, compute: Callable[[Look], Sequence[Write]]) -> tuple[Write, ...]:
        while True:
            look = Look(self.door)
            due = [write for write in compute(look) if look.differs(write)]
            if all(self.door.put(w.key, w.body, look.condition(w.key)) is store.Answer.DONE for w in due):
                return tuple(due)

    return patch.object(Bucket, "derive", derive)


def _own_list_for_each_document() -> AbstractContextManager[object]:
    def lists_of_another_listing(progress: Progress) -> list[Write]:
        return playlists(Progress.of(progress.current, progress.plan, older.pop(0) if older else progress.receipts))

    older: list[publish.Receipts] = []
    listing = publish._receipts  # noqa: SLF001  # a mutant changes what is inside

    def two_listings(work: Bucket, memory: publish.Memory, of: Current) -> publish.Receipts:
        older[:] = [listing(work, memory, of)]
        return listing(work, memory, of)

    return _all(
        patch.object(publish, "playlists", lists_of_another_listing), patch.object(publish, "_receipts", two_listings)
    )


def _unconditional(form: keys.Form) -> Callable[[], AbstractContextManager[object]]:
    def condition(self: Look, key: str) -> Condition:
        stored = self.seen[key]
        if form.parse(key):
            return None
        return store.Same(stored.etag) if stored else Absent()

    return lambda: patch.object(Look, "condition", condition)


def _one_key_for_ok_and_error() -> AbstractContextManager[object]:
    create = Bucket.create

    def first_wins(self: Bucket, key: str, body: bytes) -> Created:
        other = key.replace(".ok.json", ".error.json") if ".ok." in key else key.replace(".error.json", ".ok.json")
        if other != key and self.door.get(other):
            return Created.EXISTS
        return create(self, key, body)

    return patch.object(Bucket, "create", first_wins)


def _endlist_on_failure() -> AbstractContextManager[object]:
    def closed(progress: Progress) -> list[Write]:
        ends = b"#EXT-X-ENDLIST\n"
        writes = playlists(progress)
        if progress.status != "failed":
            return writes
        return [
            Write(w.key, w.body + ends) if keys.PLAYLIST.parse(w.key) and not w.body.endswith(ends) else w for w in writes
        ]

    return patch.object(publish, "playlists", closed)


def _fragment_before_manifest() -> AbstractContextManager[object]:
    act = index.Index.act

    def early(self: index.Index, group: index.Group) -> None:
        body = self.buckets.media.read(keys.MANIFEST.key(id=group.name))
        number = schema.load(Manifest, body).entry_number if body else 0
        fragment = schema.dump(Fragment(id=group.name))
        self.buckets.work.create(keys.FRAGMENT.key(id=group.name, number=number + 1), fragment)
        act(_without_fragments(self), group)

    return patch.object(index.Index, "act", early)


def _without_fragments(stage: index.Index) -> index.Index:

    class Deaf(Bucket):
        def create(self, key: str, body: bytes) -> Created:
            return Created.EXISTS if keys.FRAGMENT.parse(key) else super().create(key, body)

    work = stage.buckets.work
    return index.Index(stage.buckets._replace(work=Deaf(work.door, work.pause)), stage.memory)


def _early_return_before_the_front_page() -> AbstractContextManager[object]:
    def act(self: catalogue.Catalogue, group: catalogue.Group) -> None:
        videos = sorted({video for key in group.keys if (video := keys.id_of(key))})
        before = self.buckets.media.read(keys.ROOT.key())
        self._derive_root(videos)  # noqa: SLF001
        if self.buckets.media.read(keys.ROOT.key()) != before:
            self._derive_index()  # noqa: SLF001
        for video in videos:
            self._derive_page(video)  # noqa: SLF001
        self.buckets.work.delete(key for key in group.keys if keys.FRAGMENT.parse(key))

    return patch.object(catalogue.Catalogue, "act", act)


def _no_fragment_when_repeated() -> AbstractContextManager[object]:
    return _all(
        patch.object(Message, "repeated", property(lambda _: False)),
        patch.object(index.Group, "repeated", property(lambda _: False)),
    )


def _garbage_while_the_manifest_is_behind() -> AbstractContextManager[object]:
    dead = reconcile.dead

    def hasty(video: reconcile.Video, grace_s: int) -> tuple[list[str], list[str]]:
        if video.current and video.manifest:
            agreed = replace(video.manifest, current_generation=video.current.generation)
            return dead(reconcile.Video(**{**vars(video), "manifest": agreed}), grace_s)
        return dead(video, grace_s)

    return patch.object(burial, "dead", hasty)


def _pages_named_by_content_alone() -> AbstractContextManager[object]:
    def grown_without_generation(of: tree.Tree, entries: Sequence[tree.Entry]) -> tuple[tree.Root, list[Write]]:
        root, writes = grown(of, entries)
        named = {w.key: keys.PAGE.key(generation=1, hash=keys.digest(w.body)) for w in writes}
        refs = tuple(replace(ref, object=named.get(ref.object, ref.object)) for ref in root.pages)
        return replace(root, pages=refs), [Write(named[w.key], w.body) for w in writes]

    return patch.object(catalogue, "grown", grown_without_generation)


def _rev_of_the_content() -> AbstractContextManager[object]:
    def returning(old: Current, inventory: object, words: object) -> Current:
        new = next_current(old, inventory, words)  # type: ignore[arg-type]
        return replace(new, rev=keys.rev(new.source.etag)) if new.source else new

    return patch.object(current_module, "next_current", returning)


def _old_entry_kept() -> AbstractContextManager[object]:
    def never_removed(entries: object, changes: dict[str, object]) -> object:
        return change(entries, {k: v for k, v in changes.items() if v})  # type: ignore[arg-type,misc]

    return patch.object(catalogue, "change", never_removed)


@contextmanager
def _all(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


MUTANTS: tuple[Mutant, ...] = (
    Mutant("inputs read before the look", _inputs_before_the_look, sweeping=False, faults=SLOW),
    Mutant("no confirming pass", _no_confirming_pass, sweeping=False, faults=SLOW),
    Mutant("own list for each document", _own_list_for_each_document),
    Mutant("root without If-Match", _unconditional(keys.ROOT), faults=SLOW, script="two videos"),
    Mutant("playlist without If-Match", _unconditional(keys.PLAYLIST), faults=SLOW),
    Mutant("segments under fixed names", _nothing, fixed_names=True),
    Mutant("one key for ok and error", _one_key_for_ok_and_error, faults=Faults(runs_out=0.95, doubled=0.3)),
    Mutant("ENDLIST on failure", _endlist_on_failure, script="flaky, then retried"),
    Mutant("fragment before manifest", _fragment_before_manifest, sweeping=False),
    Mutant("early return before the front page", _early_return_before_the_front_page),
    Mutant("no fragment when repeated", _no_fragment_when_repeated),
    Mutant("garbage while the manifest is behind", _garbage_while_the_manifest_is_behind, faults=STORMY),
    Mutant("pages named by content alone", _pages_named_by_content_alone, faults=STORMY),
    Mutant("rev of the content", _rev_of_the_content, script="A, B, A"),
    Mutant("an entry is never removed", _old_entry_kept),
)
