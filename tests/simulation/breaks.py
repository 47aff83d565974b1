"""Rules broken on purpose: each function patches one deviation into the project's own code, for as long as a `with` lasts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

from msgspec.structs import replace

from functions.catalogue import handler as catalogue
from functions.catalogue import tree
from functions.catalogue.tree import change
from functions.common import adoption, keys, schema, store
from functions.common import current as current_module
from functions.common.adoption import Words, next_current
from functions.common.inbox import Inventory, take_stock
from functions.common.model import Current, Entry, Fragment, Manifest, Plan, Sidecar
from functions.common.orders import OrderKeys
from functions.common.stage import Group
from functions.common.store import Absent, Bucket, Buckets, Condition, Created, Look, Same, Version, Write
from functions.index import handler as index
from functions.index import publish
from functions.index.manifest import manifest, playlists
from functions.index.progress import Progress, Receipts
from functions.ingest import handler as ingest
from functions.sweep import burial, reconcile
from functions.sweep.survey import Survey
from functions.transcode import earlier
from functions.transcode import handler as transcode

type Patches = AbstractContextManager[object]


@contextmanager
def nothing() -> Iterator[None]:
    """Patch nothing: what deviates is the recipe."""
    yield


@contextmanager
def _all(*patches: Patches) -> Iterator[None]:
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def inputs_before_the_look() -> Patches:
    """R2: `current` is computed from a listing that is older than the look."""

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


def no_confirming_pass(form: keys.Form) -> Callable[[], Patches]:
    """R2: a derive of this document ends with a write that succeeded."""
    derive = Bucket.derive

    def once(self: Bucket, compute: Callable[[Look], Sequence[Write]]) -> tuple[Write, ...]:
        written: set[str] = set()

        def compute_once(look: Look) -> Sequence[Write]:
            if any(form.parse(key) is not None for key in written):
                return ()
            return compute(look)

        def put(key: str, body: bytes, condition: Condition) -> store.Answer:
            answer = self.door.put(key, body, condition)
            if answer is store.Answer.DONE:
                written.add(key)
            return answer

        return derive(Bucket(Putting(self.door, put), self.pause), compute_once)

    return lambda: patch.object(Bucket, "derive", once)


class Putting:
    """A door with another put."""

    def __init__(self, door: store.Door, put: Callable[[str, bytes, Condition], store.Answer]) -> None:
        self.put = put
        self.get, self.each, self.list = door.get, door.each, door.list
        self.versions, self.delete = door.versions, door.delete


def late_answers_ignored() -> Patches:
    """R2: a derive whose write got no answer looks again at once, and may be done before the write arrives."""

    def put(self: "_Deaf", key: str, body: bytes, condition: Condition) -> store.Answer:
        answer = self.door.put(key, body, condition)
        return store.Answer.CONFLICT if answer is store.Answer.LOST else answer

    class _Deaf(Putting):
        def __init__(self, door: store.Door) -> None:
            self.door = door
            super().__init__(door, lambda key, body, condition: put(self, key, body, condition))

    derive = Bucket.derive

    def deaf(self: Bucket, compute: Callable[[Look], Sequence[Write]]) -> tuple[Write, ...]:
        return derive(Bucket(_Deaf(self.door), self.pause), compute)

    return patch.object(Bucket, "derive", deaf)


def own_list_for_each_document() -> Patches:
    """R1: the lists are made from an older listing of receipts than the manifest."""
    older: list[Receipts] = []
    listing = publish._receipts  # noqa: SLF001  # a mutant changes what is inside

    def lists_of_another_listing(progress: Progress) -> list[Write]:
        return playlists(Progress.of(progress.current, progress.plan, older.pop(0) if older else progress.receipts))

    def two_listings(work: Bucket, memory: publish.Memory, of: Current) -> Receipts:
        older[:] = [listing(work, memory, of)]
        return listing(work, memory, of)

    return _all(patch.object(publish, "playlists", lists_of_another_listing), patch.object(publish, "_receipts", two_listings))


def unconditional(form: keys.Form) -> Callable[[], Patches]:
    """R2: this document is written whatever is there."""

    def condition(self: Look, key: str) -> Condition:
        if form.parse(key) is not None:
            return None
        stored = self.seen[key]
        return Same(stored.etag) if stored else Absent()

    return lambda: patch.object(Look, "condition", condition)


def one_key_for_ok_and_error() -> Patches:
    """R6: the first of the two receipts of a unit stays the only one."""
    create = Bucket.create

    def first_wins(self: Bucket, key: str, body: bytes) -> Created:
        other = key.replace(".ok.json", ".error.json") if ".ok." in key else key.replace(".error.json", ".ok.json")
        if other != key and self.door.get(other):
            return Created.EXISTS
        return create(self, key, body)

    return patch.object(Bucket, "create", first_wins)


def endlist_on_failure() -> Patches:
    """R8: a failed video's lists are closed."""

    def closed(progress: Progress) -> list[Write]:
        ends = b"#EXT-X-ENDLIST\n"
        writes = playlists(progress)
        if progress.status != "failed":
            return writes
        return [Write(w.key, w.body + ends) if keys.PLAYLIST.parse(w.key) and not w.body.endswith(ends) else w for w in writes]

    return patch.object(publish, "playlists", closed)


