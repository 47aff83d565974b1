"""catalogue: a video changed → the lists that it is in, the front page and the lists' pages, the video's own pages."""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from functions.catalogue import site
from functions.catalogue.pages import SiteText, embed_page, list_page, oembed, watch_page
from functions.catalogue.tree import EMPTY, Tree, change, grown, member
from functions.common import keys, schema
from functions.common.errors import Superseded
from functions.common.model import Directory, Document, Entry, Fragment, Manifest, Page, Ref, Release, Root
from functions.common.settings import CatalogueSettings
from functions.common.stage import Group, Stage
from functions.common.store import Bucket, Buckets, Look, Write
from functions.common.wiring import Lambda

MOST_LISTS = 50  # in memory: tags are small, and a function that has worked for days has touched all of them
REBUILD = "rebuild"  # a message that names this instead of a fragment renews the front page after a deployment


@dataclass
class Memory:
    """Each list's pages and directories, and the sitemap's parts by directory, as of the last time. They never change."""

    read: dict[str, dict[str, Page | Directory]] = field(default_factory=dict)
    parts: dict[str, Write] = field(default_factory=dict)

    def keep(self, name: str, parts: dict[str, Page | Directory]) -> None:
        """Remember a list as it is now, and forget the one that was kept first, but never that of all videos."""
        self.read[name] = parts
        if len(self.read) > MOST_LISTS:
            del self.read[next(kept for kept in self.read if kept != keys.ALL)]


@dataclass(frozen=True)
class Catalogue:
    """The stage, with its store, the site's words, and what it remembers."""

    buckets: Buckets
    text: SiteText
    memory: Memory = field(default_factory=Memory)

    def act(self, group: Group) -> None:
        """Bring a batch of videos into the catalogue; only when all is written do the fragments go."""
        videos = sorted({video for key in group.keys if (video := keys.id_of(key))})
        lists = {keys.ALL: videos}
        for video in videos:
            manifest = self._manifest(video)
            for name in manifest.lists if manifest else ():
                lists.setdefault(name, []).append(video)
        for name, changed in lists.items():
            self._derive_list(name, changed)
            self._derive_list_page(name)
        for video in videos:
            self._derive_page(video)
            self._tell_search(video)
        self.buckets.work.delete(key for key in group.keys if keys.FRAGMENT.parse(key))

    def _derive_list(self, name: str, videos: Sequence[str]) -> None:
        key = keys.ROOT.key(list=name)

        def compute(look: Look) -> Sequence[Write]:
            body = look(key)
            tree = self._tree(name, schema.load(Root, body) if body else EMPTY.root)
            entries = change(tree.entries, {video: self._entry(video, name) for video in videos})
            if body is None and not entries and name != keys.ALL:
                return ()  # a tag of unlisted videos alone has no list
            root, parts = grown(tree, entries, name)
            for part in parts:
                self.buckets.media.create(part.key, part.body)
            return (Write(key, schema.dump(root)),)

        self.buckets.media.derive(compute)

    def _derive_list_page(self, name: str) -> None:
        """Render a list's newest videos; for that of all videos the front page, the feeds and the sitemap."""
        self.buckets.site.derive(lambda look: self._pages_of(name, look))

    def _pages_of(self, name: str, look: Look) -> Sequence[Write]:
        targets = site.FRONT if name == keys.ALL else (keys.LIST_PAGE.key(list=name),)
        for key in targets:
            look(key)
        root, text = self._root(name), self._released()
        if name != keys.ALL:
            return (Write(keys.LIST_PAGE.key(list=name), list_page(root, name, text)),) if root != EMPTY.root else ()
        self.memory.parts = site.sitemap_parts(self._tree(name, root), text, self.memory.parts)
        known = site.parts_named(look.seen[keys.SITEMAP.key()])
        for part in self.memory.parts.values():
            if part.key not in known:
                self.buckets.site.create(part.key, part.body)
        return site.front(root, list(self.memory.parts.values()), text)

    def _derive_page(self, video: str) -> None:
        """Render a video's own page; for other sites, where they can find this one, the page for frames and what tells of it."""
        framed = {keys.EMBED_PAGE: embed_page, keys.OEMBED: oembed} if self.text.url else {}
        forms = {keys.WATCH_PAGE: watch_page, **framed}

        def compute(look: Look) -> Sequence[Write]:
            for form in forms:
                look(form.key(id=video))
            manifest, text = self._manifest(video), self._released()
            return [Write(form.key(id=video), render(shown(manifest), text)) for form, render in forms.items() if manifest]

        self.buckets.site.derive(compute)

    def _tell_search(self, video: str) -> None:
        manifest = self._manifest(video)
        if manifest and manifest.entry_number:
            hint = keys.UNSEARCHED.key(id=video, number=manifest.entry_number)
            self.buckets.work.create(hint, schema.dump(Fragment(id=video)))

    def _root(self, name: str) -> Root:
        return _load(Root, self.buckets.media, keys.ROOT.key(list=name)) or EMPTY.root

    def _tree(self, name: str, root: Root) -> Tree:
        if root is EMPTY.root:
            return EMPTY
        known, kept = self.memory.read.get(name, {}), dict[str, Page | Directory]()
        directories = self._parts(Directory, root.directories, known, kept)
        pages = self._parts(Page, [ref for directory in directories for ref in directory.pages], known, kept)
        self.memory.keep(name, kept)
        return Tree(root, directories, pages)

    def _parts[D: (Page, Directory)](
        self, kind: type[D], refs: Sequence[Ref], known: dict[str, Page | Directory], kept: dict[str, Page | Directory]
    ) -> tuple[D, ...]:
        """Give what some refs name: what was known, and the rest read side by side."""
        names = [ref.object for ref in refs]
        unknown = [name for name in names if name not in known]
        for name, body in zip(unknown, self.buckets.media.read_all(unknown), strict=True):
            if body is None:
                raise Superseded(name)
            known[name] = schema.load(kind, body)
        kept.update((name, known[name]) for name in names)
        return tuple(part for name in names if isinstance(part := kept[name], kind))

    def _released(self) -> SiteText:
        """Give the site's words with the files of its release, which may have changed since the last page."""
        release = _load(Release, self.buckets.site, keys.RELEASE.key())
        return replace(self.text, files=release.files) if release else self.text

    def _manifest(self, video: str) -> Manifest | None:
        return _load(Manifest, self.buckets.media, keys.MANIFEST.key(id=video))

    def _entry(self, video: str, name: str) -> Entry | None:
        manifest = self._manifest(video)
        return manifest.entry if manifest and member(manifest.entry, name) else None


def shown(manifest: Manifest) -> Manifest:
    """Give what a video's own page may say: no word before it has an entry, since only a change of the entry makes a fragment."""
    if manifest.entry:
        return manifest
    return Manifest(
        id=manifest.id, generation=manifest.generation, current_generation=manifest.current_generation, status="deleted"
    )


def _load[D: Document](kind: type[D], media: Bucket, key: str) -> D | None:
    body = media.read(key)
    return schema.load(kind, body) if body else None


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
