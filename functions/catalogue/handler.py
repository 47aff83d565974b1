"""catalogue: a video changed → root and pages, the front page, the video's own page."""

import functools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from functions.catalogue.pages import SiteText, atom_feed, index_page, json_feed, watch_page
from functions.catalogue.tree import EMPTY, Tree, change, grown
from functions.common import keys, schema
from functions.common.model import Entry, Manifest, Page, Root
from functions.common.settings import CatalogueSettings
from functions.common.stage import Group, Stage
from functions.common.store import Bucket, Buckets, Look, Write
from functions.common.wiring import Lambda

REBUILD = "rebuild"  # a message that names this instead of a fragment renews the front page after a deployment
FRONT = {keys.INDEX_PAGE: index_page, keys.ATOM_FEED: atom_feed, keys.JSON_FEED: json_feed}


@dataclass(frozen=True)
class Catalogue:
    """The stage, with its store, the site's words, and the pages that it has read, which never change."""

    buckets: Buckets
    text: SiteText
    read: dict[str, Page] = field(default_factory=dict)

    def act(self, group: Group) -> None:
        """Bring a batch of videos into the catalogue; only when all is written do the fragments go."""
        videos = sorted({video for key in group.keys if (video := keys.id_of(key))})
        self._derive_root(videos)
        self._derive_front()
        for video in videos:
            self._derive_page(video)
        self.buckets.work.delete(key for key in group.keys if keys.FRAGMENT.parse(key))

    def _derive_root(self, videos: Iterable[str]) -> None:
        key = keys.ROOT.key()

        def compute(look: Look) -> Sequence[Write]:
            tree = self._tree(look(key))
            changes = {video: self._entry(video) for video in videos}
            root, pages = grown(tree, change(tree.entries, changes))
            for page in pages:
                self.buckets.media.create(page.key, page.body)
            return (Write(key, schema.dump(root)),)

        self.buckets.media.derive(compute)

    def _derive_front(self) -> None:
        """Render what shows the newest videos: the front page and the feeds."""

        def compute(look: Look) -> Sequence[Write]:
            for form in FRONT:
                look(form.key())
            body = self.buckets.media.read(keys.ROOT.key())
            root = schema.load(Root, body) if body else EMPTY.root
            return [Write(form.key(), render(root, self.text)) for form, render in FRONT.items()]

        self.buckets.site.derive(compute)

    def _derive_page(self, video: str) -> None:
        key = keys.WATCH_PAGE.key(id=video)

        def compute(look: Look) -> Sequence[Write]:
            look(key)
            manifest = self._manifest(video)
            return (Write(key, watch_page(shown(manifest), self.text)),) if manifest else ()

        self.buckets.site.derive(compute)

    def _tree(self, body: bytes | None) -> Tree:
        if body is None:
            return EMPTY
        root = schema.load(Root, body)
        return Tree(root, tuple(self._page(ref.object) for ref in root.pages))

    def _page(self, key: str) -> Page:
        if key not in self.read:
            body = self.buckets.media.read(key)
            if body is None:
                raise Superseded(key)
            self.read[key] = schema.load(Page, body)
        return self.read[key]

    def _manifest(self, video: str) -> Manifest | None:
        return _load(self.buckets.media, keys.MANIFEST.key(id=video))

    def _entry(self, video: str) -> Entry | None:
        manifest = self._manifest(video)
        return manifest.entry if manifest else None


def shown(manifest: Manifest) -> Manifest:
    """Give what a video's own page may say: no word before it has an entry, since only a change of the entry makes a fragment."""
    if manifest.entry:
        return manifest
    return Manifest(
        id=manifest.id, generation=manifest.generation, current_generation=manifest.current_generation, status="deleted"
    )


class Superseded(Exception):  # noqa: N818  # the queue brings the batch back, and it reads the newer root
    """The root that was read is no longer the root, and a page of it has been collected."""


def _load(media: Bucket, key: str) -> Manifest | None:
    body = media.read(key)
    return schema.load(Manifest, body) if body else None


def name_of(key: str) -> str | None:
    """All fragments of a batch, whichever videos they name, are one piece of work."""
    return "catalogue" if keys.FRAGMENT.parse(key) or key == REBUILD else None


@functools.cache
def _stage() -> Stage:
    parts = Lambda.of("catalogue", os.environ)
    settings = CatalogueSettings.of(os.environ)
    text = SiteText(title=settings.site_title, url=settings.site_url, media=settings.media_url)
    return Stage(name_of, Catalogue(parts.buckets, text).act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the catalogue queue."""
    return _stage().handle(event)
