"""What must hold when nothing moves any more (I1, I4, I7, I8)."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from functions.catalogue.handler import shown
from functions.catalogue.site import front
from functions.catalogue.tree import member
from functions.common import keys
from functions.common.inbox import Inventory, read_name, take_stock
from functions.common.labels import labels
from functions.common.model import Current, Document, Entry, Failure, Live, Manifest, Note, Order, Plan, Receipt, Root
from functions.common.note import read_note
from functions.common.orders import OrderKeys, makers
from functions.common.schema import load
from functions.common.store import Write
from functions.index.manifest import playlists
from functions.index.progress import Progress, Receipts
from functions.sweep.burial import objects
from tests.simulation.doubles import meant
from tests.simulation.published import parts, reachable, require, root_is_right, searched, stored_manifest, stored_root
from tests.simulation.stages import TEXT, list_page, watch_page
from tests.simulation.world import World

SIDE_FORMS = (keys.SIDE_ORDER, keys.SIDE_OK, keys.SIDE_ERROR, keys.SIDE_CAPTIONS, keys.SIDE_POSTER)
OF_A_REV = (*(keys.PLAN, keys.ORDER, keys.OK, keys.ERROR), *(keys.MAIN, keys.PLAYLIST, keys.INIT, keys.SEGMENTS))
REV_FORMS = (*OF_A_REV, *SIDE_FORMS, keys.STORYBOARD, keys.SPRITE, keys.POSTER, keys.IMAGE)
read_words = lru_cache(maxsize=256)(read_note)


def at_rest(world: World, encoded: Iterable[Order], *, swept: bool) -> dict[str, str]:
    """Judge a world in which nothing moves; give each video's status. `encoded`: orders whose worker came to its end."""
    statuses: dict[str, str] = {}
    for stem in sorted({name.stem for key in world.inbox if (name := read_name(key))}):
        manifest = stored_manifest(world, keys.video_id(stem))
        statuses[stem] = _status(world, stem, manifest)
        if manifest:
            reachable(world, manifest)
            _nothing_left(world, manifest, swept=swept)
    for order in encoded:
        _ok_wins(world, order)
    _catalogue(world, [found for stem in statuses if (found := stored_manifest(world, keys.video_id(stem)))], swept=swept)
    for form in (keys.FRAGMENT, keys.UNSEARCHED):
        require(not world.listing("work", form.prefix()), f"I7: a hint is left in {form.prefix()}")
    return statuses


def _read[D: Document](world: World, kind: type[D], key: str) -> D | None:
    kept = world.objects["work"].get(key)
    return load(kind, kept.body) if kept else None


def _status(world: World, stem: str, manifest: Manifest | None) -> str:
    """I1: the status is what the newest source deserves; words and sidecars are those of the inbox."""
    inventory = take_stock(stem, world.versions(stem + "."))
    if inventory.source is None:
        require(manifest is None or manifest.status == "deleted", f"I1: {stem} is deleted, and {manifest}")
        return "deleted" if manifest else "never"
    require(manifest, f"I1: {stem} has a source and no manifest")
    current = _read(world, Current, keys.CURRENT.key(id=keys.video_id(stem)))
    require(current and current.source == inventory.source, f"I1: {stem} is not of the inbox's newest version")
    if manifest is None or current is None:
        return ""
    allowed = _deserved(world, inventory, manifest)
    require(manifest.status in allowed, f"I1: {stem} ended {manifest.status}, not {allowed}: {manifest.error}")
    require((manifest.rev, manifest.current_generation) == (current.rev, current.generation), f"I1: {stem} is of an old rev")
    note = _note(world, inventory)
    _words(inventory, note, manifest)
    _sidecars(world, inventory, note, current, manifest)
    _lists(world, manifest, current)
    return manifest.status


def _deserved(world: World, inventory: Inventory, manifest: Manifest) -> tuple[str, ...]:
    stored = inventory.source and world.get("inbox", inventory.source.key, inventory.source.version)
    kind, chunks = meant(stored.body.decode()) if stored else ("", 0)
    deserved = {
        "good": "ready",
        "plain": "ready",
        "whole": "ready",
        "blank": "ready",
        "damaged": "rejected",
        "undecodable": "failed" if chunks > 1 else "ready",
        "crash": "failed",
        "flaky": "ready",
        "picture": "ready",
        "bad picture": "failed",
    }[kind]
    return (deserved, "failed") if kind == "flaky" or _gave_up(world, manifest) else (deserved,)


def _gave_up(world: World, manifest: Manifest) -> bool:
    """Whether a unit of the current rev died in the queue twice."""
    prefix = keys.ERROR.prefix(id=manifest.id, rev=str(manifest.rev))
    listed = [found.key for found in world.listing("work", prefix) if keys.ERROR.parse(found.key)]
    failures = [_read(world, Failure, key) for key in listed]
    return any(failure and failure.verdict.code == "gave_up" for failure in failures)


def _note(world: World, inventory: Inventory) -> Note:
    stored = world.get("inbox", inventory.note.key, inventory.note.version) if inventory.note else None
    return read_words(stored.body, "note")[0] if stored else Note()


