"""A client of a reelbucket server, for programs; the command is made of it.

from client.reel import Client

with Client.at("https://videos.example.org", token) as client:
    item = client.upload(Path("talk.mp4"), Note(title="A talk"))
    client.wait(item)
    client.download(item, Path("."))
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import urllib3

from .api import Api
from .config import Config
from .downloading import Downloader
from .failures import Refused
from .items import LAST, File, Item, Note
from .sending import Moved, Sender, digest, patience
from .server import Server, connections, default_client, find_server

LOOK_S: Final = 1.0  # seconds between two looks at an item that is awaited
WHOLE_ID: Final = len("00000000-0000-0000-0000-000000000000")

type Tell = Callable[[Item], None]


def _unheard(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Client:
    """One client's items on one server. Every method raises Failed. `waits` sleeps for so many seconds."""

    server: Server
    api: Api
    sender: Sender
    downloader: Downloader
    waits: Callable[[float], None] = time.sleep

    @classmethod
    def at(cls, address: str, token: str, client: str | None = None) -> Self:
        """Make a client of the site at an address."""
        return cls.found({"REEL_SERVER": address, "REEL_TOKEN": token}, Config(Path()), client=client)

    @classmethod
    def found(cls, environment: Mapping[str, str], config: Config, address: str | None = None, client: str | None = None) -> Self:
        """Make a client of the server that the command line, the environment, the configuration or the local stack names."""
        pool = connections()
        server = find_server(address, environment, config, pool)
        return cls.of(server, client or environment.get("REEL_CLIENT") or config.get("client"), pool)

    @classmethod
    def of(cls, server: Server, client: str | None, pool: urllib3.PoolManager) -> Self:
        """Make a client of a server; without a name it is the token's, else this user's on this machine."""
        name = client or Api(server, "", pool).me().client_id or default_client()
        api = Api(server, name, pool)
        return cls(server, api, Sender(api, patience), Downloader(pool, server))

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.api.pool.clear()

    def upload(
        self,
        path: Path,
        note: Note | None = None,
        preset: str | None = None,
        moved: Callable[[Item], Moved] = lambda _: _unheard,
        *,
        checksum: bool = False,
    ) -> Item:
        """Send one file with its note; an earlier attempt that was cut off is gone on with.

        `preset`: what is to be made of it. `checksum`: have the server compare the SHA-512 of the whole before it does any work.
        `moved` is asked for the function that hears how many bytes have gone out.
        """
        if not path.stat().st_size:
            raise Refused("The file is empty. Choose another one.")
        item, upload = self.sender.begin(path, preset, digest(path) if checksum else None)
        if note and not note.is_empty():
            self.api.annotate(item.item_id, note)
        return self.sender.send(path, item, upload, moved(item))

    def wait(self, item: Item, tell: Tell = _unheard, *, until_watchable: bool = False) -> Item:
        """Wait until an item is done with, or something of it can be watched."""
        tell(item)
        while item.phase not in LAST and not (until_watchable and item.watchable):
            self.waits(LOOK_S)
            item = self.api.item(item.item_id)
            tell(item)
        return item

    def items(self) -> Iterator[Item]:
        """Give all items, newest first."""
        return self.api.items()

    def named(self, name: str) -> Item:
        """Find an item by its id, or by the last characters of it."""
        if len(name) == WHOLE_ID:
            return self.api.item(name)
        found = [item for item in self.api.items() if item.item_id.endswith(name.lower())]
        if len(found) != 1:
            what = f"{len(found)} items' ids end" if found else "No item's id ends"
            raise Refused(f"{what} with {name!r}. `reel list --all` lists them all.")
        return self.api.item(found[0].item_id)

    def delete(self, item: Item) -> None:
        """Delete an item with its video, whatever is being done with it."""
        self.api.delete(item.item_id)

    def retry(self, item: Item) -> Item:
        """Try again what failed."""
        return self.api.retry(item.item_id)

    def reencode(self, item: Item, preset: str | None = None) -> Item:
        """Have an item encoded again, with another preset or with what the server makes today; the old one plays until then."""
        return self.api.reencode(item.item_id, preset)

    def download(
        self, item: Item, folder: Path, kind: str | None = None, moved: Callable[[File], Moved] = lambda _: _unheard
    ) -> Path:
        """Fetch an item's file of that kind into a folder, or the best there is; give its path."""
        return self.downloader.fetch(item, self.api.files(item.item_id), folder, kind, moved)
