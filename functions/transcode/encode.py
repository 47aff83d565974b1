"""One order to its objects and its receipt. EFFECT: runs ffmpeg."""

from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from msgspec.structs import replace

from functions.common import keys
from functions.common.errors import Rejected
from functions.common.model import (
    AudioWork,
    CopyWork,
    FileWork,
    ImageWork,
    Order,
    Problem,
    Receipt,
    Sidecar,
    SidecarWork,
    StillsWork,
    TextWork,
    VideoWork,
)
from functions.common.process import Finished
from functions.transcode import captions, command, grid, objects, outcome, packets, pictures, pieces, posters, preview
from functions.transcode.earlier import together
from functions.transcode.job import Encoder, Failed, Job, Made
from functions.transcode.segments import Cut, cut


def make(order: Order, url: str, folder: Path, encoder: Encoder) -> Made:
    """Do one order on the object at `url`, in an empty private `folder`.

    Raises Rejected (`undecodable`, `bad_captions`, `bad_picture`) when the input is at fault, Unavailable when it could not be
    read, TimedOut at the order's deadline, and other exceptions for faults of ours.
    """
    job = Job(order, url, folder, encoder, encoder.clock() + order.deadline_s)
    match order.work:
        case VideoWork() as work:
            made = _video(job, work)
        case AudioWork() as work:
            made = _audio(job, work)
        case CopyWork() as work:
            made = preview.of_source(job, work)
        case StillsWork() as work:
            made = posters.of_video(job, work)
        case ImageWork() as work:
            made = posters.of_image(job, work)
        case TextWork() as work:
            made = _text(job, work)
        case FileWork():
            raise ValueError("a whole file is joined, not encoded")
        case SidecarWork() as work:
            made = _beside(job, work)
    return made


def _beside(job: Job, work: SidecarWork) -> Made:
    match work.sidecar.kind:
        case "captions":
            return _dropped_captions(job, work.sidecar)
        case "poster":
            return posters.of_dropped(job, work.sidecar)
        case "moment":
            return posters.of_moment(job, work.sidecar, work.film)


def _video(job: Job, work: VideoWork) -> Made:
    """Encode a chunk, mostly in one run."""
    *first, last = command.at_once(work)
    made = _rungs(job, replace(work, ladder=last), storyboard=True)
    for rungs in first:
        other = _rungs(job, replace(work, ladder=rungs), storyboard=False)
        both = together(job.order, other, made)
        if both is None or bool(other.receipt.parts) is not bool(made.receipt.parts):
            raise Failed("what was encoded in two runs has not the same frames")
        made = both
    return made


def _rungs(job: Job, work: VideoWork, *, storyboard: bool) -> Made:
    """Encode a chunk in every rung; one that begins after the true end of the source has no parts."""
    done, cuts, seek = _encoded(job, work)
    frames = cuts[0].samples if cuts else 0
    # An end that ffmpeg did not come to by itself is no end: taking it for one would cut the video short without a word.
    if done.code or (not frames and work.begin == 0):
        where, why = f"Stream {work.video.stream} ({work.video.codec})", outcome.reason(done.code)
        raise Rejected("undecodable", f"{where} cannot be decoded from second {_second(work)} on: {why}.")
    problems = (_damage(work, seek, frames),) if frames and outcome.damaged(done.stderr) else ()
    if not frames:
        return job.made((), Receipt(id=job.order.id))
    made = [objects.track_part(job.order, rung.name, one) for rung, one in zip(work.ladder, cuts, strict=True)]
    tiled = _sprites(job, work, frames) if storyboard else []
    sprites = [objects.place(job.order, keys.SPRITE, body, unit=str(job.order.unit)) for body in tiled]
    tiles = grid.tiles(work, frames)
    receipt = Receipt(
        id=job.order.id,
        parts=tuple(part for part, _ in made),
        sprites=tuple(objects.sprite(work, n, tiles[n], write.key) for n, write in enumerate(sprites)),
        problems=problems,
    )
    return job.made((*(write for _, writes in made for write in writes), *sprites), receipt)


def _encoded(job: Job, work: VideoWork) -> tuple[Finished, list[Cut], Fraction | None]:
    """Read from further and further back, at last from the beginning, until the count of frames is right.

    A missing head does not show in the encoder's time stamps. So either the count must be right, or a key frame from which all of
    the chunk was decoded, or nothing where an index says or where a file was cut off: then, as at the last attempt, what is missing
    lies behind the true end of the source, whatever its header says. The time from which it was read comes with it.
    """
    begin_s = grid.origin_s(work.video) + grid.seconds(work, work.begin)
    for seek in grid.seeks(work):
        done = job.run(command.video(job.program, job.source(work.demuxer), work, seek))
        if done.code < 0:
            done = job.run(command.video(job.program, job.source(work.demuxer), work, seek, broken=True))
        cuts = [] if done.code else _cuts(job, work)
        if cuts and (cuts[0].samples >= grid.least(work) or _has_head(job, work, done, command.PICTURES, begin_s)):
            break
    return done, cuts, seek


