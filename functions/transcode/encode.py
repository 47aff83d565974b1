"""One order to its objects and its receipt. EFFECT: runs ffmpeg.

A verdict on the input is `Rejected`. Whatever may be the network's, the store's or our own fault is another exception, and the
queue brings the message back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, NoReturn, Protocol

from functions.common import keys
from functions.common.errors import Code, Rejected, Unavailable
from functions.common.model import (
    AudioWork,
    Order,
    Problem,
    Receipt,
    Sidecar,
    SidecarWork,
    StillsWork,
    TextWork,
    Underway,
    VideoWork,
)
from functions.common.process import Finished, Limits, TimedOut
from functions.common.store import Write
from functions.transcode import captions, command, grid, objects, outcome, stills
from functions.transcode.binaries import Tools
from functions.transcode.command import Source
from functions.transcode.pace import Pace, Tell
from functions.transcode.segments import Cut, cut


class Run(Protocol):
    """Runs a program in a folder; `on_line` hears its output."""

    def __call__(self, argv: Sequence[str], limits: Limits, folder: Path, *, on_line: Callable[[bytes], None]) -> Finished:
        """Run it to its end."""


FILE_BYTES: Final = 400_000_000  # of the function's 512 MB of disk; 16 s of 1080p have 10 MB, four hours of sound 230 MB
# Address space. 1080p in four rungs was measured at 1.73 GB, of which 0.38 GB were in use; the function has 3 GB of the latter.
MEMORY_BYTES: Final = 6_000_000_000
MAX_POSTER_BYTES: Final = 20_000_000  # a camera's largest JPEG


def _untold(_underway: Underway) -> None:
    """Nobody wants to know."""


class Failed(Exception):  # noqa: N818  # carries ffmpeg's words
    """The encoder failed for a reason that is not the input's."""


class OutOfMemory(Exception):  # noqa: N818  # names the limit that was reached
    """The encoder needs more memory than it may have."""


@dataclass(frozen=True)
class Encoder:
    """What an order is made with. `clock` gives seconds; `protocols` are those by which a source may be read.

    `tell` is told now and then how far an encoder is.
    """

    tools: Tools
    run: Run
    clock: Callable[[], float]
    tell: Tell = _untold
    protocols: str = command.NETWORK
    memory_bytes: int = MEMORY_BYTES


@dataclass(frozen=True)
class Made:
    """What came of an order: `receipt` names all of `objects`, whose keys carry the hash of their bytes."""

    objects: tuple[Write, ...]
    receipt: Receipt


def make(order: Order, url: str, folder: Path, encoder: Encoder) -> Made:
    """Do one order on the object at `url`, in an empty private `folder`.

    Raises Rejected (`undecodable`, `bad_captions`, `bad_picture`) when the input is at fault, Unavailable when it could not be
    read, TimedOut at the order's deadline, and other exceptions for faults of ours.
    """
    job = _Job(order, url, folder, encoder, encoder.clock() + order.deadline_s)
    match order.work:
        case VideoWork() as work:
            return _video(job, work)
        case AudioWork() as work:
            return _audio(job, work)
        case StillsWork() as work:
            return _stills(job, work)
        case TextWork() as work:
            return _text(job, work)
        case SidecarWork(sidecar=sidecar):
            return _dropped_captions(job, sidecar) if sidecar.kind == "captions" else _dropped_poster(job, sidecar)