def announced_before_the_fragment() -> Patches:
    """R14: the manifest says at once that its fragment was made, so nobody makes it after a kill between the two."""

    def presumptuous(old: Manifest | None, current: Current, progress: Progress | None, receipts: Receipts) -> Manifest:
        new = manifest(old, current, progress, receipts)
        return replace(new, announced=new.entry_number)

    def act(self: index.Index, group: Group) -> None:
        before = self.buckets.media.read(keys.MANIFEST.key(id=group.name))
        number = schema.load(Manifest, before).entry_number if before else 0
        published = publish.publish(self.buckets, self.memory, group.name, self.telemetry)
        if published and published.entry_number > number:
            publish.announce(self.buckets, published)

    return _all(patch.object(publish, "manifest", presumptuous), patch.object(index.Index, "act", act))


def fragment_before_manifest() -> Patches:
    """R14: the fragment of the next entry is made before the entry."""
    act = index.Index.act

    def early(self: index.Index, group: Group) -> None:
        body = self.buckets.media.read(keys.MANIFEST.key(id=group.name))
        number = schema.load(Manifest, body).entry_number if body else 0
        fragment = schema.dump(Fragment(id=group.name))
        self.buckets.work.create(keys.FRAGMENT.key(id=group.name, number=number + 1), fragment)
        work = self.buckets.work
        act(index.Index(self.buckets._replace(work=_Silent(work.door, work.pause)), self.telemetry, self.memory), group)

    return patch.object(index.Index, "act", early)


class _Silent(Bucket):
    """Makes no fragments."""

    def create(self, key: str, body: bytes) -> Created:
        """Create anything else."""
        return Created.EXISTS if keys.FRAGMENT.parse(key) else super().create(key, body)


def one_fragment_name() -> Patches:
    """R13: each id has one fragment, whatever its entry's number."""
    create, parse = Bucket.create, keys.FRAGMENT.parse

    def unnumbered(self: Bucket, key: str, body: bytes) -> Created:
        fields = parse(key)
        return create(self, keys.FRAGMENT.key(id=fields["id"], number=0) if fields else key, body)

    return patch.object(Bucket, "create", unnumbered)


def early_return_before_the_front_page() -> Patches:
    """R15: a batch that finds the root right leaves the front page as it is."""

    def act(self: catalogue.Catalogue, group: Group) -> None:
        videos = sorted({video for key in group.keys if (video := keys.id_of(key))})
        before = self.buckets.media.read(keys.ROOT.key(list=keys.ALL))
        self._derive_list(keys.ALL, videos)
        if self.buckets.media.read(keys.ROOT.key(list=keys.ALL)) != before:
            self._derive_list_page(keys.ALL)
        for video in videos:
            self._derive_page(video)
            self._tell_search(video)
        self.buckets.work.delete(key for key in group.keys if keys.FRAGMENT.parse(key))

    return patch.object(catalogue.Catalogue, "act", act)


def fragments_first() -> Patches:
    """R15: the fragments of a batch go before it is in the catalogue."""
    act = catalogue.Catalogue.act

    def hasty(self: catalogue.Catalogue, group: Group) -> None:
        left = [key for key in group.keys if self.buckets.work.read(key) is not None]
        self.buckets.work.delete(left)
        if left:
            act(self, Group(group.name, tuple(left), group.messages))

    return patch.object(catalogue.Catalogue, "act", hasty)


def garbage_while_the_manifest_is_behind() -> Patches:
    """R11: what `current` does not want is dead, whatever the manifest still shows."""
    dead = reconcile.dead

    def hasty(video: reconcile.Video, grace_s: int) -> tuple[list[str], list[str]]:
        if video.current and video.manifest:
            agreed = replace(video.manifest, current_generation=video.current.generation)
            return dead(reconcile.Video(**{**vars(video), "manifest": agreed}), grace_s)
        return dead(video, grace_s)

    return patch.object(burial, "dead", hasty)