def _has_head(job: Job, work: VideoWork | AudioWork, done: Finished, name: str, by_s: Fraction) -> bool:
    """Tell whether a stream was read from a time of the source on, or has nothing there."""
    begun = packets.first(job.read(command.first_of(name)))
    if begun is None:
        return work.demuxer == "mov" or outcome.cut_off(done.stderr)
    return begun.shown <= by_s


def _cuts(job: Job, work: VideoWork) -> list[Cut]:
    begin, length = grid.seconds(work, work.begin), grid.seconds(work, work.segment_frames)
    cuts = [cut(job.read(command.rung_name(place)), begin, length) for place in range(len(work.ladder))]
    if len({made.samples for made in cuts}) > 1:
        raise Failed(f"the rungs have {[made.samples for made in cuts]} frames")
    return cuts


def _sprites(job: Job, work: VideoWork, frames: int) -> list[bytes]:
    bodies = [job.read(pictures.sprite_name(place)) for place in range(len(grid.tiles(work, frames)))]
    if not all(bodies):
        raise Failed(f"of {len(bodies)} sprites only {sum(map(bool, bodies))} were written")
    return bodies


def _damage(work: VideoWork, seek: Fraction | None, frames: int) -> Problem:
    """Tell what was read with damage: a chunk is read from before its beginning, so that two may tell of one place."""
    begin = 0 if seek is None else floor(seek - grid.origin_s(work.video))
    end = ceil(grid.seconds(work, work.begin + frames))
    message = f"The picture is damaged between second {begin} and {end}; what could be decoded is shown."
    return Problem(where=f"video stream {work.video.stream}", message=message)


def _second(work: VideoWork) -> int:
    return int(grid.seconds(work, work.begin))


def _audio(job: Job, work: AudioWork) -> Made:
    done = _heard(job, work)
    if work.pad_to_s and outcome.cut_off(done.stderr):  # its picture ends there too
        done = _heard(job, replace(work, pad_to_s=0.0))
    body = b"" if done.code else job.read(command.SOUND)
    begin = pieces.Piece.of(work).begin_s
    made = cut(body, begin, Fraction(work.segment_s)) if body else None
    if begin and made and not made.samples:
        return job.made((), Receipt(id=job.order.id))  # after the true end of the source
    if made is None or not made.samples:
        where = f"The sound of stream {work.track.stream} cannot be decoded from second {int(begin)} on"
        raise Rejected("undecodable", f"{where}: {outcome.reason(done.code)}.")
    part, writes = objects.track_part(job.order, work.track.name, made)
    when = f" between second {int(begin)} and {ceil(begin + part.seconds)}" if begin or work.end_s else ""
    message = f"The sound is damaged{when}; what could be decoded is heard."
    hurt = (Problem(where=f"audio stream {work.track.stream}", message=message),) if outcome.damaged(done.stderr) else ()
    return job.made(writes, Receipt(id=job.order.id, parts=(part,), problems=hurt))


def _heard(job: Job, work: AudioWork) -> Finished:
    """Read from further and further back, at last from the beginning, until the beginning is there."""
    for seek in pieces.seeks(work):
        done = job.run(command.audio(job.program, job.source(work.demuxer), work, seek))
        if _has_head(job, work, done, command.SOUND, pieces.zero_s(work) - pieces.EARLY_S):
            break
    return done


def _text(job: Job, work: TextWork) -> Made:
    done = job.run(command.text(job.program, job.source(work.demuxer), work))
    where = f"subtitle stream {work.track.stream}"
    read = captions.read(job.read(command.TEXT))
    if done.code or not read.cues:
        raise Rejected("bad_captions", f"The {where} has no text that can be read.")
    write = objects.place(job.order, keys.TEXT, captions.write(read.cues), unit=work.track.unit)
    return job.made((write,), Receipt(id=job.order.id, captions=write.key, problems=_told(where, read)))


def _dropped_captions(job: Job, sidecar: Sidecar) -> Made:
    name = objects.name(sidecar)
    if sidecar.object.size > captions.MAX_BYTES:
        raise Rejected("bad_captions", f"{name} has more than {captions.MAX_BYTES:,} bytes.")
    read = captions.read(job.copied(sidecar.object.size))
    if not read.cues:
        raise Rejected("bad_captions", f"{name} has no cue that can be read.")
    write = objects.place_beside(job.order, keys.SIDE_CAPTIONS, captions.write(read.cues), sidecar)
    return job.made((write,), Receipt(id=job.order.id, captions=write.key, problems=_told(name, read)))


def _told(where: str, read: captions.Captions) -> tuple[Problem, ...]:
    return tuple(Problem(where=where, message=message) for message in read.problems)
