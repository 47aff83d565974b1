"""A source to playlists in a folder: acceptance, probe, plan, orders, encoder and lists as they run in the functions."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from functions.common import keys, presets
from functions.common.model import Current, FileWork, InboxObject, Manifest, Order, Plan, Preset, Receipt, TrackPart
from functions.common.process import private_folder, run
from functions.common.settings import IngestSettings
from functions.common.store import Write
from functions.index.manifest import manifest, playlists
from functions.index.progress import Progress, Receipts
from functions.ingest import binaries
from functions.ingest.orders import orders
from functions.ingest.plan import plan
from functions.ingest.probe import Source, probe
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder, Made
from tests.unit.transcode.store import Store

PLAYED = ("-protocol_whitelist", "file", "-allowed_extensions", "ALL")  # ffmpeg's options before a playlist in a folder
ID, REV, UPLOADED = "abcdefghijklmnop", "qrstuvwxyz234567", "2026-01-02T03:04:05Z"
SETTINGS = IngestSettings(preset="web", rungs=("240p",), max_source_bytes=2**32, max_source_s=86_400)
WEB = presets.narrowed(presets.preset("web"), SETTINGS.rungs)


@dataclass(frozen=True)
class Converted:
    """What came of a source: its plan, its receipts and the bytes that were read by unit, all objects and lists under `folder`."""

    plan: Plan
    receipts: dict[str, Receipt]
    read: dict[str, int]
    folder: Path
    manifest: Manifest

    @property
    def renditions(self) -> list[str]:
        """Name the video's rungs and sound tracks."""
        return [*(rung.name for rung in self.plan.ladder), *(track.name for track in self.plan.audio)]

    def parts(self, rendition: str) -> list[TrackPart]:
        """Give a rendition's parts, in order."""
        return [part for _, receipt in sorted(self.receipts.items()) for part in receipt.parts if part.rendition == rendition]

    def playlist(self, rendition: str) -> Path:
        """Give a rendition's playlist."""
        return self.folder / keys.PLAYLIST.key(id=ID, rev=REV, rendition=rendition)

    @property
    def main(self) -> Path:
        """Give the multivariant playlist."""
        return self.folder / keys.MAIN.key(id=ID, rev=REV)


def plan_of(path: Path, url: str, preset: Preset = WEB) -> Plan:
    """Look into a source and decide. Raises Rejected."""
    body = path.read_bytes()
    with private_folder() as folder:
        source = Source(url, len(body), lambda at, length: body[at : at + length])
        return plan(probe(binaries.find_tools(), source, SETTINGS, folder), preset, ID, REV, UPLOADED)


@dataclass(frozen=True)
class Making:
    """How a source is converted: by which preset, with what, and which units so far; None for all."""

    preset: Preset = WEB
    encoder: Encoder = field(default_factory=lambda: Encoder(find_tools(), run, time.monotonic))
    units: Collection[str] | None = None


def convert(path: Path, store: Store, folder: Path, making: Making | None = None) -> Converted:
    """Take a source from a store to lists in a folder. Raises Rejected."""
    how = making or Making()
    url = store.put(path.read_bytes())
    decided = plan_of(path, url, how.preset)
    given = [order for order in orders(decided) if not isinstance(order.work, FileWork)]  # joined from buckets: test_files.py
    due = [order for order in given if how.units is None or order.unit in how.units]
    made: dict[str, Made] = {}
    read: dict[str, int] = {}
    for order in due:
        before = store.sent
        made[str(order.unit)] = _made(order, url, how.encoder)
        read[str(order.unit)] = store.sent - before
    receipts = {unit: each.receipt for unit, each in made.items()}
    source = InboxObject(key=f"a{path.suffix}", version="v1", etag='"e"', size=path.stat().st_size, modified=UPLOADED)
    current = Current(id=ID, generation=1, rev=REV, source=source)
    listed = Receipts(ok=receipts, errors={}, side_ok={}, side_errors={}, count=len(receipts))
    _write(folder, [write for each in made.values() for write in each.objects])
    progress = Progress.of(current, decided, listed)
    _write(folder, playlists(progress))
    return Converted(decided, receipts, read, folder, manifest(None, current, progress, listed))


def _made(order: Order, url: str, encoder: Encoder) -> Made:
    with private_folder() as folder:
        return make(order, url, folder, encoder)


def _write(folder: Path, writes: Sequence[Write]) -> None:
    for write in writes:
        path = folder / write.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write.body)
