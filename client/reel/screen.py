"""What a person sees. Results go to standard output; bars and everything else to standard error, so that results can be piped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from .items import BAD, Check, File, Item, Queue
from .server import Server

WHOLE: Final = 100  # per cent
SHORT: Final = 8  # characters of an id, its last: its first ones are its time
BAR: Final = 24  # columns: what is left of 80 beside a name and a sentence
STYLES: Final = {"ready": "green", "failed": "red", "rejected": "red", "encoding": "cyan"}
WORDS: Final = {
    "awaiting_upload": "not sent yet",
    "uploaded": "sent, looked at next",
    "queued": "waits to be encoded",
    "encoding": "encoding",
    "ready": "ready",
    "failed": "failed",
    "rejected": "rejected",
}


@dataclass(frozen=True)
class Screen:
    """Standard output for results, standard error for all else."""

    out: Console
    err: Console

    @contextmanager
    def moving(self, name: str, size: int | None) -> Iterator[Callable[[int], None]]:
        """Show how a file is sent or fetched; the function that is given wants the number of bytes that moved."""
        columns = (TextColumn("{task.description}", markup=False), BarColumn(BAR), DownloadColumn())
        with self._progress(*columns, TransferSpeedColumn(), TimeRemainingColumn(compact=True)) as progress:
            task = progress.add_task(shortened(name), total=size)
            yield lambda more: progress.advance(task, more)

    @contextmanager
    def fetching(self, name: str) -> Iterator[Callable[[File], Callable[[int], None]]]:
        """Show how a file is fetched: what is given is asked for the function that wants the bytes, when it is known which file."""
        with ExitStack() as stack:
            yield lambda file: stack.enter_context(self.moving(name, file.size or None))

    @contextmanager
    def following(self, name: str) -> Iterator[Callable[[Item], None]]:
        """Show how a video is encoded; the function that is given wants each new state."""
        columns = (TextColumn("{task.description}", markup=False), BarColumn(BAR), TextColumn("{task.fields[words]}", markup=False))
        with self._progress(*columns) as progress:
            task = progress.add_task(shortened(name), total=WHOLE, words="")
            yield lambda item: progress.update(task, completed=item.progress, words=words(item))

    def say(self, text: str, style: str = "") -> None:
        """Write a line for a person."""
        self.err.print(Text(text, style), soft_wrap=True)

    def give(self, text: str) -> None:
        """Write a result, as it is."""
        self.out.print(Text(text), soft_wrap=True)

    def fault(self, text: str) -> None:
        """Write why the command fails."""
        self.err.print(Text.assemble(("reel: ", "bold red"), text), soft_wrap=True)

    def list(self, items: Sequence[Item]) -> None:
        """Write a line for each item; there is at least one."""
        table = Table.grid(padding=(0, 2))
        drawn = BAR if any(item.phase == "encoding" for item in items) else 0
        names = [shortened(item.file_name) for item in items]
        left = self.out.width - SHORT - drawn - max(map(cell_len, names)) - 6  # three gaps of two columns
        for name, item in zip(names, items, strict=True):
            said = state(item)
            said.truncate(max(left, SHORT), overflow="ellipsis")
            table.add_row(Text(item.item_id[-SHORT:], "dim"), Text(name), bar(item), said)
        self.out.print(table)

    def queue(self, queue: Queue) -> None:
        """Write a line for each video of the queue, and for each worker."""
        rows: list[tuple[str, ...]] = []
        for heading, jobs in (
            ("to do", queue.to_do),
            ("in progress", queue.in_progress),
            ("failed", queue.failed),
            ("done lately", queue.done),
        ):
            for job in jobs:
                rows.append((heading, shortened(job.file_name), f"{job.progress} %", f"since {job.since}", job.client_id or ""))
                rows += [
                    ("", f"  {unit.unit}", f"{unit.progress} %", f"since {unit.since}", f"{unit.speed:g}x") for unit in job.underway
                ]
        if rows:
            self.table(rows)
        else:
            self.say("There is nothing to do.")
        if queue.more:
            self.say("There are more.")

    def checks(self, checks: Sequence[Check]) -> None:
        """Write a line for each thing that was looked at."""
        table = Table.grid(padding=(0, 2))
        for check in checks:
            table.add_row(Text("well", "green") if check.well else Text("not well", "bold red"), Text(check.name), Text(check.said))
        self.out.print(table)

    def table(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Write rows; there is at least one."""
        table = Table.grid(padding=(0, 2))
        for row in rows:
            table.add_row(*map(Text, row))
        self.out.print(table)

    def show(self, item: Item, server: Server) -> None:
        """Write all that is known of one item."""
        rows: list[tuple[str, RenderableType]] = [
            ("file", Text(f"{item.file_name}, {amount(item.file_size)}")),
            ("item", Text(item.item_id)),
            ("created", Text(item.created_at)),
            ("status", Text(words(item), STYLES.get(item.phase, ""))),
            *([("", bar(item))] if item.phase == "encoding" else []),
            *([("page", Text(server.page(item.page)))] if item.watchable else []),
            *(("why", Text(f"{fault.message} {fault.todo}")) for fault in item.faults()),
            *(("note", Text(f"{problem.where}: {problem.message}")) for problem in item.problems or ()),
        ]
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim")
        table.add_column(overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.out.print(table)

    def _progress(self, *columns: TextColumn | BarColumn | DownloadColumn | TransferSpeedColumn | TimeRemainingColumn) -> Progress:
        return Progress(*columns, console=self.err, disable=not self.err.is_terminal)


def words(item: Item) -> str:
    """Say in a few words how an item is."""
    said = WORDS[item.phase]
    if item.phase != "encoding":
        return said
    pace = "" if item.speed is UNSET or not item.speed else f" at {item.speed:g}x"
    if item.available_s is UNSET or item.duration_s is UNSET:
        return f"{said} {item.progress} %{pace}"
    return f"{said} {item.progress} %{pace}, {clock(item.available_s)} of {clock(item.duration_s)} can be watched"


def state(item: Item) -> Text:
    """Say how an item is, with the reason of a failure."""
    reason = "".join(f": {fault.message}" for fault in item.faults()[:1])
    return Text(words(item) + (reason if item.phase in BAD else ""), STYLES.get(item.phase, ""))


def bar(item: Item) -> RenderableType:
    """Draw how much is encoded, while it is."""
    return ProgressBar(WHOLE, item.progress, width=BAR) if item.phase == "encoding" else ""


def shortened(name: str, most: int = 32) -> str:
    """Make a file name fit its column: its begin and its end, which has the extension."""
    kept = name if len(name) <= most else f"{name[: most - 13]}…{name[-12:]}"
    return "".join(character if character.isprintable() else "�" for character in kept)


def clock(seconds: float) -> str:
    """Write a length: 0:07, 12:05, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def amount(count: int) -> str:
    """Write a number of bytes in decimal units."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if round(size) < 1000:  # noqa: PLR2004  # the step of decimal units
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if unit not in {"B", "kB"} and size < WHOLE else f"{size:.0f} {unit}"