def _words(inventory: Inventory, note: Note, manifest: Manifest) -> None:
    stem = inventory.source.key.rpartition(".")[0] if inventory.source else ""
    shown = (manifest.title, manifest.tags, manifest.visibility)
    require(shown == (note.title or stem, note.tags, note.visibility), f"I1: {stem} says {shown}")
    require(note.date in (None, manifest.date), f"I1: {stem} is of {manifest.date}")


def _sidecars(world: World, inventory: Inventory, note: Note, current: Current, manifest: Manifest) -> None:
    """I1: exactly the sidecars that are in the inbox, or that its note chooses, and could be read are shown."""
    receipts = [OrderKeys.of_sidecar(manifest.id, sidecar.rev) for sidecar in current.sidecars]
    dropped = any(sidecar.kind == "poster" for sidecar in inventory.sidecars)
    chosen = [note.poster_at] if note.poster_at is not None and inventory.filmed and not dropped else []
    require(len(receipts) == len(inventory.sidecars) + len(chosen), f"I1: {manifest.id} has other sidecars than the inbox")
    moments = [sidecar.at_s for sidecar in current.sidecars if sidecar.kind == "moment"]
    require(moments == chosen, f"I1: {manifest.id} has the poster of {moments}, not of {chosen}")
    made = [_read(world, Receipt, key.ok) for key in receipts]
    silent = [key for key, receipt in zip(receipts, made, strict=True) if not receipt and not _read(world, Failure, key.error)]
    given_up = keys.ERROR.key(id=manifest.id, rev=str(manifest.rev), unit="ingest") in world.objects["work"]  # it orders both
    require(given_up or not silent, f"I1: nothing came of {silent}")
    shown = {captions.object for captions in manifest.captions} | {picture.object for picture in manifest.posters}
    wanted = {name for receipt in made if receipt for name in objects(receipt)}
    require(shown == wanted, f"I1: {manifest.id} shows {sorted(shown)} beside it, not {sorted(wanted)}")


def _lists(world: World, manifest: Manifest, current: Current) -> None:
    """I4: the lists of the current rev are a function of its receipts."""
    plan = _read(world, Plan, keys.PLAN.key(id=manifest.id, rev=str(manifest.rev)))
    if plan is None:
        return
    listed = world.listing("work", keys.OK.prefix(id=manifest.id, rev=str(manifest.rev)))
    ok = {
        fields["unit"]: receipt
        for found in listed
        if (fields := keys.OK.parse(found.key)) and (receipt := _read(world, Receipt, found.key))
    }
    receipts = Receipts(ok=ok, errors={}, side_ok={}, side_errors={}, count=0)
    for write in playlists(Progress.of(current, plan, receipts)):
        kept = world.objects["media"].get(write.key)
        require(kept and kept.body == write.body, f"I4: {write.key} is not what its receipts say")


def _nothing_left(world: World, manifest: Manifest, *, swept: bool) -> None:
    """I8: no word of a deleted video is left; after the sweep no object of a dead rev, a lost attempt or a gone sidecar."""
    current = _read(world, Current, keys.CURRENT.key(id=manifest.id))
    if manifest.status == "deleted":
        bare = Current(id=manifest.id, generation=manifest.current_generation, adoption=current.adoption if current else 0)
        known = current and replace(current, had_source=False, filmed=False)
        require(known in (bare, None), f"I8: {manifest.id} is deleted and its words are left: {current}")
        numbers = (manifest.entry, manifest.title, manifest.description, manifest.playable, manifest.error, manifest.problems)
        require(not any(numbers), f"I8: {manifest.id} is deleted and its words are left: {manifest}")
    if not swept or current is None:
        return
    revs = {current.rev, manifest.playable.rev if manifest.playable else None, *(side.rev for side in current.sidecars)}
    for key in [*_of(world, "work", manifest.id), *_of(world, "media", manifest.id)]:
        of_rev = next((fields for form in REV_FORMS if (fields := form.parse(key))), None)
        require(of_rev is None or of_rev["rev"] in revs, f"I8: {key} of a dead rev or a gone sidecar is left")
    _no_orphan(world, manifest.id)
    _no_old_order(world, manifest)
    _no_old_bytes(world, manifest)


def _of(world: World, bucket: str, video: str) -> list[str]:
    return [key for key in world.objects[bucket] if video in key]


def _no_orphan(world: World, video: str) -> None:
    """Of each thing that a unit made, only what its receipt names is left."""
    committed = {key for key in _of(world, "work", video) if key.endswith(".ok.json")}
    named = {name for key in committed if (receipt := _read(world, Receipt, key)) for name in objects(receipt)}
    for key in _of(world, "media", video):
        unit = next((fields for form in (keys.SEGMENTS, keys.SPRITE) if (fields := form.parse(key))), None)
        poster, image = keys.POSTER.parse(key), keys.IMAGE.parse(key)
        side = keys.SIDE_CAPTIONS.parse(key) or keys.SIDE_POSTER.parse(key)
        made_by = None
        if unit:
            made_by = keys.OK.key(id=video, rev=unit["rev"], unit=unit["unit"])
        elif poster:
            made_by = keys.OK.key(id=video, rev=poster["rev"], unit="s")
        elif image:
            made_by = keys.OK.key(id=video, rev=image["rev"], unit="i")
        elif init := keys.INIT.parse(key):
            made_by = _last_of(world, init)
        elif side:
            made_by = keys.SIDE_OK.key(id=video, rev=side["rev"])
        require(made_by not in committed or key in named, f"I8: {key} of a lost attempt is left")


