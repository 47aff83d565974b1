"""What stands once for the whole site: the front page, the feeds, the sitemap. PURE.

Feeds, sitemap and robots.txt are read by other programs, so they have addresses where the site's own is known.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from functions.catalogue.pages import ENTRY_ID, UNTITLED, SiteText, list_page, render, still_of
from functions.catalogue.tree import Tree
from functions.common import keys
from functions.common.model import Entry, Root
from functions.common.store import Stored, Write

FRONT: Final = tuple(form.key() for form in (keys.INDEX_PAGE, keys.ATOM_FEED, keys.JSON_FEED, keys.ROBOTS, keys.SITEMAP))
_PART: Final = re.compile(rb"sitemaps/[0-9]+-[0-9a-f]{16}\.xml")


def front(root: Root, parts: Sequence[Write], site: SiteText) -> list[Write]:
    """Render all of it; `parts` are the sitemap's, which must be there before it."""
    return [
        Write(keys.INDEX_PAGE.key(), list_page(root, keys.ALL, site)),
        Write(keys.ATOM_FEED.key(), atom_feed(root, site)),
        Write(keys.JSON_FEED.key(), json_feed(root, site)),
        Write(keys.ROBOTS.key(), render("robots.txt", site=site, sitemap=bool(parts))),
        *([Write(keys.SITEMAP.key(), render("sitemap.xml", site=site, parts=parts))] if parts else []),
    ]


def atom_feed(root: Root, site: SiteText) -> bytes:
    """Render the newest videos as an Atom feed (RFC 4287). Links are relative to the feed where the site's address is unknown."""
    return render("feed.xml", root=root, site=site)


def json_feed(root: Root, site: SiteText) -> bytes:
    """Write the newest videos as a JSON Feed 1.1 (jsonfeed.org)."""
    items = [
        {
            "id": f"{ENTRY_ID}{entry.id}",
            "url": f"{site.url}w/{entry.id}.html",
            "title": entry.title or UNTITLED,
            "content_text": entry.title or UNTITLED,
            "date_published": entry.date,
            **({"image": site.media + still_of(entry.posters).object} if site.media and entry.posters else {}),
            **({"tags": [tag.name for tag in entry.tags]} if entry.tags else {}),
            **({"authors": [{"name": entry.channel.name}]} if entry.channel else {}),
        }
        for entry in root.newest
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": site.title, "language": site.language}
    links = {"home_page_url": f"{site.url}index.html", "feed_url": f"{site.url}feed.json"} if site.url else {}
    return msgspec.json.format(msgspec.json.encode({**feed, **links, "items": items}), indent=1)


def sitemap_parts(tree: Tree, site: SiteText, known: Mapping[str, Write]) -> dict[str, Write]:
    """List the videos' pages for search engines (sitemaps.org): one file for each of the catalogue's directories, by its key.

    So a change rewrites one file of some 500 addresses, of which 50,000 are allowed. `known` are those that were made before. None
    where the site's own address is unknown: a sitemap has no relative ones.
    """
    if not site.url:
        return {}
    pages, parts = iter(tree.pages), dict[str, Write]()
    for directory, ref in zip(tree.directories, tree.root.directories, strict=True):
        entries = [entry for _, page in zip(directory.pages, pages, strict=False) for entry in page.entries]
        parts[ref.object] = known.get(ref.object) or _part(ref.object, entries, site)
    return parts


def _part(directory: str, entries: Sequence[Entry], site: SiteText) -> Write:
    body = render("sitemap-part.xml", site=site, entries=entries)
    fields = keys.DIRECTORY.parse(directory) or {}
    return Write(keys.SITEMAP_PART.key(generation=fields["generation"], hash=keys.digest(body)), body)


def parts_named(sitemap: Stored | None) -> set[str]:
    """Read which parts a sitemap names."""
    return {name.decode() for name in _PART.findall(sitemap.body)} if sitemap else set()
