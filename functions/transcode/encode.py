"""One order to its objects and its receipt. EFFECT: runs ffmpeg.

A verdict on the input is `Rejected`. Whatever may be the network's, the store's or our own fault is another exception, and the
queue brings the message back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, NoReturn

from msgspec.structs import replace

from functions.common import keys
from functions.common.errors import Code, Rejected, Unavailable
from functions.common.inbox import file_name
from functions.common.model import (
    AudioWork,
    Order,
    Picture,
    Problem,
    Receipt,
    Sidecar,
    SidecarWork,
    Sprite,
    StillsWork,
    TextWork,
    TrackPart,
    VideoWork,
)
from functions.common.process import Finished, Limits, TimedOut
from functions.common.store import Write
from functions.transcode import captions, command, grid, stills
from functions.transcode.binaries import Tools
from functions.transcode.command import Source
from functions.transcode.segments import Cut, cut

type Run = Callable[[Sequence[str], Limits, Path], Finished]

FILE_BYTES: Final = 400_000_000  # of the function's 512 MB of disk; a chunk has 30 MB, four hours of sound 230 MB
MEMORY_BYTES: Final = 6_000_000_000  # address space, of which 1080p in four rungs reserves 2.6 GB and uses 0.5
MAX_POSTER_BYTES: Final = 20_000_000
_SIGKILL: Final = -9  # by the kernel that is out of memory, or by an operator; never the input's own doing
_INPUT_CODES: Final = frozenset(
    {
        69,  # ffmpeg's own: too many frames could not be decoded
        176,  # AVERROR_PATCHWELCOME & 255: a feature that ffmpeg does not have
        183,  # AVERROR_INVALIDDATA
        187,  # AVERROR_EOF
        190,  # AVERROR_BUG
        200,  # AVERROR_DECODER_NOT_FOUND
        222,  # ERANGE
        234,  # EINVAL: what decoders say of nonsense, and ffmpeg of a stream that is not there
        251,  # EIO: what some demuxers say of a short file
    }
)
# A line of the network's own. 416 is not one: a broken index makes ffmpeg ask for bytes after the end.
_TRANSPORT: Final = re.compile(r"^\[(?:https?|tcp|tls) @ [^\]]*\] (?!HTTP error 416)(.*)", re.MULTILINE)


_DAMAGE: Final = re.compile("concealing|Decoding error|error while decoding", re.IGNORECASE)


class Failed(Exception):  # noqa: N818  # carries ffmpeg's words
    """The encoder failed for a reason that is not the input's."""


class OutOfMemory(Exception):  # noqa: N818  # names the limit that was reached
    """The encoder needs more memory than it may have."""


@dataclass(frozen=True)
class Encoder:
    """What an order is made with. `clock` gives seconds; `protocols` are those by which a source may be read."""

    tools: Tools
    run: Run
    clock: Callable[[], float]
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
        done = self.encoder.run(argv, Limits(left, self.encoder.memory_bytes, FILE_BYTES), self.folder)
        if done.code == _SIGKILL:
            raise OutOfMemory("the encoder was killed from outside")
        if done.code > 0 and done.code not in _INPUT_CODES:
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
        """Raise Unavailable when the network complained."""
        if faults := _TRANSPORT.findall(done.stderr):
            raise Unavailable(f"the source was not read well: {faults[-1]}")

    def place(self, form: keys.Form, body: bytes, **fields: str | int) -> Write:
        """Name an object of this rev by its bytes."""
        return Write(form.key(id=self.order.id, rev=str(self.order.rev), hash=keys.digest(body), **fields), body)

    def made(self, objects: Sequence[Write], receipt: Receipt) -> Made:
        """Put together what came of the order."""
        sidecar = self.order.work.sidecar if isinstance(self.order.work, SidecarWork) else None
        signed = replace(
            receipt,
            rev=self.order.rev,
            unit=self.order.unit,
            sidecar=sidecar,
            encoder=f"ffmpeg {self.encoder.tools.version}",
        )
        return Made(tuple(dict.fromkeys(objects)), signed)


