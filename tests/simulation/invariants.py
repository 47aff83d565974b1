"""What must hold at each write, and when all is at rest (docs/architecture.md, R1 to R20)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from functions.catalogue.pages import SiteText, index_page, watch_page
from functions.common import keys, schema
from functions.common.inbox import read_name, take_stock
from functions.common.model import Current, Entry, Failure, Manifest, Order, Page, Plan, Receipt, Root
from functions.index.manifest import playlists
from functions.index.progress import Progress, Receipts
from functions.sweep.burial import objects
from tests.simulation.world import World

ENDS = b"#EXT-X-ENDLIST\n"
RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)")
NEVER_CHANGE = (keys.PLAN, keys.ORDER, keys.SIDE_ORDER, keys.OK, keys.SIDE_OK, keys.PAGE)


class BrokenError(AssertionError):
    """An invariant does not hold."""


def require(holds: object, what: str) -> None:
    """Raise BrokenError, naming the invariant."""
    if not holds:
        raise BrokenError(what)


@dataclass
class Watch:
    """Looks at every change as it happens."""

    world: World
    once: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, bucket: str, key: str, old: bytes | None, new: bytes | None) -> None:
        """Judge one change."""
        if bucket == "work" and new is not None and any(form.parse(key) for form in NEVER_CHANGE):
            if not keys.ORDER.parse(key):  # an order may be made again, the same
                require(key not in self.once or self.once[key] == new, f"I6: {key} was written with other bytes")
            self.once[key] = new
        if bucket != "media":
            return
        if new is None:
            self._removed(key)
        elif keys.PLAYLIST.parse(key):
            grows(key, old or b"", new)
            require_named(self.world, key, new)
        elif keys.MANIFEST.parse(key):
            self._manifest(old, new)
        elif keys.ROOT.parse(key):
            root_is_right(self.world, schema.load(Root, new))

    def _manifest(self, old: bytes | None, new: bytes) -> None:
        manifest = schema.load(Manifest, new)
        reachable(self.world, manifest)
        if old:
            before = schema.load(Manifest, old)
            require(manifest.current_generation >= before.current_generation, f"I8: {manifest.id} went back in time")
            require(manifest.generation > before.generation, f"I4: {manifest.id} kept its generation")

    def _removed(self, key: str) -> None:
        if fields := keys.PAGE.parse(key):
            stored = self.world.get("media", keys.ROOT.key())
            named = {ref.object for ref in schema.load(Root, stored.body).pages} if stored else set()
            require(key not in named, f"I2: page {fields['generation']} was removed and the root names it")
        video = key.split("/", 2)[1]
        stored = self.world.get("media", f"v/{video}/manifest.json") if key.startswith("v/") else None
        if stored:
            manifest = schema.load(Manifest, stored.body)
            require(key not in reachable(self.world, manifest, without=key), f"I2: {key} was removed and is reachable")


def grows(key: str, old: bytes, new: bytes) -> None:
    """I3: a list is a prefix of what it becomes, and nothing follows its end."""
    require(new.startswith(old), f"I3: {key} is no continuation of what it was")
    require(not old.endswith(ENDS) or new == old, f"I3: {key} changed after its end")


def require_named(world: World, key: str, body: bytes, without: str = "") -> set[str]:
    """I2: everything that a list names exists and is whole; give the names."""
    named: set[str] = set()
    span = (0, 0)
    for line in body.decode().splitlines():
        if match := RANGE.match(line):
            span = (int(match[1]), int(match[2]))
        elif line.startswith("#EXT-X-MAP"):
            named.add(_exists(world, key, line.split('"', 2)[1], without))
        elif line and not line.startswith("#"):
            name = _exists(world, key, line, without)
            stored = world.get("media", name)
            require(not stored or sum(span) == len(stored.body), f"I2: {name} is not as long as {key} says")
            named.add(name)
    return named


def _exists(world: World, key: str, relative: str, without: str) -> str:
    name = normpath(join(dirname(key), relative.partition("#")[0]))
    stored = world.get("media", name)
    require(stored or name == without, f"I2: {key} names {name}, which is not there")
    fields = keys.SEGMENTS.parse(name) or keys.INIT.parse(name)
    if stored and fields and world.names_hold:
        require(keys.digest(stored.body) == fields["hash"], f"I2: {name} has other bytes")
    return name


def reachable(world: World, manifest: Manifest, without: str = "") -> set[str]:
    """I2: all that a manifest leads to exists; give the keys. `without` has just been removed."""
    named = {picture.object for picture in manifest.posters} | {captions.object for captions in manifest.captions}
    playable = manifest.playable
    if playable:
        named |= {picture.object for picture in playable.posters} | {captions.object for captions in playable.captions}
        named |= {playable.storyboard} if playable.storyboard else set()
    for name in named:
        require(world.get("media", name) or name == without, f"I2: {manifest.id} names {name}, which is not there")
    if playable is None:
        return named
    lists = _lists(world, playable.main, without)
    for name in lists:
        stored = world.get("media", name)
        if stored:
            named |= require_named(world, name, stored.body, without)
            require(not playable.complete or stored.body.endswith(ENDS), f"I2: {name} of a complete video has no end")
    return named | lists | {playable.main}


def _lists(world: World, main: str, without: str) -> set[str]:
    stored = world.get("media", main)
    require(stored or main == without, f"I2: {main} is not there")
    lines = stored.body.decode().splitlines() if stored else []
    names = [line for line in lines if line and not line.startswith("#")]
    names += [line.split('URI="')[1].split('"', 1)[0] for line in lines if "URI=" in line]
    found = {normpath(join(dirname(main), name)) for name in names}
    for name in found:
        require(world.get("media", name) or name == without, f"I2: {main} names {name}, which is not there")
    return found


def root_is_right(world: World, root: Root) -> list[Entry]:
    """I7: every page is there, each video once, counted, newest first."""
    entries: list[Entry] = []
    for ref in root.pages:
        stored = world.get("media", ref.object)
        require(stored, f"I2: the root names {ref.object}, which is not there")
        entries.extend(schema.load(Page, stored.body).entries if stored else ())
    names = [entry.id for entry in entries]
    require(len(names) == len(set(names)) == root.count, f"I7: {names} in a root of {root.count}")
    require(list(root.newest) == entries[:48], "I7: the newest are not those of the pages")
    return entries


def at_rest(world: World, encoded: Iterable[Order], *, swept: bool) -> dict[str, str]:
    """Judge a world in which nothing moves; give each video's status. `encoded`: orders whose worker came to its end."""
    statuses: dict[str, str] = {}
    stems = sorted({name.stem for key in world.inbox if (name := read_name(key))})
    manifests = {stem: _read(world, stem) for stem in stems}
    for stem, manifest in manifests.items():
        statuses[stem] = _judge(world, stem, manifest)
        if swept and manifest:
            _nothing_left(world, manifest)
    for order in encoded:
        _ok_wins(world, order)
    _catalogue(world, [manifest for manifest in manifests.values() if manifest])
    require(not world.listing("work", keys.FRAGMENT.prefix()), "I7: a fragment is left")
    return statuses


