"""Sends one file in parts, several at once.

A part that fails is signed anew and sent again; one that has arrived is not sent twice, also not by a later run.
"""

import hashlib
import mimetypes
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

import urllib3

from .api import Api
from .failures import Refused, Unreachable
from .items import ArrivedPart, Item, Upload, Wish

LANES: Final = 4  # parts on their way at once: enough to fill a line with delay, few enough for a slow one
ATTEMPTS: Final = 8  # with the pauses below a part outlasts two minutes without a network
LONGEST_PAUSE_S: Final = 30.0
PIECE: Final = 128 * 1024  # bytes; a bar moves ten times a second on a line of 10 Mbit/s
PICTURES: Final = ("jpg", "jpeg", "png", "webp")
# What a server takes, by the extension. A test holds this to the server's own.
EXTENSIONS: Final = (
    *("mp4", "m4v", "mov", "mkv", "webm", "ts", "mts", "m2ts", "avi", "flv", "mpg", "mpeg"),
    *("wmv", "asf", "ogv", "mxf", "3gp", "gif"),
    *("mp3", "m4a", "aac", "wav", "flac", "ogg", "oga", "opus", "wma", "mka"),
    *("aif", "aiff", "aifc", "caf", "w64", "au", "amr", "ac3", "eac3"),
    *PICTURES,
)
UNTYPED: Final = "application/octet-stream"

type Moved = Callable[[int], None]  # told how many more bytes have gone out; fewer than 0 when they must go again


class PartFailed(Exception):  # noqa: N818  # it is sent again
    """A part did not arrive whole."""


class Stopped(Exception):  # noqa: N818  # another part was given up, or the user wants it
    """The upload ends before this part is sent."""


@dataclass(frozen=True)
class Part:
    """Bytes `begin` to `begin + length` of a file. Numbers are from 1."""

    number: int
    begin: int
    length: int


class Reader:
    """A part of an open file, read once, piece by piece. `digest` is the MD5 of what was read."""

    def __init__(self, file: BinaryIO, part: Part, moved: Moved, stop: threading.Event) -> None:
        self._file, self._part, self._moved, self._stop = file, part, moved, stop
        self._md5 = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[bytes]:
        """Read. Raises Refused when the file has become shorter, Stopped when the upload ends."""
        self._file.seek(self._part.begin)
        left = self._part.length
        while left:
            piece = self._file.read(min(PIECE, left))
            if self._stop.is_set():
                raise Stopped
            if not piece:
                raise Refused("The file became shorter while it was sent. Send it again when nothing writes to it.")
            left -= len(piece)
            self._md5.update(piece)
            yield piece
            self._moved(len(piece))

    def digest(self) -> str:
        """Give the MD5 of what was read, in hexadecimal digits, as the store's ETag has it."""
        return self._md5.hexdigest()


@dataclass(frozen=True)
class Sender:
    """Sends files. `pause` gives the seconds to wait after so many failures of a part."""

    api: Api
    pause: Callable[[int], float]

    def begin(self, path: Path, preset: str | None = None, checksum: str | None = None) -> tuple[Item, Upload]:
        """Announce a file, or find the item of an earlier attempt that was cut off.

        `preset`: what is to be made of it. `checksum`: its SHA-512, for the server to compare.
        """
        wish = Wish(path.name, path.stat().st_size, content_type(path.name), checksum, preset)
        item = self._unfinished(wish) or self.api.create(wish)
        if not item.upload:
            raise Unreachable("The server did not say where to send the file. It may be of another version.")
        return item, item.upload

    def send(self, path: Path, item: Item, upload: Upload, moved: Moved) -> Item:
        """Send what has not arrived, then have the server put it together. Raises Failed."""
        work = Work(self.api, self.pause, path, item, {signed.number: signed.url for signed in upload.parts}, moved)
        parts = cut(item.file_size, upload)
        etags = work.arrived(parts)
        etags |= work.send([part for part in parts if part.number not in etags])
        return self.api.complete(item.item_id, [etags[part.number] for part in parts])

    def _unfinished(self, wish: Wish) -> Item | None:
        """Look among the newest items for one that waits for such a file, and whose upload is still open."""
        waiting = (item for item in self.api.newest() if item.upload)
        return next((item for item in waiting if _is_of(item, wish) and self._is_open(item)), None)

    def _is_open(self, item: Item) -> bool:
        """Ask for what has arrived: an upload is closed that was given up, or whose file was removed from the inbox."""
        try:
            self.api.arrived(item.item_id)
        except Refused as error:
            if error.status in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
                return False
            raise
        return True