def _video(job: _Job, work: VideoWork) -> Made:
    """Encode until the count of frames is right: it is the only witness that a chunk is whole (docs/transcode.md)."""
    done, cuts = _encoded(job, work)
    if cuts is None or not cuts[0].samples:
        if work.begin == 0:
            job.fail(done, "undecodable", f"Stream {work.video.stream} ({work.video.codec}) has no picture that can be decoded.")
        return job.made((), Receipt(id=job.order.id))  # the file ends before this chunk
    writes: list[Write] = []
    parts: list[TrackPart] = []
    for rung, made in zip(work.ladder, cuts, strict=True):
        part, objects = _part(job, rung.name, made)
        parts.append(part)
        writes.extend(objects)
    sprites, pictures = _sprites(job, work, cuts[0].samples)
    problems = (Problem(where="picture", message=_damage(work)),) if _DAMAGE.search(done.stderr) else ()
    receipt = Receipt(id=job.order.id, parts=tuple(parts), sprites=sprites, problems=problems)
    return job.made((*writes, *pictures), receipt)


def _encoded(job: _Job, work: VideoWork) -> tuple[Finished, list[Cut] | None]:
    """Read from further and further back, at last from the beginning; what that gives is the true end of the source."""
    begin, length = grid.seconds(work, work.begin), grid.seconds(work, work.segment_frames)
    *early, last = grid.seeks(work)
    for seek in (*early, last):
        done = job.run(command.video(job.program, job.source(work.demuxer), work, seek))
        found = [job.read(command.rung_name(place)) for place in range(len(work.ladder))]
        cuts = [cut(body, begin, length) for body in found] if all(found) else None
        if cuts and len({made.samples for made in cuts}) > 1:
            raise Failed(f"the rungs have {[made.samples for made in cuts]} frames")
        if cuts and cuts[0].samples >= grid.least(work):
            return done, cuts
        job.require_read(done)
    return done, cuts


def _damage(work: VideoWork) -> str:
    begin = float(grid.seconds(work, work.begin))
    return f"The picture is damaged somewhere after {begin:.0f} s; what could be decoded is shown."


def _part(job: _Job, rendition: str, made: Cut) -> tuple[TrackPart, tuple[Write, Write]]:
    init = job.place(keys.INIT, made.init, rendition=rendition)
    body = job.place(keys.SEGMENTS, made.body, rendition=rendition, unit=str(job.order.unit))
    part = TrackPart(rendition=rendition, init=init.key, object=body.key, codecs=made.codecs, segments=made.segments)
    return part, (init, body)


def _sprites(job: _Job, work: VideoWork, frames: int) -> tuple[tuple[Sprite, ...], list[Write]]:
    board = grid.storyboard(work)
    begin, every = grid.seconds(work, work.begin), grid.seconds(work, board.every)
    sprites: list[Sprite] = []
    writes: list[Write] = []
    for place, count in enumerate(grid.tiles(work, frames)):
        body = job.read(command.sprite_name(place))
        if not body:
            break
        write = job.place(keys.SPRITE, body, unit=str(job.order.unit))
        writes.append(write)
        sprites.append(
            Sprite(
                object=write.key,
                columns=grid.COLUMNS,
                tile_width=board.width,
                tile_height=board.height,
                count=count,
                begin_s=float(begin + place * grid.COLUMNS * grid.ROWS * every),
                every_s=float(every),
            )
        )
    return tuple(sprites), writes


def _audio(job: _Job, work: AudioWork) -> Made:
    done = job.run(command.audio(job.program, job.source(work.demuxer), work))
    body = job.read(command.SOUND)
    made = cut(body, Fraction(0), Fraction(work.segment_s)) if body else None
    if made is None or not made.samples:
        job.fail(done, "undecodable", f"The sound of stream {work.track.stream} cannot be decoded.")
    job.require_read(done)
    part, objects = _part(job, work.track.name, made)
    return job.made(objects, Receipt(id=job.order.id, parts=(part,)))