def pages_named_by_content() -> Patches:
    """R12: a page's name says nothing of the root's generation."""
    named = tree._Namer  # noqa: SLF001
    return patch.object(tree, "_Namer", lambda name, _generation: named(name, 1))


def followed_once() -> Patches:
    """R22: a unit's end is followed by whoever wrote its receipt, and by nobody when that one was killed."""
    act = transcode.Transcode.act

    def once(self: transcode.Transcode, group: Group) -> None:
        key = OrderKeys.parse(group.name)
        if key is None or self.buckets.work.read(key.ok) is None:
            act(self, group)

    return patch.object(transcode.Transcode, "act", once)


def lists_forgotten() -> Patches:
    """R21: a manifest names the lists of its entry, and not those that its earlier entries were in."""

    def forgetful(old: Manifest | None, current: Current, progress: Progress | None, receipts: Receipts) -> Manifest:
        return manifest(replace(old, lists=()) if old else None, current, progress, receipts)

    return patch.object(publish, "manifest", forgetful)


def rev_of_the_version() -> Patches:
    """R5: a source that comes back has the rev that it had."""

    def returning(old: Current, inventory: Inventory, words: Words | None) -> Current:
        new = next_current(old, inventory, words)
        return replace(new, rev=keys.rev(new.source.key, new.source.version)) if new.source else new

    return patch.object(current_module, "next_current", returning)


def sidecar_of_the_version() -> Patches:
    """R5: captions that come back have the name that they had."""

    def unnumbered(old: Current, found: tuple[Sidecar, ...]) -> tuple[Sidecar, ...]:
        del old
        return found

    return patch.object(adoption, "_adopted", unnumbered)


def entries_stay() -> Patches:
    """I7: an entry is put and replaced, never removed."""

    def never_removed(entries: Sequence[Entry], changes: dict[str, Entry | None]) -> list[Entry]:
        return change(entries, {video: entry for video, entry in changes.items() if entry})

    return patch.object(catalogue, "change", never_removed)


def rejection_not_recorded() -> Patches:
    """R16: a bad input leaves no plan."""
    decided = ingest.Ingest._decided  # noqa: SLF001

    def silent(self: ingest.Ingest, current: Current) -> Plan | None:
        key = keys.PLAN.key(id=current.id, rev=str(current.rev))
        body = self.buckets.work.read(key)
        if body is not None:
            return schema.load(Plan, body)
        plan = decided(self, current)
        if plan.rejected:
            return None
        self.buckets.work.create(key, schema.dump(plan))
        return plan

    return patch.object(ingest.Ingest, "_pinned", silent)


def poster_published() -> Patches:
    """R23: a picture is a source wherever there is no video, also where one was deleted."""

    def hasty(stem: str, versions: Iterable[Version]) -> Inventory:
        return take_stock(stem, [version for version in versions if version.latest and not version.deleted])

    forgetful = patch.object(adoption, "source_of", lambda _old, inventory: inventory.source)
    return _all(patch.object(current_module, "take_stock", hasty), forgetful)


def taken_by_name() -> Patches:
    """R24: what an earlier rev has made is named where it lies, instead of copied."""
    return patch.object(earlier, "_own", lambda _order, name, body: None if body is None else Write(name, body))


def plan_rewritten() -> Patches:
    """I6: ingest writes its plan again, with the settings of the day."""
    decided = ingest.Ingest._decided  # noqa: SLF001
    days = iter(range(1, 1_000_000))

    def anew(self: ingest.Ingest, current: Current) -> Plan:
        plan = replace(decided(self, current), preroll_s=float(next(days)))
        self.buckets.work.put(keys.PLAN.key(id=plan.id, rev=plan.rev), schema.dump(plan))
        return plan

    return patch.object(ingest.Ingest, "_pinned", anew)


def removed_with_the_video(form: keys.Form) -> Callable[[], Patches]:
    """R10: this record of a deleted video is removed with it."""
    of_video = burial.Burial.of_video

    def thorough(self: burial.Burial, survey: Survey, video: reconcile.Video) -> burial.Removed:
        removed = of_video(self, survey, video)
        fresh = survey.fresh(video)
        if fresh.manifest and fresh.manifest.status == "deleted":
            self.buckets.media.delete([key for key in [keys.MANIFEST.key(id=video.id)] if form.parse(key)])
            self.buckets.work.delete([key for key in [keys.CURRENT.key(id=video.id)] if form.parse(key)])
        return removed

    return lambda: patch.object(burial.Burial, "of_video", thorough)
