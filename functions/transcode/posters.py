"""Stills: a video's posters, or what is made of a picture that somebody dropped. EFFECT: runs programs."""

from collections.abc import Sequence
from fractions import Fraction

from functions.common import keys
from functions.common.errors import Rejected
from functions.common.model import ImageWork, Receipt, Sidecar, StillsWork
from functions.common.store import Write
from functions.transcode import objects, pictures, stills
from functions.transcode.job import Job, Made
from functions.transcode.painting import IMAGE_FORMATS, IMAGE_WIDTHS, POSTER_FORMATS, Painted, painted, pillow
from functions.transcode.pictures import POSTER_WIDTHS
from functions.transcode.stills import Look, Poster


def of_video(job: Job, work: StillsWork) -> Made:
    """Take the first picture on which there is something to see, and sharp."""
    found = _typical(job, work)
    if found is None:
        raise Rejected("undecodable", f"Stream {work.video.stream} ({work.video.codec}) has no picture for a poster.")
    placed = [
        objects.place(job.order, keys.POSTER, poster.body, width=poster.width, picture=poster.kind) for poster in found.posters
    ]
    return job.made(placed, Receipt(id=job.order.id, pictures=objects.pictures(found.posters, placed)))


def of_moment(job: Job, sidecar: Sidecar, film: StillsWork | None) -> Made:
    """Take the picture that a note has chosen."""
    at_s = sidecar.at_s or 0.0
    found = _look(job, film, stills.chosen(film, at_s), choose=False) if film else None
    if found is None:
        raise Rejected("bad_picture", f"There is no picture at second {at_s:g}, which the note chooses as poster_at.")
    placed = _placed(job, sidecar, found.posters)
    return job.made(placed, Receipt(id=job.order.id, pictures=objects.pictures(found.posters, placed)))


def of_dropped(job: Job, sidecar: Sidecar) -> Made:
    """Convert a poster that lies beside a video."""
    name = objects.name(sidecar)
    made = painted(job, sidecar.object.size, name, POSTER_WIDTHS, POSTER_FORMATS)
    placed = _placed(job, sidecar, made.posters)
    return job.made(placed, _receipt(job, made, placed), pillow())


def of_image(job: Job, work: ImageWork) -> Made:
    """Convert a picture that is there for its own sake."""
    made = painted(job, work.size, "The picture", IMAGE_WIDTHS, IMAGE_FORMATS)
    placed = [objects.place(job.order, keys.IMAGE, poster.body, width=poster.width, picture=poster.kind) for poster in made.posters]
    return job.made(placed, _receipt(job, made, placed), pillow())


def _placed(job: Job, sidecar: Sidecar, made: Sequence[Poster]) -> list[Write]:
    return [
        objects.place_beside(job.order, keys.SIDE_POSTER, poster.body, sidecar, width=poster.width, picture=poster.kind)
        for poster in made
    ]


def _receipt(job: Job, made: Painted, placed: Sequence[Write]) -> Receipt:
    return Receipt(id=job.order.id, pictures=objects.pictures(made.posters, placed), problems=made.problems)


def _typical(job: Job, work: StillsWork) -> Look | None:
    looks: list[Look] = []
    for at in stills.moments(work):
        look = _look(job, work, at, choose=True)
        if look and look.good:
            return look
        looks += [look] if look else []
    return max(looks, key=lambda look: look.rank, default=None)


def _look(job: Job, work: StillsWork, at: Fraction, *, choose: bool) -> Look | None:
    """Take posters at one moment; None when there is no picture."""
    done = job.run(pictures.posters(job.program, job.source(work.demuxer), work.video, at, choose=choose))
    found = _made(job)
    return Look(stills.contrast(done.stdout), stills.blur(done.stdout), found) if found else None


def _made(job: Job) -> Sequence[Poster]:
    """Read the posters that were made, in each format one for each width that the picture has."""
    found: dict[tuple[str, tuple[int, int]], Poster] = {}
    for place in range(len(POSTER_WIDTHS)):
        if jpeg := job.read(pictures.poster_name(place, "jpg")):
            size = stills.size(jpeg)
            found["jpg", size] = Poster("jpg", *size, jpeg)
            found["webp", size] = Poster("webp", *size, job.read(pictures.poster_name(place, "webp")))
    return tuple(found.values())