@dataclass(frozen=True)
class Work:
    """One file on its way. `urls`: addresses that were not used yet."""

    api: Api
    pause: Callable[[int], float]
    path: Path
    item: Item
    urls: dict[int, str]
    moved: Moved
    stop: threading.Event = field(default_factory=threading.Event)

    def arrived(self, parts: Iterable[Part]) -> dict[int, str]:
        """Give the ETags of the parts that are there with the very bytes of this file."""
        there = {part.number: part for part in self.api.arrived(self.item.item_id).parts}
        with self.path.open("rb") as file:
            same = [part for part in parts if part.number in there and self._is_same(file, part, there[part.number])]
        self.moved(sum(part.length for part in same))
        return {part.number: there[part.number].etag for part in same}

    def send(self, parts: Iterable[Part]) -> dict[int, str]:
        """Send parts side by side, and give their ETags. The first that is given up, or Ctrl-C, ends them all."""
        with ThreadPoolExecutor(LANES) as pool:
            lanes = {part.number: pool.submit(self._persist, part) for part in parts}
            try:
                done = wait(lanes.values(), return_when=FIRST_EXCEPTION).done
            finally:
                self.stop.set()
                pool.shutdown(cancel_futures=True)
        failures = [failure for lane in done if (failure := lane.exception())]
        if failures:
            raise next((failure for failure in failures if not isinstance(failure, Stopped)), failures[0])
        return {number: lane.result() for number, lane in lanes.items()}

    def _persist(self, part: Part) -> str:
        """Send one part until it has arrived."""
        for failed in range(1, ATTEMPTS):
            try:
                return self._attempt(part)
            except (PartFailed, Unreachable):
                if self.stop.wait(self.pause(failed)):
                    raise Stopped from None
        try:
            return self._attempt(part)
        except (PartFailed, Unreachable) as error:
            sentence = f"Part {part.number} did not get through: {error} Run the same command again to send the rest."
            raise Unreachable(sentence) from error

    def _attempt(self, part: Part) -> str:
        """Send one part, and give its ETag. An address that failed may have expired, so it is used once."""
        url = self.urls.pop(part.number, None) or self.api.sign(self.item.item_id, [part.number]).parts[0].url
        gone = 0

        def count(more: int) -> None:
            nonlocal gone
            gone += more
            self.moved(more)

        try:
            with self.path.open("rb") as file:
                return self._put(Reader(file, part, count, self.stop), part, url)
        except BaseException:
            self.moved(-gone)
            raise

    def _put(self, reader: Reader, part: Part, url: str) -> str:
        headers = {"Content-Length": str(part.length)}  # signed: the store refuses any other
        try:
            answer = self.api.pool.request("PUT", url, body=reader, headers=headers, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise PartFailed("the store does not answer.") from error
        if answer.status == HTTPStatus.NOT_FOUND:
            raise Refused("The server has let go of this upload. Run the same command again to send the file anew.")
        if answer.status != HTTPStatus.OK:
            raise PartFailed(f"the store answered {answer.status}.")
        etag = answer.headers.get("ETag", "").strip('"')
        if etag != reader.digest():
            raise PartFailed("other bytes arrived than were sent.")
        return etag

    def _is_same(self, file: BinaryIO, part: Part, arrived: ArrivedPart) -> bool:
        if arrived.size != part.length:
            return False
        reader = Reader(file, part, lambda _: None, self.stop)
        deque(reader, maxlen=0)
        return reader.digest() == arrived.etag


def _is_of(item: Item, wish: Wish) -> bool:
    same = (wish.file_name, wish.file_size, wish.conversion_type, wish.sha512_checksum)
    return (item.file_name, item.file_size, item.conversion_type, item.sha512_checksum) == same


def digest(path: Path) -> str:
    """Give the SHA-512 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def cut(file_size: int, upload: Upload) -> list[Part]:
    """Cut a file into its parts."""
    size = upload.part_size
    return [
        Part(number, (number - 1) * size, min(size, file_size - (number - 1) * size)) for number in range(1, upload.part_count + 1)
    ]


def content_type(name: str) -> str:
    """Give the media type of a file name; untyped where this machine knows no medium of that name."""
    kind = mimetypes.guess_type(name)[0] or ""
    return kind if kind.startswith(("video/", "audio/", "image/")) else UNTYPED


def patience(failed: int) -> float:
    """Give the seconds to wait: doubling from one, by chance, so that lanes that failed together do not return together."""
    return random.uniform(0.5, 1) * min(LONGEST_PAUSE_S, 2.0 ** (failed - 1))  # noqa: S311  # no secret hangs on it