def _ok_wins(world: World, order: Order) -> None:
    """R6: what a worker has finished counts, even if the sweep had given it up."""
    stored = world.get("media", keys.MANIFEST.key(id=order.id))
    if stored and order.unit and schema.load(Manifest, stored.body).rev == order.rev:
        key = keys.OK.key(id=order.id, rev=str(order.rev), unit=order.unit)
        require(world.get("work", key), f"R6: {key} is not there, and a worker finished it")


def _read(world: World, stem: str) -> Manifest | None:
    stored = world.get("media", keys.MANIFEST.key(id=keys.video_id(stem)))
    return schema.load(Manifest, stored.body) if stored else None


def _judge(world: World, stem: str, manifest: Manifest | None) -> str:
    """I1: the status is what the newest source deserves; words and captions are those of the inbox."""
    inventory = take_stock(stem, world.versions(stem + "."))
    if inventory.source is None:
        require(manifest is None or manifest.status == "deleted", f"I8: {stem} is deleted, and {manifest}")
        return "deleted" if manifest else "never"
    if manifest is None:
        raise BrokenError(f"I1: {stem} has a source and no manifest")
    stored = world.get("inbox", inventory.source.key, inventory.source.version)
    kind = stored.body.decode().split()[0] if stored else ""
    good = ("ready", "failed") if _gave_up(world, manifest) else ("ready",)
    chunks = int(stored.body.decode().split()[2]) if stored else 0
    allowed = {
        "good": good,
        "damaged": ("rejected", "failed") if _gave_up(world, manifest) else ("rejected",),
        "undecodable": ("failed",) if chunks > 1 else good,
        "crash": ("failed",),
        "flaky": ("ready", "failed"),
    }[kind]
    require(manifest.status in allowed, f"I1: {stem} is {kind} and ended {manifest.status}: {manifest.error}")
    _words(world, stem, manifest)
    _playlists(world, manifest)
    return manifest.status


def _words(world: World, stem: str, manifest: Manifest) -> None:
    inventory = take_stock(stem, world.versions(stem + "."))
    note = world.get("inbox", inventory.note.key, inventory.note.version) if inventory.note else None
    title = stem if note is None or note.body == b"{" else note.body.decode().split('"title":"')[1].split('"', 1)[0]
    require(manifest.title == title, f"I1: {stem} is called {manifest.title}, not {title}")
    wanted = {s.object.version for s in inventory.sidecars if s.kind == "captions"}
    shown = {fields["version"] for c in manifest.captions if (fields := keys.SIDE_CAPTIONS.parse(c.object))}
    require(shown <= wanted, f"I1: {stem} shows captions that are not in the inbox")
    missing = wanted - shown
    failed = {listed.key for listed in world.listing("work", keys.SIDE_ERROR.prefix(id=manifest.id))}
    unexplained = [v for v in missing if keys.SIDE_ERROR.key(id=manifest.id, version=v) not in failed]
    require(not unexplained, f"I1: {stem} lacks captions {unexplained}")