def _last_of(world: World, init: dict[str, str]) -> str | None:
    """Give the receipt of one unit of an init's rendition if all of them are there."""
    plan = _read(world, Plan, keys.PLAN.key(id=init["id"], rev=init["rev"]))
    current = _read(world, Current, keys.CURRENT.key(id=init["id"]))
    if plan is None or current is None or current.rev != plan.rev:
        return None
    done = [OrderKeys.of_unit(plan.id, plan.rev, unit).ok for unit in makers(plan, init["rendition"])]
    return done[0] if all(key in world.objects["work"] for key in done) else None


def _no_old_order(world: World, manifest: Manifest) -> None:
    if manifest.status == "ready":
        orders = [key for key in _of(world, "work", manifest.id) if OrderKeys.parse(key)]
        require(not orders, f"I8: {orders} of a ready video are left")


def _no_old_bytes(world: World, manifest: Manifest) -> None:
    if manifest.status == "deleted":
        names = ((version.key, version) for version in world.versions("") if not version.deleted and not version.latest)
        old = [key for key, version in names if (name := read_name(key)) and keys.video_id(name.stem) == manifest.id]
        require(not old, f"I8: bytes of {old}, which is deleted, are left in the inbox")


def _ok_wins(world: World, order: Order) -> None:
    """R6: what a worker has finished counts, even if the sweep had given it up."""
    manifest = stored_manifest(world, order.id)
    if manifest and order.unit and manifest.rev == order.rev:
        key = keys.OK.key(id=order.id, rev=str(order.rev), unit=order.unit)
        require(key in world.objects["work"], f"R6: {key} is not there, and a worker finished it")


def _catalogue(world: World, manifests: Iterable[Manifest], *, swept: bool) -> None:
    """I7: the lists and the pages say what the manifests say; no old page is left."""
    known = list(manifests)
    entries = {each.id: each.entry for each in known if each.entry and each.entry.visibility == "public"}
    shown_in = {label.list for entry in entries.values() for label in labels(entry)}
    stored = {fields["list"] for key in world.objects["media"] if (fields := keys.ROOT.parse(key))}
    require(shown_in <= stored, f"I7: {shown_in - stored} has no list")
    for name in sorted(stored):
        _list(world, name, {video: entry for video, entry in entries.items() if member(entry, name)}, swept=swept)
    require(stored or not entries, "I7: there is no catalogue")
    _search(world, {video: manifest.entry_number for manifest in known for video in [manifest.id] if video in entries}, swept=swept)
    site = world.objects["site"]
    for manifest in known:
        page = site.get(keys.WATCH_PAGE.key(id=manifest.id))
        if manifest.entry_number:
            require(page and page.body == watch_page(shown(manifest), TEXT), f"I7: the page of {manifest.id} is old")


def _list(world: World, name: str, entries: dict[str, Entry], *, swept: bool) -> None:
    """I7: one list, its pages and what it is rendered as."""
    root = stored_root(world, name) or Root(generation=0)
    listed = {entry.id: entry for entry in root_is_right(world, root).entries}
    require(listed == entries, f"I7: the list {name} has {sorted(listed)}, the manifests {sorted(entries)}")
    rendered = front(root, (), TEXT) if name == keys.ALL else [Write(f"lists/{name}.html", list_page(root, name, TEXT))]
    for page in rendered:
        there = world.objects["site"].get(page.key)
        require(there and there.body == page.body, f"I7: {page.key} is not what its list says")
    named = parts(world, root)
    made = [(key, keys.PAGE.parse(key) or keys.DIRECTORY.parse(key)) for key in world.objects["media"]]
    of_list = [(key, int(fields["generation"])) for key, fields in made if fields and fields["list"] == name]
    old = [key for key, generation in of_list if generation <= root.generation and key not in named]
    require(not swept or not old, f"I8: {old} are left")


def _search(world: World, entries: dict[str, int], *, swept: bool) -> None:
    """I7: what is searched is what is public, by its newest entry; I8: no old bundle is left."""
    kept = world.objects["media"].get(keys.LIVE.key())
    live = load(Live, kept.body) if kept else Live(generation=0)
    found = searched(world, live)
    require(found == entries, f"I7: {found} is searched, and {entries} is public")
    named = {bundle.members.split("/")[1] for bundle in live.bundles}
    made = [(key, keys.MEMBERS.parse(key) or keys.BUNDLE_FILE.parse(key)) for key in world.objects["media"]]
    old = [key for key, at in made if at and int(at["generation"]) <= live.generation and key.split("/")[1] not in named]
    require(not swept or not old, f"I8: {old} are left")
