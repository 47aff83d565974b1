"""What the public documents lead to, and whether it is there (I2)."""

import re
from functools import lru_cache
from posixpath import dirname, join, normpath

from functions.catalogue.tree import NEWEST
from functions.common import keys
from functions.common.model import Directory, Live, Manifest, Members, Page, Root
from functions.common.schema import load
from tests.simulation.world import World

ENDS = b"#EXT-X-ENDLIST\n"
RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)")
LINK = re.compile(r'URI="([^"]+)"')
HASHED = (keys.SEGMENTS, keys.INIT, keys.SPRITE, keys.POSTER, keys.IMAGE, keys.FILE, keys.SIDE_CAPTIONS, keys.SIDE_POSTER)


class BrokenError(AssertionError):
    """An invariant does not hold."""


def require(holds: object, what: str) -> None:
    """Raise BrokenError, naming the invariant."""
    if not holds:
        raise BrokenError(what)


@lru_cache(maxsize=65536)
def links(key: str, body: bytes) -> dict[str, int]:
    """Give the keys that a list names, and how long each must be at least, as its byte ranges say."""
    named: dict[str, int] = {}
    end = 0
    for line in body.decode().splitlines():
        if match := RANGE.match(line):
            end = int(match[1]) + int(match[2])
        names = LINK.findall(line) if line.startswith("#") else [line] if line and "." in line and " " not in line else []
        for name in names:
            there = normpath(join(dirname(key), name.partition("#")[0]))
            named[there] = max(named.get(there, 0), end if not line.startswith("#") else 0)
    return named


@lru_cache(maxsize=65536)
def _true_to_its_name(key: str, body: bytes) -> bool:
    fields = next((fields for form in HASHED if (fields := form.parse(key))), None)
    return fields is None or keys.digest(body) == fields["hash"]


def there(world: World, key: str, named_by: str, without: str = "") -> bytes:
    """Give an object that something names; it must be there, with the bytes of its name, unless it was `without`."""
    kept = world.objects["media"].get(key)
    if kept is None:
        require(key == without, f"I2: {named_by} names {key}, which is not there")
        return b""
    require(not world.names_hold or _true_to_its_name(key, kept.body), f"I2: {key} has other bytes")
    return kept.body


def whole(world: World, key: str, body: bytes, without: str = "") -> set[str]:
    """Require all that one list names, whole; give the names."""
    named = links(key, body)
    for name, length in named.items():
        found = there(world, name, key, without)
        require(not length or name == without or length <= len(found), f"I2: {name} is shorter than {key} says")
    return set(named)


def exact(world: World, key: str, body: bytes) -> None:
    """Require that each object of segments is as long as its list says: what the receipt states."""
    for name, length in links(key, body).items():
        kept = world.objects["media"].get(name)
        require(not kept or not length or length == len(kept.body), f"I2: {name} is not as long as {key} says")


def reachable(world: World, manifest: Manifest, without: str = "") -> set[str]:
    """Require all that a manifest leads to; give the keys. `without` has just been removed."""
    playable, where = manifest.playable, f"the manifest of {manifest.id}"
    named = {picture.object for picture in manifest.posters} | {captions.object for captions in manifest.captions}
    if playable:
        named |= {picture.object for picture in playable.posters} | {captions.object for captions in playable.captions}
        named |= {playable.storyboard} if playable.storyboard else set()
        named |= {file.object for file in playable.files}
    for name in sorted(named):
        there(world, name, where, without)
    if playable is None:
        return named
    if playable.kind == "image":
        return named | {playable.main}
    main = there(world, playable.main, where, without)
    lists = set(whole(world, playable.main, main, without)) | ({playable.storyboard} if playable.storyboard else set())
    for name in sorted(lists):
        body = there(world, name, playable.main, without)
        named |= whole(world, name, body, without)
        if name != without and name.endswith(".m3u8"):
            exact(world, name, body)
            require(not playable.complete or body.endswith(ENDS), f"I2: {name} of a complete video has no end")
    return named | lists | {playable.main}


def stored_manifest(world: World, video: str) -> Manifest | None:
    """Read a manifest."""
    kept = world.objects["media"].get(f"v/{video}/manifest.json")
    return load(Manifest, kept.body) if kept else None


def stored_root(world: World, name: str = keys.ALL) -> Root | None:
    """Read a list's root."""
    kept = world.objects["media"].get(keys.ROOT.key(list=name))
    return load(Root, kept.body) if kept else None


def directories(world: World, root: Root, without: str = "") -> list[Directory]:
    """Give a list's directories; each must be there, unless it was `without`."""
    bodies = (there(world, ref.object, "a root", without) for ref in root.directories)
    return [load(Directory, body) for body in bodies if body]


def parts(world: World, root: Root, without: str = "") -> set[str]:
    """Give the keys of all directories and pages of a list. `without` has just been removed."""
    pages = {ref.object for directory in directories(world, root, without) for ref in directory.pages}
    return pages | {ref.object for ref in root.directories}


def root_is_right(world: World, root: Root) -> Page:
    """I7: every part is there, each video once, counted, newest first; give all entries as one page."""
    found = directories(world, root)
    refs = [ref for directory in found for ref in directory.pages]
    pages = [load(Page, there(world, ref.object, "a directory")) for ref in refs]
    entries = [entry for page in pages for entry in page.entries]
    names = [entry.id for entry in entries]
    require(len(names) == len(set(names)) == root.count, f"I7: {names} in a root of {root.count}")
    require([len(page.entries) for page in pages] == [ref.count for ref in refs], "I7: a page's count is wrong")
    counts = [sum(ref.count for ref in directory.pages) for directory in found]
    require(counts == [ref.count for ref in root.directories], "I7: a directory's count is wrong")
    require(entries == sorted(entries, key=lambda entry: (entry.date, entry.id), reverse=True), "I7: not newest first")
    require(list(root.newest) == entries[:NEWEST], "I7: the newest are not those of the pages")
    return Page(entries=tuple(entries))


def searched(world: World, live: Live) -> dict[str, int]:
    """I2: every bundle that is live is whole. Give the videos in them by the number of their entry; each is in one."""
    found: list[tuple[str, int]] = []
    for bundle in live.bundles:
        body = there(world, bundle.members, "what is searched")
        found += [(member.id, member.number) for member in load(Members, body).members]
        there(world, bundle.members.replace("members.json", "pagefind/pagefind-entry.json"), bundle.members)
    require(len(dict(found)) == len(found), f"I7: a video is searched twice: {found}")
    return dict(found)
