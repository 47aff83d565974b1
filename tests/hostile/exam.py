"""One file through ingest, transcode, index and catalogue, with a canary that nobody may touch."""

import ctypes
import os
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import psutil
from msgspec.structs import replace

from functions.catalogue.pages import SiteText, embed_page, watch_page
from functions.common import keys, presets, schema
from functions.common.errors import Rejected
from functions.common.inbox import read_name
from functions.common.model import Current, FileWork, InboxObject, Note, Order, Plan, Preset, Receipt, Sidecar, Verdict
from functions.common.note import read_note
from functions.common.process import FOLDER_PREFIX, TimedOut, private_folder, run
from functions.common.settings import IngestSettings
from functions.index.manifest import manifest, playlists
from functions.index.progress import Progress, Receipts
from functions.ingest import binaries
from functions.ingest.handler import Prober
from functions.ingest.orders import orders, side_order
from functions.ingest.plan import rejected
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder, OutOfMemory
from tests.hostile.corpus import Canary, Hostile
from tests.unit.transcode.store import Store

if TYPE_CHECKING:
    from functions.common.s3 import S3Door

SECRET: Final = "the canary sings at midnight"  # noqa: S105  # what nobody may read
WHEN: Final = "2026-01-02T03:04:05Z"
DEADLINE_S: Final = 60
SETTINGS: Final = IngestSettings(preset="web", rungs=("240p",), max_source_bytes=2**32, max_source_s=14_400)
IN_OPEN: Final = 0x20  # sys/inotify.h
SITE: Final = SiteText(url="https://video.example.org/", media="https://media.example.org/")


@dataclass(frozen=True)
class Outcome:
    """How a file ended, by status and code; `fault` is what was ours, which must be nothing."""

    status: str
    code: str = ""
    fault: str = ""
    seconds: float = 0.0


@dataclass
class Served:
    """An inbox of one object, as the prober reads it."""

    url: str
    body: bytes

    def piece(self, _key: str, _version: str, at: int, length: int) -> bytes:
        """Read some of it."""
        return self.body[at : at + length]

    def address(self, _key: str, _version: str, _seconds: int) -> str:
        """Give its address."""
        return self.url


