"""Fetches what was made of an item, or the original: a cut-off download is gone on with, and what arrives is checked."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import urllib3

from .failures import Refused, Unreachable
from .items import File, Files, Item
from .sending import Moved
from .server import Server

PIECE: Final = 128 * 1024  # bytes: what is lost when a line breaks
ATTEMPTS: Final = 5  # without one more byte
BEST: Final = ("mp4", "mkv", "webm", "webp", "original", "hls")  # what is fetched when nobody says what
ADDRESS: Final = re.compile(r'URI="([^"]+)"|^([^#\s].*)$', re.MULTILINE)  # RFC 8216, sections 4.1 and 4.3
HASHED: Final = re.compile(r"-([0-9a-f]{16})\.\w+$")  # the name of an object carries its SHA-256's begin


@dataclass(frozen=True)
class Place:
    """Where a file lies, and what opens it."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Downloader:
    """Fetches files of one server."""

    pool: urllib3.PoolManager
    server: Server

    def fetch(self, item: Item, files: Files, folder: Path, kind: str | None, moved: Callable[[File], Moved]) -> Path:
        """Fetch one of an item's files into a folder, and give its path. Raises Failed."""
        file = choose(files.files, kind)
        cookies = files.cookies or {}
        opened = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        folder.mkdir(parents=True, exist_ok=True)
        if file.kind == "hls":
            return self._tree(file, folder / Path(safe(item.file_name)).stem, opened, moved(file))
        path = folder / safe(file.name)
        if path.exists():
            raise Refused(f"{path} is there already. Move it away, or choose another folder.")
        self._whole(self._place(file.url, opened), path, file, moved(file))
        return path

    def _place(self, url: str, opened: Mapping[str, str]) -> Place:
        """Cookies are for the library alone: an original lies where its address says, signed."""
        return Place(self.server.media_url(url), {} if urlsplit(url).scheme else opened)

    def _whole(self, place: Place, path: Path, file: File, moved: Moved) -> None:
        """Fetch one file under another name, check it, and give it its own."""
        part = path.with_name(path.name + ".part")
        self._go_on(place, part, moved)
        if file.size and part.stat().st_size != file.size:
            part.unlink()
            raise Unreachable(f"{path.name}: other bytes arrived than there are. Run the same command again.")
        if not (_digest(part, "sha512") == file.sha512 if file.sha512 else _is_whole(part, file.url)):
            part.unlink()
            raise Unreachable(f"{path.name}: what arrived has another checksum. Run the same command again.")
        part.replace(path)

    def _go_on(self, place: Place, part: Path, moved: Moved) -> None:
        """Fetch what is missing of a file, as often as a line that breaks wants it."""
        left = ATTEMPTS
        while True:
            have = part.stat().st_size if part.exists() else 0
            try:
                self._attempt(place, part, have, moved)
            except urllib3.exceptions.HTTPError as error:
                left = ATTEMPTS if part.exists() and part.stat().st_size > have else left - 1
                if not left:
                    raise Unreachable("The line broke too often. Run the same command again to go on.") from error
            else:
                return

    def _attempt(self, place: Place, part: Path, have: int, moved: Moved) -> None:
        headers = {**place.headers, **({"Range": f"bytes={have}-"} if have else {})}
        answer = self.pool.request("GET", place.url, headers=headers, preload_content=False, retries=False)
        try:
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # all of it is there
            if answer.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
                raise Refused(f"The server answered {answer.status} for {part.name.removesuffix('.part')}. Look at the item again.")
            goes_on = answer.status == HTTPStatus.PARTIAL_CONTENT
            moved(have if goes_on else 0)
            with part.open("ab" if goes_on else "wb") as file:
                for piece in answer.stream(PIECE):
                    file.write(piece)
                    moved(len(piece))
        finally:
            answer.release_conn()

    def _tree(self, main: File, folder: Path, opened: Mapping[str, str], moved: Moved) -> Path:
        """Fetch a playlist with all it leads to; what is there already is not fetched again."""
        wanted, seen = [main.url], set[str]()
        base = main.url.rpartition("/")[0]
        while wanted:
            url = wanted.pop()
            if url in seen:
                continue
            seen.add(url)
            path = folder / _within(url, base)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not (path.exists() and _is_whole(path)):
                part = path.with_name(path.name + ".part")
                if not HASHED.search(path.name):
                    part.unlink(missing_ok=True)  # of a list that may have grown since
                self._go_on(self._place(url, opened), part, moved)
                if not _is_whole(part, path.name):
                    part.unlink()
                    raise Unreachable(f"{path.name}: what arrived has another checksum. Run the same command again.")
                part.replace(path)
            if path.suffix == ".m3u8":
                around = url.rpartition("/")[0]
                wanted += [f"{around}/{found[0] or found[1]}" for found in ADDRESS.findall(path.read_text())]
        return folder / _within(main.url, base)


def choose(files: Sequence[File], kind: str | None) -> File:
    """Choose a file by its kind, or the best there is. Raises Refused, naming what there is."""
    order = [kind] if kind else BEST
    for wanted in order:
        for file in files:
            if file.kind == wanted:
                return file
    there = ", ".join(file.kind for file in files) or "nothing yet"
    raise Refused(f"There is no {kind or 'file'} of it. There is: {there}.")


def safe(name: str) -> str:
    """Make a server's file name one that stays in its folder."""
    kept = re.split(r"[/\\]", name)[-1].strip().lstrip(".")
    return "".join(character if character.isprintable() else "_" for character in kept) or "download"


def _within(url: str, base: str) -> Path:
    """Give a place beside the main list. Raises Refused for one that leads out of it."""
    parts = url.removeprefix(base + "/").split("/")
    if not url.startswith(base + "/") or any(part in {"", ".", ".."} or "\\" in part for part in parts):
        raise Refused(f"The server's list names {url!r}, which is no file of this video.")
    return Path(*parts)


def _is_whole(path: Path, name: str | None = None) -> bool:
    """Compare a file with the hash in its name, if it has one; a list has none, and may have grown."""
    hashed = HASHED.search(name or path.name)
    return _digest(path, "sha256")[:16] == hashed[1] if hashed else name is not None


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()