@dataclass(frozen=True)
class _Job:
    """One order under way. `deadline` is on the encoder's clock."""

    order: Order
    url: str
    folder: Path
    encoder: Encoder
    deadline: float

    @property
    def program(self) -> str:
        return str(self.encoder.tools.ffmpeg)

    def source(self, demuxer: str) -> Source:
        return Source(self.url, demuxer, self.encoder.protocols, str(self.encoder.tools.ca_file))

    def run(self, argv: Sequence[str]) -> Finished:
        """Run one command in what is left of the order's time, after taking away what the command before has left."""
        for path in self.folder.iterdir():
            path.unlink()
        left = self.deadline - self.encoder.clock()
        if left <= 0:
            raise TimedOut(f"not done after {self.order.deadline_s} s")
        limits = Limits(left, self.encoder.memory_bytes, FILE_BYTES, nice=self.order.nice)
        done = self.encoder.run(argv, limits, self.folder, on_line=Pace(self.order, self.encoder.clock, self.encoder.tell).hear)
        if outcome.starved(done.code, done.stderr):
            raise OutOfMemory(f"ffmpeg ended with {done.code} under a limit of {self.encoder.memory_bytes} bytes")
        if done.code and not outcome.blames_input(done.code):
            self.require_read(done)
            raise Failed(f"ffmpeg ended with {done.code}: {done.stderr[-500:]}")
        return done

    def read(self, name: str) -> bytes:
        """Read a file that a command has written; nothing where there is none."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b""

    def fail(self, done: Finished, code: Code, message: str) -> NoReturn:
        """Raise Rejected; or Unavailable when the network complained, since then nothing is known of the input."""
        self.require_read(done)
        raise Rejected(code, message)

    def require_read(self, done: Finished) -> None:
        """Raise Unavailable when the source could not be read to its end."""
        if complaint := outcome.unread(done.stderr):
            raise Unavailable(f"the source could not be read: {complaint}")

    def made(self, writes: Sequence[Write], receipt: Receipt) -> Made:
        """Put together what came of the order."""
        signed = objects.sign(self.order, f"ffmpeg {self.encoder.tools.version}", receipt)
        return Made(tuple(dict.fromkeys(writes)), signed)


def _video(job: _Job, work: VideoWork) -> Made:
    """Encode a chunk; one that begins after the true end of the source has no parts."""
    done, cuts = _encoded(job, work)
    frames = cuts[0].samples if cuts else 0
    # An end that ffmpeg did not come to by itself is no end: taking it for one would cut the video short without a word.
    if done.code or (not frames and work.begin == 0):
        where = f"Stream {work.video.stream} ({work.video.codec})"
        job.fail(done, "undecodable", f"{where} cannot be decoded from second {_second(work)} on.")
    if not frames:
        return job.made((), Receipt(id=job.order.id))
    made = [objects.track_part(job.order, rung.name, one) for rung, one in zip(work.ladder, cuts, strict=True)]
    sprites = [objects.place(job.order, keys.SPRITE, body, unit=str(job.order.unit)) for body in _sprites(job, work, frames)]
    tiles = grid.tiles(work, frames)
    receipt = Receipt(
        id=job.order.id,
        parts=tuple(part for part, _ in made),
        sprites=tuple(objects.sprite(work, n, tiles[n], write.key) for n, write in enumerate(sprites)),
        problems=(_damage(work),) if outcome.damaged(done.stderr) else (),
    )
    return job.made((*(write for _, writes in made for write in writes), *sprites), receipt)


def _encoded(job: _Job, work: VideoWork) -> tuple[Finished, list[Cut]]:
    """Read from further and further back, at last from the beginning, until the count of frames is right.

    The count is the only witness that a chunk is whole: a missing head does not show in the encoder's time stamps. What the last
    attempt gives is the true end of the source, whatever its header says.
    """
    for seek in grid.seeks(work):
        done = job.run(command.video(job.program, job.source(work.demuxer), work, seek))
        cuts = [] if done.code else _cuts(job, work)
        if cuts and cuts[0].samples >= grid.least(work):
            break
        job.require_read(done)
    return done, cuts


def _cuts(job: _Job, work: VideoWork) -> list[Cut]:
    begin, length = grid.seconds(work, work.begin), grid.seconds(work, work.segment_frames)
    cuts = [cut(job.read(command.rung_name(place)), begin, length) for place in range(len(work.ladder))]
    if len({made.samples for made in cuts}) > 1:
        raise Failed(f"the rungs have {[made.samples for made in cuts]} frames")
    return cuts


def _sprites(job: _Job, work: VideoWork, frames: int) -> list[bytes]:
    bodies = [job.read(command.sprite_name(place)) for place in range(len(grid.tiles(work, frames)))]
    if not all(bodies):
        raise Failed(f"of {len(bodies)} sprites only {sum(map(bool, bodies))} were written")
    return bodies


def _damage(work: VideoWork) -> Problem:
    where, message = f"video stream {work.video.stream}", f"The picture is damaged at or after second {_second(work)}"
    return Problem(where=where, message=f"{message}; what could be decoded is shown.")


def _second(work: VideoWork) -> int:
    return int(grid.seconds(work, work.begin))


def _audio(job: _Job, work: AudioWork) -> Made:
    done = job.run(command.audio(job.program, job.source(work.demuxer), work))
    body = b"" if done.code else job.read(command.SOUND)
    made = cut(body, Fraction(0), Fraction(work.segment_s)) if body else None
    if made is None or not made.samples:
        job.fail(done, "undecodable", f"The sound of stream {work.track.stream} cannot be decoded.")
    job.require_read(done)
    part, writes = objects.track_part(job.order, work.track.name, made)
    return job.made(writes, Receipt(id=job.order.id, parts=(part,)))


def _stills(job: _Job, work: StillsWork) -> Made:
    """Take the chosen picture, or the first one on which there is something to see."""
    at = stills.chosen(work)
    chosen = _look(job, work, at, choose=False)[1] if at is not None else []
    writes = [
        objects.place(job.order, keys.POSTER, body, width=stills.size(body)[0], picture="jpg")
        for body in chosen or _typical(job, work)
    ]
    return job.made(writes, Receipt(id=job.order.id, pictures=objects.pictures(writes)))


def _typical(job: _Job, work: StillsWork) -> list[bytes]:
    best: tuple[int, list[bytes]] = (-1, [])
    for at in stills.moments(work):
        best = max(best, _look(job, work, at, choose=True), key=lambda look: look[0])
        if best[0] >= stills.CONTRAST:
            break
    if not best[1]:
        raise Rejected("undecodable", f"Stream {work.video.stream} ({work.video.codec}) has no picture for a poster.")
    return best[1]


def _look(job: _Job, work: StillsWork, at: Fraction, *, choose: bool) -> tuple[int, list[bytes]]:
    """Take posters at one moment; give how much there is to see on them, -1 when there is no picture."""
    done = job.run(command.posters(job.program, job.source(work.demuxer), work.video, at, choose=choose))
    found = _posters(job)
    if not found:
        job.require_read(done)
    return (stills.contrast(done.stdout), found) if found else (-1, [])


def _posters(job: _Job) -> list[bytes]:
    """Read the posters that were made, one for each width that the picture has."""
    found = (job.read(command.poster_name(place)) for place in range(len(command.POSTER_WIDTHS)))
    return list({stills.size(body): body for body in found if body}.values())


def _text(job: _Job, work: TextWork) -> Made:
    done = job.run(command.text(job.program, job.source(work.demuxer), work))
    where = f"subtitle stream {work.track.stream}"
    read = captions.read(job.read(command.TEXT))
    if done.code or not read.cues:
        job.fail(done, "bad_captions", f"The {where} has no text that can be read.")
    job.require_read(done)
    write = objects.place(job.order, keys.TEXT, captions.write(read.cues), unit=work.track.unit)
    return job.made((write,), Receipt(id=job.order.id, captions=write.key, problems=_told(where, read)))


def _dropped_captions(job: _Job, sidecar: Sidecar) -> Made:
    name = objects.name(sidecar)
    if sidecar.object.size > captions.MAX_BYTES:
        raise Rejected("bad_captions", f"{name} has more than {captions.MAX_BYTES:,} bytes.")
    read = captions.read(_copied(job, sidecar))
    if not read.cues:
        raise Rejected("bad_captions", f"{name} has no cue that can be read.")
    write = objects.place_beside(job.order, keys.SIDE_CAPTIONS, captions.write(read.cues), sidecar)
    return job.made((write,), Receipt(id=job.order.id, captions=write.key, problems=_told(name, read)))


def _told(where: str, read: captions.Captions) -> tuple[Problem, ...]:
    return tuple(Problem(where=where, message=message) for message in read.problems)


def _dropped_poster(job: _Job, sidecar: Sidecar) -> Made:
    name = objects.name(sidecar)
    if sidecar.object.size > MAX_POSTER_BYTES:
        raise Rejected("bad_picture", f"{name} has more than {MAX_POSTER_BYTES:,} bytes.")
    demuxer = stills.demuxer(_copied(job, sidecar))
    if demuxer is None:
        raise Rejected("bad_picture", f"{name} is no JPEG, PNG or WebP picture.")
    done = job.run(command.picture(job.program, job.source(demuxer)))
    found = _posters(job)
    if done.code or not found:
        job.fail(done, "bad_picture", f"{name} cannot be decoded.")
    writes = [
        objects.place_beside(job.order, keys.SIDE_POSTER, body, sidecar, width=stills.size(body)[0], picture="jpg")
        for body in found
    ]
    return job.made(writes, Receipt(id=job.order.id, pictures=objects.pictures(writes)))


def _copied(job: _Job, sidecar: Sidecar) -> bytes:
    """Fetch a dropped file, by the same door and with the same limits as everything else."""
    if not sidecar.object.size:
        return b""  # a store answers no range of it
    job.require_read(job.run(command.copy(job.program, job.source("data"))))
    return job.read(command.COPY)
