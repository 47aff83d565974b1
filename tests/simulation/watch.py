"""What must hold at each write and delete. Some breaches heal within a few steps: at rest nobody would see them."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from functions.common import keys
from functions.common.inbox import read_name, take_stock
from functions.common.model import Current, Live, Manifest, Order, Root
from functions.common.schema import dump, load
from tests.simulation.published import ENDS, parts, reachable, require, root_is_right, searched, stored_manifest, stored_root
from tests.simulation.world import World

NEVER_CHANGE = (keys.PLAN, keys.ORDER, keys.SIDE_ORDER, keys.OK, keys.SIDE_OK, keys.PAGE, keys.DIRECTORY, keys.MEMBERS)


@dataclass
class Watch:
    """Looks at every change as it happens. `left`: the revs that each video has stopped to show.

    `stocks`: what the inbox has said of each video, in turn; `said`: which of them its `current` said last.
    """

    world: World
    once: dict[str, bytes] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)
    stocks: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def __call__(self, bucket: str, key: str, old: bytes | None, new: bytes | None) -> None:
        """Judge one change."""
        if bucket == "inbox":
            self._take_stock(key)
        elif new is not None and keys.CURRENT.parse(key):
            self._goes_on(load(Current, new))
        if new is not None and any(form.parse(key) for form in NEVER_CHANGE):
            self._never_changes(key, old, new)
        if bucket == "media":
            self._public(key, old, new)

    def _take_stock(self, key: str) -> None:
        if name := read_name(key):
            stock = take_stock(name.stem, self.world.versions(name.stem + "."))
            says = (stock.source, stock.note, *stock.sidecars) if stock.source else ()
            self.stocks.setdefault(keys.video_id(name.stem), []).append(says)

    def _goes_on(self, current: Current) -> None:
        """I8: `current` never says what the inbox said before that which it said last."""
        sidecars = (replace(sidecar, adopted=0, first="") for sidecar in current.sidecars if sidecar.kind != "moment")
        says = (current.source, current.note_object, *sidecars) if current.source else ()
        said = self.said.get(current.id, 0)
        places = [place for place, stock in enumerate(self.stocks.get(current.id, [])) if stock == says]
        # a listing of several pages may say what never was, also if it was so at another time
        if places and not any(keys.video_id(prefix.removesuffix(".")) == current.id for prefix in self.world.pieced):
            require(places[-1] >= said, f"I8: the current of {current.id} went back in time")
            self.said[current.id] = next(place for place in places if place >= said)

    def _never_changes(self, key: str, old: bytes | None, new: bytes) -> None:
        """I6: a plan, an order, a receipt, a page is one thing for ever. A deleted receipt may be made again, by another.

        So may an order that is done, by a slow ingest that finds the earlier rev no more: what it would have spared is a hint.
        """
        new = dump(replace(load(Order, new), earlier=None)) if keys.ORDER.parse(key) else new
        made_again = old is None and (keys.OK.parse(key) or keys.SIDE_OK.parse(key) or self._dead(key))
        require(made_again or self.once.get(key, new) == new, f"I6: {key} was written with other bytes")
        self.once[key] = new

    def _dead(self, key: str) -> bool:
        """Whether a plan or an order is of a rev that nobody wants: a late worker may have made it of nothing."""
        fields = keys.PLAN.parse(key) or keys.ORDER.parse(key)
        kept = self.world.objects["work"].get(keys.CURRENT.key(id=fields["id"])) if fields else None
        return fields is not None and kept is not None and load(Current, kept.body).rev != fields["rev"]

    def _buried(self, video: str, rev: str) -> bool:
        """Whether the sweep removes a rev, its plan first: a worker of before may write a list of the receipts that are left."""
        return keys.PLAN.key(id=video, rev=rev) not in self.world.objects["work"]

    def _public(self, key: str, old: bytes | None, new: bytes | None) -> None:
        if keys.MANIFEST.parse(key):
            self._manifest(key, old, new)
        elif keys.ROOT.parse(key):
            require(new, f"I7: {key} was removed")
            root_is_right(self.world, load(Root, new or b""))
        elif key == keys.LIVE.key():
            searched(self.world, load(Live, new or b""))
        elif fields := keys.PLAYLIST.parse(key) or keys.MAIN.parse(key):
            if new is not None and keys.PLAYLIST.parse(key) and not self._buried(fields["id"], fields["rev"]):
                grows(key, old or b"", new)
            self._part_of_video(key, fields["id"], fields["rev"], removed=new is None)
        elif new is None:
            self._removed(key)

    def _manifest(self, key: str, old: bytes | None, new: bytes | None) -> None:
        require(new, f"I8: {key} was removed")
        manifest = load(Manifest, new or b"")
        reachable(self.world, manifest)
        before = load(Manifest, old) if old else None
        if before is None:
            return
        require(manifest.current_generation >= before.current_generation, f"I8: {manifest.id} went back in time")
        require(manifest.generation == before.generation + 1, f"I8: {manifest.id} did not count")
        was, now = (each.playable.rev if each.playable else None for each in (before, manifest))
        if was and was != now:
            self.left.setdefault(manifest.id, set()).add(was)
        require(now not in self.left.get(manifest.id, ()), f"I8: {manifest.id} shows {now} again, which it had left")

    def _removed(self, key: str) -> None:
        if fields := keys.PAGE.parse(key) or keys.DIRECTORY.parse(key):
            root = stored_root(self.world, fields["list"])
            require(root is None or key not in parts(self.world, root, key), f"I2: {key} was removed and its root names it")
            return
        if keys.MEMBERS.parse(key) or keys.BUNDLE_FILE.parse(key):
            kept = self.world.objects["media"].get(keys.LIVE.key())
            named = {bundle.members.split("/")[1] for bundle in load(Live, kept.body).bundles} if kept else set()
            require(key.split("/")[1] not in named, f"I2: {key} was removed and is searched")
            return
        _, video, rev, *_ = key.split("/")  # v/<id>/<rev or side>/…
        self._part_of_video(key, video, rev, removed=True)

    def _part_of_video(self, key: str, video: str, rev: str, *, removed: bool) -> None:
        """I2: what is shown stays whole."""
        manifest = stored_manifest(self.world, video)
        if manifest and (rev == keys.SIDE or (manifest.playable and manifest.playable.rev == rev)):
            names = reachable(self.world, manifest, without=key if removed else "")
            require(not removed or key not in names, f"I2: {key} was removed and is shown")


def grows(key: str, old: bytes, new: bytes) -> None:
    """I3: a list is a prefix of what it becomes, and nothing follows its end."""
    require(new.startswith(old), f"I3: {key} is no continuation of what it was")
    require(not old.endswith(ENDS) or new == old, f"I3: {key} changed after its end")
