"""The project's own stages, each with one worker's view of the store, as Lambda would make them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from functions.api import retry as api
from functions.api.problem import Problem
from functions.catalogue import handler as catalogue
from functions.catalogue import pages, site
from functions.catalogue.pages import SiteText
from functions.common import events, inbox, keys
from functions.common.inbox import read_name
from functions.common.model import Item, Order
from functions.common.stage import Stage
from functions.common.store import Buckets
from functions.index import manifest, playlist
from functions.index.handler import Index
from functions.index.publish import Memory
from functions.ingest import handler as ingest
from functions.search import handler as search
from functions.search.bundles import Members
from functions.sweep import survey
from functions.sweep.handler import Sweep
from functions.sweep.reconcile import Patience, StageName
from functions.transcode import handler as transcode
from tests.simulation import door
from tests.simulation.door import WHOLE, Call
from tests.simulation.doubles import Log, NullHeart, Post, Prober
from tests.simulation.encoder import Encoder
from tests.simulation.scripts import Action
from tests.simulation.world import World

WARM = 2  # environments of one function, each with what it remembers
SMALL_PAGE = 3  # lines of a LIST; one in five comes so
TEXT = SiteText(title="Videos")


class Always(Patience):
    """No age rule: the sweep reminds whatever the age."""

    def over(self, age: int) -> bool:
        """Tell that any age is enough."""
        return age is not None


@dataclass
class Stages:
    """What the workers of a run share: the world, what warm functions remember, and the encoder's whims."""

    world: World
    chance: random.Random
    log: Log
    inexact: bool = False
    fixed_names: bool = False
    attempts: dict[str, int] = field(default_factory=dict)
    memories: list[Memory] = field(default_factory=lambda: [Memory() for _ in range(WARM)])
    read: list[catalogue.Memory] = field(default_factory=lambda: [catalogue.Memory() for _ in range(WARM)])
    found: list[dict[str, Members]] = field(default_factory=lambda: [{} for _ in range(WARM)])

    def stage(self, name: StageName, call: Call, made: list[Order]) -> Stage:
        """Make a stage. `made` takes the orders that its encoder came to the end of."""
        buckets, slot = self.buckets(call), self.chance.randrange(WARM)
        heart = NullHeart()
        match name:
            case "ingest":
                return Stage(ingest.stem_of, ingest.Ingest(buckets, Prober(self.world).plan).act, heart, self.log)
            case "transcode":
                encoder = Encoder(self.world, self.chance, self.inexact, self.fixed_names, self.attempts, made)
                stage = transcode.Transcode(buckets, encoder.make, lambda orders: self._send(call, orders), "")
                return Stage(transcode.order_of, stage.act, heart, self.log)
            case "index":
                return Stage(keys.id_of, Index(buckets, self.log, self.memories[slot]).act, heart, self.log)
            case "catalogue":
                return Stage(catalogue.name_of, catalogue.Catalogue(buckets, TEXT, self.read[slot]).act, heart, self.log)

    def _send(self, call: Call, orders: Sequence[str]) -> None:
        for order in orders:
            call("send", "transcode", lambda: self.world.send("transcode", events.body([order])))  # noqa: B023  # used at once

    def search(self, call: Call) -> search.Search:
        """Make a search that bundles without Pagefind."""
        return search.Search(self.buckets(call), self.log, bundle, self.found[self.chance.randrange(WARM)])

    def sweep(self, call: Call, said: list[str]) -> Sweep:
        """Make a sweep without an age rule and without grace. `said` takes what it sends and burns."""
        post = Post(self.world, call, said)
        return Sweep(self.buckets(call), post, self.log, Always(1), grace_s=0, unfinished=lambda _now: 0, memory=survey.Memory())

    def person(self, action: Action, call: Call) -> Callable[[], None]:
        """Give what a person does through the API, as work for a worker."""
        buckets = self.buckets(call)
        return (lambda: self._retry(buckets, action.key)) if action.what == "retry" else lambda: _delete(buckets, action.key)

    def _retry(self, buckets: Buckets, stem: str) -> None:
        def send(orders: list[str]) -> None:
            for order in orders:
                self.world.send("transcode", events.body([order]))

        try:
            api.retry(buckets.work, _item(stem), lambda orders: send(list(orders)))
        except Problem as refused:
            self.log.tell(f"retry refused: {refused}")

    def buckets(self, call: Call) -> Buckets:
        """Open the buckets for one worker."""
        return door.buckets(self.world, call, lambda: SMALL_PAGE if self.chance.random() < 0.2 else WHOLE)


def _delete(buckets: Buckets, stem: str) -> None:
    """Delete all that lies beside a source, as `functions.api.items` does."""
    live = [found for found in buckets.inbox.versions(f"{stem}.") if found.latest and not found.deleted]
    buckets.inbox.delete(found.key for found in live if (name := read_name(found.key)) and name.stem == stem)


def _item(stem: str) -> Item:
    return Item(
        item_id="",
        client_id="",
        created_at="2026-01-01T00:00:00Z",
        file_name="",
        file_size=0,
        content_type="",
        key=f"{stem}.mp4",
        video_id=keys.video_id(stem),
        upload_id="",
        part_size=0,
    )


def bundle(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Stand in for Pagefind: a file that holds all pages, and one for each."""
    fragments = {f"fragment/{keys.digest(page)}": page for page in pages.values()}
    return {"pagefind-entry.json": b"\n".join(pages[path] for path in sorted(pages)), **fragments}


list_page = lru_cache(maxsize=4096)(pages.list_page)
watch_page = lru_cache(maxsize=4096)(pages.watch_page)
FORMS = (*keys.WORK_FORMS, *keys.MEDIA_FORMS, *keys.SITE_FORMS)
SMALL = (
    *((keys, "video_id"), (inbox, "read_name"), (inbox, "timestamp"), (events, "quote_plus"), (events, "unquote_plus")),
    *((playlist, "relpath"), (playlist, "Fraction"), (manifest, "Fraction")),
)


@cache
def remember() -> None:
    """Let functions of values do equal work once: runs render the same pages and spell the same keys by the million.

    None of them is what a mutant changes.
    """
    catalogue.list_page = site.list_page = list_page  # type: ignore[attr-defined]
    catalogue.watch_page = watch_page  # type: ignore[attr-defined]
    for form in FORMS:
        vars(form).update(key=lru_cache(4096)(form.key), parse=lru_cache(4096)(form.parse))
    for module, name in SMALL:
        setattr(module, name, lru_cache(4096)(getattr(module, name)))