def _gave_up(world: World, manifest: Manifest) -> bool:
    """Whether a unit of the current rev died in the queue twice."""
    prefix = keys.ERROR.prefix(id=manifest.id, rev=str(manifest.rev))
    found = (world.get("work", listed.key) for listed in world.listing("work", prefix) if keys.ERROR.parse(listed.key))
    return any(schema.load(Failure, stored.body).verdict.code == "gave_up" for stored in found if stored)


def _playlists(world: World, manifest: Manifest) -> None:
    """I4: the lists of the current rev are a function of its receipts."""
    stored = world.get("work", keys.PLAN.key(id=manifest.id, rev=str(manifest.rev)))
    current = world.get("work", keys.CURRENT.key(id=manifest.id))
    if not stored or not current:
        return
    ok = {
        fields["unit"]: schema.load(Receipt, body.body)
        for listed in world.listing("work", keys.OK.prefix(id=manifest.id, rev=str(manifest.rev)))
        if (fields := keys.OK.parse(listed.key)) and (body := world.get("work", listed.key))
    }
    receipts = Receipts(ok=ok, errors={}, side_ok={}, side_errors={}, count=0)
    for write in playlists(Progress.of(schema.load(Current, current.body), schema.load(Plan, stored.body), receipts)):
        there = world.get("media", write.key)
        require(there and there.body == write.body, f"I4: {write.key} is not what its receipts say")


def _nothing_left(world: World, manifest: Manifest) -> None:
    """I8: after the sweep no object of a dead rev, of a lost attempt or of a deleted video is left, and no word."""
    media = {listed.key for listed in world.listing("media", f"v/{manifest.id}/")}
    revs = {manifest.rev, manifest.playable.rev if manifest.playable else None} - {None}
    named = {keys.MANIFEST.key(id=manifest.id)}
    receipts = [world.get("work", listed.key) for listed in world.listing("work", f"receipts/{manifest.id}/")]
    for stored in receipts:
        if stored and b'"receipt-1.json"' in stored.body:
            named |= set(objects(schema.load(Receipt, stored.body)))
    lists = {key for key in media if key.endswith((".m3u8", "storyboard.vtt")) and key.split("/")[2] in revs}
    orphans = {key for key in media - named - lists if not _without_receipt(world, key)}
    require(not orphans, f"I8: {sorted(orphans)} are left")
    for listed in world.listing("work", ""):
        if manifest.id in listed.key and (fields := keys.PLAN.parse(listed.key) or keys.OK.parse(listed.key)):
            require(fields["rev"] in revs, f"I8: {listed.key} of a dead rev is left")
    if manifest.status == "deleted":
        current = world.get("work", keys.CURRENT.key(id=manifest.id))
        require(current and b'"key"' not in current.body, f"I8: {manifest.id} is deleted and its words are left")
        require(media == {keys.MANIFEST.key(id=manifest.id)}, f"I8: {sorted(media)} of a deleted video are left")


def _without_receipt(world: World, key: str) -> bool:
    """Whether an object's unit was never finished: what it left goes with the rev."""
    fields = keys.SEGMENTS.parse(key) or keys.SPRITE.parse(key)
    if fields:
        return world.get("work", keys.OK.key(id=fields["id"], rev=fields["rev"], unit=fields["unit"])) is None
    if fields := keys.POSTER.parse(key):
        return world.get("work", keys.OK.key(id=fields["id"], rev=fields["rev"], unit="s")) is None
    if fields := keys.SIDE_CAPTIONS.parse(key):
        return world.get("work", keys.SIDE_OK.key(id=fields["id"], version=fields["version"])) is None
    return keys.INIT.parse(key) is not None


def _catalogue(world: World, manifests: Iterable[Manifest]) -> None:
    """I7: the catalogue and the pages say what the manifests say."""
    known = list(manifests)
    entries = {m.id: m.entry for m in known if m.entry and m.entry.visibility == "public"}
    stored = world.get("media", keys.ROOT.key())
    root = schema.load(Root, stored.body) if stored else None
    listed = {entry.id: entry for entry in root_is_right(world, root)} if root else {}
    require(listed == entries, f"I7: the catalogue has {sorted(listed)}, the manifests {sorted(entries)}")
    text = SiteText(title="Videos")
    if root:
        front = world.get("site", keys.INDEX_PAGE.key())
        require(front and front.body == index_page(root, text), "I7: the front page is not what the root says")
    for manifest in known:
        page = world.get("site", keys.WATCH_PAGE.key(id=manifest.id))
        if manifest.entry_number:
            require(page and page.body == watch_page(manifest, text), f"I7: the page of {manifest.id} is old")