@dataclass
class Exam:
    """Judges files. `touched` is whatever somebody asked the canary's server for."""

    store: Store
    canary: Canary
    touched: list[str]
    watch: int
    preset: Preset = field(default_factory=lambda: presets.narrowed(presets.preset("web"), SETTINGS.rungs))
    encoder: Encoder = field(default_factory=lambda: Encoder(find_tools(), run, time.monotonic))
    tools: binaries.Tools = field(default_factory=binaries.find_tools)

    def judge(self, file: Hostile, key: str = "") -> Outcome:
        """Take a file through everything. `key` is its name in the inbox, where that is another one."""
        begun = time.monotonic()
        try:
            outcome = self._through(file, key or file.name)
        except (TimedOut, OutOfMemory) as error:
            outcome = Outcome("failed", type(error).__name__)  # after five tries, and five more
        except Exception:  # noqa: BLE001  # that is what is looked for
            outcome = Outcome("fault", fault=traceback.format_exc())
        self.store.objects.clear()
        fault = "\n".join(filter(None, (outcome.fault, self._left())))
        return Outcome("fault" if fault else outcome.status, outcome.code, fault, time.monotonic() - begun)

    def _through(self, file: Hostile, key: str) -> Outcome:
        name = read_name(key)
        if name is None:
            return Outcome("ignored")
        body = file.body
        source = InboxObject(key=f"a/{key}"[:1000], version="v1", etag='"e"', size=len(body), modified=WHEN)
        url = self.store.put(body)
        if name.role == "note":
            note, problems = read_note(body, key)
            self._shown(_current(source, note), None, {})
            return Outcome("read", "problems" if problems else "")
        if name.role == "captions":
            sidecar = Sidecar(kind="captions", object=source, language="en")
            return Outcome("ready" if self._did(side_order(keys.video_id("a"), sidecar), url) else "failed", "captions")
        return self._source(source, url, body)

    def _source(self, source: InboxObject, url: str, body: bytes) -> Outcome:
        current = _current(source, None)
        prober = Prober(cast("S3Door", Served(url, body)), self.tools, SETTINGS, self.preset)
        try:
            plan = prober.plan(current, None)
        except Rejected as verdict:
            plan = rejected(current.id, str(current.rev), Verdict(code=verdict.code, message=verdict.message))
        schema.load(Plan, schema.dump(plan))
        done = {} if plan.rejected else self._made(plan, url)
        return self._shown(current, plan, done)

    def _made(self, plan: Plan, url: str) -> dict[str, Receipt | Verdict]:
        """Do all of a plan's orders, but the files that are joined from what others made."""
        due = [order for order in orders(plan) if not isinstance(order.work, FileWork)]
        return {str(order.unit): self._did(order, url) or LOST for order in due[:40]}

    def _did(self, order: Order, url: str) -> Receipt | None:
        try:
            with private_folder() as folder:
                made = make(replace(order, deadline_s=DEADLINE_S), url, folder, self.encoder)
        except Rejected:
            return None
        if any(SECRET.encode() in write.body for write in made.objects):
            raise AssertionError("the canary's words are in what was made")
        schema.load(Receipt, schema.dump(made.receipt))
        return made.receipt

    def _shown(self, current: Current, plan: Plan | None, done: dict[str, Receipt | Verdict]) -> Outcome:
        """Write the lists, the manifest and the pages."""
        ok = {unit: receipt for unit, receipt in done.items() if isinstance(receipt, Receipt)}
        errors = {unit: verdict for unit, verdict in done.items() if isinstance(verdict, Verdict)}
        receipts = Receipts(ok=ok, errors=errors, side_ok={}, side_errors={}, count=len(done))
        progress = Progress.of(current, plan, receipts) if plan else None
        for write in playlists(progress) if progress else ():
            write.body.decode()
        found = manifest(None, current, progress, receipts)
        schema.dump(found)
        for page in (watch_page(found, SITE), embed_page(found, SITE)):
            if b"<script>" in page or b"onerror=x" in page.replace(b"&#39; onerror=x", b""):
                raise AssertionError("a page has a stranger's markup")
        return Outcome(found.status, found.error.code if found.error else "")

    def _left(self) -> str:
        """Say what is left of a run, or what it has touched."""
        if self.touched:
            return f"the canary's server was asked for {self.touched}"
        if opened := _events(self.watch):
            return f"the canary's file was opened {opened} times"
        children = psutil.Process().children(recursive=True)
        folders = list(Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"))
        return f"left behind: {children or folders}" if children or folders else ""


LOST: Final = Verdict(code="undecodable", message="It cannot be decoded.")


def _current(source: InboxObject, note: Note | None) -> Current:
    video = keys.video_id("a")
    rev = keys.rev(source.key, source.version, "1")
    return Current(id=video, generation=1, rev=rev, source=source, note=note, date=WHEN, first_seen=WHEN)


@contextmanager
def examining(store: Store) -> Iterator[Exam]:
    """Put the canary where it can be heard."""
    touched: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        """Somebody reads what a file names."""

        def do_GET(self) -> None:
            touched.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with _alone() as folder, ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        path = folder / "canary.txt"
        path.write_text(SECRET)
        with _watched(path) as watch:
            yield Exam(store, Canary(path, f"http://127.0.0.1:{server.server_address[1]}"), touched, watch)
        server.shutdown()


@contextmanager
def _alone() -> Iterator[Path]:
    """Let temporary files lie in a folder of this exam alone, so that it sees what is left there."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


@contextmanager
def _watched(path: Path) -> Iterator[int]:
    """Have the kernel count who opens a file (inotify(7))."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    if watch < 0 or libc.inotify_add_watch(watch, bytes(path), IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    try:
        yield watch
    finally:
        os.close(watch)


def _events(watch: int) -> int:
    try:
        return len(os.read(watch, 4096)) // 16
    except BlockingIOError:
        return 0