def _stills(job: _Job, work: StillsWork) -> Made:
    """Take the chosen picture, or the first one on which there is something to see."""
    chosen = stills.chosen(work)
    moments = (chosen,) if chosen is not None else stills.moments(work)
    best: tuple[int, list[bytes]] = (-1, [])
    for at in moments:
        argv = command.posters(job.program, job.source(work.demuxer), work.video, at, choose=chosen is None)
        done = job.run(argv)
        contrast, found = stills.contrast(done.stdout), _posters(job)
        if found and contrast > best[0]:
            best = (contrast, found)
        if found and contrast >= stills.CONTRAST:
            break
    if not best[1]:
        job.fail(done, "undecodable", f"No picture of stream {work.video.stream} can be decoded for a poster.")
    writes = [(body, job.place(keys.POSTER, body, width=stills.size(body)[0], picture="jpg")) for body in best[1]]
    return job.made([write for _, write in writes], Receipt(id=job.order.id, pictures=_pictures(writes)))


def _posters(job: _Job) -> list[bytes]:
    """Read the posters that were made, one for each width that the picture has."""
    found = (job.read(command.poster_name(place)) for place in range(len(command.POSTER_WIDTHS)))
    return list({stills.size(body): body for body in found if body}.values())


def _pictures(writes: Sequence[tuple[bytes, Write]]) -> tuple[Picture, ...]:
    sized = ((write.key, *stills.size(body)) for body, write in writes)
    return tuple(Picture(object=key, width=width, height=height) for key, width, height in sized)


def _text(job: _Job, work: TextWork) -> Made:
    done = job.run(command.text(job.program, job.source(work.demuxer), work))
    read = captions.read(job.read(command.TEXT))
    if not read.cues:
        job.fail(done, "bad_captions", f"The text track in stream {work.track.stream} has no text.")
    job.require_read(done)
    write = job.place(keys.TEXT, captions.write(read.cues), unit=work.track.unit)
    return job.made((write,), Receipt(id=job.order.id, captions=write.key))


def _dropped_captions(job: _Job, sidecar: Sidecar) -> Made:
    name = file_name(sidecar.object.key)
    if sidecar.object.size > captions.MAX_BYTES:
        raise Rejected("bad_captions", f"{name} is larger than {captions.MAX_BYTES} bytes.")
    done = job.run(command.copy(job.program, job.source("data")))
    job.require_read(done)
    read = captions.read(job.read(command.COPY))
    if not read.cues:
        raise Rejected("bad_captions", f"{name} has no cue that can be read.")
    body = captions.write(read.cues)
    key = keys.SIDE_CAPTIONS.key(id=job.order.id, version=sidecar.object.version, hash=keys.digest(body))
    problems = tuple(Problem(where=name, message=message) for message in read.problems)
    return job.made((Write(key, body),), Receipt(id=job.order.id, captions=key, problems=problems))


def _dropped_poster(job: _Job, sidecar: Sidecar) -> Made:
    name, version = file_name(sidecar.object.key), sidecar.object.version
    if sidecar.object.size > MAX_POSTER_BYTES:
        raise Rejected("bad_picture", f"{name} is larger than {MAX_POSTER_BYTES} bytes.")
    job.require_read(job.run(command.copy(job.program, job.source("data"))))
    demuxer = stills.demuxer(job.read(command.COPY))
    if demuxer is None:
        raise Rejected("bad_picture", f"{name} is no JPEG, PNG or WebP picture.")
    done = job.run(command.picture(job.program, job.source(demuxer)))
    found = _posters(job)
    if not found:
        job.fail(done, "bad_picture", f"{name} cannot be decoded.")
    writes = [(body, Write(keys.SIDE_POSTER.key(**_poster_fields(job, version, body)), body)) for body in found]
    return job.made([write for _, write in writes], Receipt(id=job.order.id, pictures=_pictures(writes)))


def _poster_fields(job: _Job, version: str, body: bytes) -> dict[str, str | int]:
    width = stills.size(body)[0]
    return {"id": job.order.id, "version": version, "width": width, "hash": keys.digest(body), "picture": "jpg"}
