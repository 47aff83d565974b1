"""One video's manifest, as a pure function of what is stored of it. PURE.

`playlists` writes the lists of the current rev; `manifest` writes what pages read.
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from functions.common import keys
from functions.common.errors import WHAT_TO_DO
from functions.common.inbox import file_name
from functions.common.labels import label, labels
from functions.common.model import (
    Captions,
    Current,
    Entry,
    Explained,
    Manifest,
    Note,
    Picture,
    Plan,
    Playable,
    Problem,
    Receipt,
    Status,
    TrackPart,
    Verdict,
)
from functions.common.orders import COPIED, COPIED_S, IMAGE, STILLS, shares
from functions.common.pictures import largest, shown
from functions.common.store import Write
from functions.index.playlist import media_playlist, multivariant_playlist, storyboard
from functions.index.progress import Progress, Receipts


def playlists(progress: Progress) -> list[Write]:
    """Write all lists of the current rev, media playlists before the list that names them; none until it is playable."""
    plan = progress.plan
    if not progress.playable or plan.image_bytes:
        return []
    video = {rung.name: progress.parts(rung.name) for rung in plan.ladder if progress.encoded}
    audio = {track.name: progress.parts(track.name) for track in plan.audio if progress.encoded}
    tracks = video | audio | progress.preview
    writes = [
        Write(key, media_playlist(key, parts, _target(name, plan), complete=progress.finished(name)))
        for name, parts in tracks.items()
        for key in [keys.PLAYLIST.key(id=plan.id, rev=plan.rev, rendition=name)]
    ]
    sprites = [sprite for chunk in progress.chunks for sprite in progress.receipts.ok[chunk.unit].sprites]
    board = keys.STORYBOARD.key(id=plan.id, rev=plan.rev)
    if sprites:
        writes.append(Write(board, storyboard(sprites, board)))
    main = keys.MAIN.key(id=plan.id, rev=plan.rev)
    return [*writes, Write(main, multivariant_playlist(plan, video, audio, progress.preview))]


def _target(rendition: str, plan: Plan) -> Fraction:
    """Give the length of a list's longest segment: what is planned, but for a preview, whose segments are the source's."""
    return Fraction(COPIED_S) if rendition.endswith(COPIED) else Fraction(plan.segment_s)


def manifest(old: Manifest | None, current: Current, progress: Progress | None, receipts: Receipts) -> Manifest:
    """Compute the manifest, numbered one above `old` where it differs. `progress` is None until there is a plan."""
    new = _described(current, progress, receipts, _kept(old)) if current.source else _tombstone(current, receipts)
    before = old.entry if old else None
    entry_number = (old.entry_number if old else 0) + (new.entry != before)
    generation, announced = (old.generation, old.announced) if old else (0, 0)
    lists = tuple(sorted({*(old.lists if old else ()), *(each.list for each in labels(new.entry))}))
    new = msgspec.structs.replace(new, entry_number=entry_number, announced=announced, generation=generation, lists=lists)
    return new if new == old else msgspec.structs.replace(new, generation=generation + 1)


def _kept(old: Manifest | None) -> Playable | None:
    return old.playable if old else None


def _tombstone(current: Current, receipts: Receipts) -> Manifest:
    return Manifest(
        id=current.id,
        generation=1,
        current_generation=current.generation,
        status="deleted",
        receipts=receipts.count,
    )


def _described(current: Current, progress: Progress | None, receipts: Receipts, kept: Playable | None) -> Manifest:
    ingest_error = receipts.errors.get("ingest")
    status: Status = progress.status if progress else "failed" if ingest_error else "queued"
    verdict = _verdict(progress, ingest_error) if status in ("failed", "rejected") else None
    playable = _published(progress, kept, current, status)
    note = merged(current.note, progress.plan.note if progress else None)
    side = [receipts.side_ok[s.rev] for s in current.sidecars if s.rev in receipts.side_ok]
    described = Manifest(
        id=current.id,
        generation=1,
        current_generation=current.generation,
        status=status,
        rev=current.rev,
        receipts=receipts.count,
        progress=_share(progress),
        playable=playable,
        title=note.title or _stem_title(current),
        description=note.description or "",
        tags=note.tags,
        channel=note.channel,
        date=(current.note and current.note.date) or note.date or current.first_seen,
        language=note.language,
        visibility=note.visibility,
        chapters=note.chapters,
        captions=tuple(_side_captions(receipt) for receipt in side if receipt.captions),
        posters=tuple(picture for receipt in side for picture in receipt.pictures),
        error=Explained(code=verdict.code, message=verdict.message, todo=WHAT_TO_DO[verdict.code]) if verdict else None,
        problems=tuple(_problems(current, progress, receipts)),
    )
    return msgspec.structs.replace(described, entry=_entry(described))


def _verdict(progress: Progress | None, ingest_error: Verdict | None) -> Verdict | None:
    return (progress and (progress.plan.rejected or progress.verdict)) or ingest_error


def _published(progress: Progress | None, kept: Playable | None, current: Current, status: Status) -> Playable | None:
    """Choose what plays: a complete rev stays until the new one is ready; a bad new one never takes a good one down.

    An image gives way as soon as there is anything else: it may be a poster that came before its video.
    """
    new = _playable(progress) if progress and not progress.plan.rejected and progress.playable else None
    if kept is None or kept.rev == current.rev or status == "ready" or (new and kept.kind == "image"):
        return new
    if kept.complete or (new is None and status in ("queued", "encoding")):
        return kept
    return new


def _playable(progress: Progress) -> Playable:
    plan, ok = progress.plan, progress.receipts.ok
    if plan.image_bytes:
        return _image(plan.rev, ok[IMAGE].pictures)
    lead = _lead(plan)
    growing = [track.name for track in plan.audio if not progress.finished(track.name)]  # picture without sound is not played
    encoded = min(_length(progress.parts(name)) for name in (lead, *growing)) if progress.encoded else Fraction()
    available = max(encoded, _length(next(iter(progress.preview.values()), [])))
    complete = progress.status == "ready"
    longest = max((_length(progress.parts(track.name)) for track in plan.audio if complete), default=available)
    if longest > available + Fraction(plan.segment_s):
        available = longest  # a picture or two that stand while the sound goes on
    sprites = any(ok[chunk.unit].sprites for chunk in progress.chunks)
    return Playable(
        rev=plan.rev,
        complete=complete,
        main=keys.MAIN.key(id=plan.id, rev=plan.rev),
        duration_s=round(float(available), 3) if complete else plan.duration_s,
        available_s=round(float(available), 3),
        width=plan.video.width if plan.video else 0,
        height=plan.video.height if plan.video else 0,
        posters=ok[STILLS].pictures if STILLS in ok else (),
        storyboard=keys.STORYBOARD.key(id=plan.id, rev=plan.rev) if sprites else None,
        captions=tuple(
            Captions(object=made, language=track.language, title=track.title)
            for track in plan.texts
            if track.unit in ok and (made := ok[track.unit].captions)
        ),
        files=tuple(made for file in plan.files if file.unit in ok for made in ok[file.unit].files),
    )


def _lead(plan: Plan) -> str:
    """Name the rendition by whose length the whole is measured."""
    return plan.ladder[0].name if plan.ladder else plan.audio[0].name


def _length(parts: Iterable[TrackPart]) -> Fraction:
    return sum((part.seconds for part in parts), Fraction())


def _image(rev: str, pictures: tuple[Picture, ...]) -> Playable:
    best = largest(shown(pictures))
    return Playable(
        rev=rev,
        kind="image",
        complete=True,
        main=best.object,
        duration_s=0.0,
        available_s=0.0,
        width=best.width,
        height=best.height,
        posters=pictures,
    )


def merged(note: Note | None, container: Note | None) -> Note:
    """Fill what the note does not say from the container's own metadata."""
    if note is None or container is None:
        return note or container or Note()
    return Note(
        title=note.title or container.title,
        description=note.description or container.description,
        tags=note.tags or container.tags,
        channel=note.channel or container.channel,
        date=note.date or container.date,
        language=note.language or container.language,
        visibility=note.visibility,
        chapters=note.chapters or container.chapters,
    )


def _stem_title(current: Current) -> str:
    if current.source is None:
        return ""
    return file_name(current.source.key).rpartition(".")[0][:500]


def _share(progress: Progress | None) -> float:
    if progress is None or not progress.units:
        return 0.0
    done = (share for unit, share in shares(progress.plan).items() if unit in progress.receipts.ok)
    return min(1.0, round(sum(done, 0.0), 3))  # from 0.0: a whole number would be equal, and other bytes


def _side_captions(receipt: Receipt) -> Captions:
    if receipt.captions is None or receipt.sidecar is None or receipt.sidecar.language is None:
        raise ValueError(f"the receipt of captions of {receipt.id} names no captions or no language")
    return Captions(object=receipt.captions, language=receipt.sidecar.language)


def _problems(current: Current, progress: Progress | None, receipts: Receipts) -> Iterable[Problem]:
    yield from current.problems
    for sidecar in current.sidecars:
        rev, name = sidecar.rev, file_name(sidecar.object.key)
        if rev in receipts.side_ok:
            yield from receipts.side_ok[rev].problems
        elif rev in receipts.side_errors:
            yield Problem(where=name[:500], message=receipts.side_errors[rev].message)
    if progress is None:
        return
    yield from progress.plan.problems
    for unit in progress.units:
        if unit in progress.receipts.ok:
            yield from progress.receipts.ok[unit].problems
        elif unit in progress.receipts.errors and unit not in progress.required:
            yield Problem(where=_named(unit, progress.plan), message=progress.receipts.errors[unit].message)
    yield from _ending(progress)


def _ending(progress: Progress) -> Iterable[Problem]:
    """Tell of what is over long before its file says so: a part of the file is missing, or nothing of it can be decoded."""
    plan, video = progress.plan, progress.plan.video
    if not (plan.ladder or plan.audio) or not progress.finished(_lead(plan)):
        return
    told_s = max(Fraction(plan.told_s), video.frames / Fraction(video.rate) if video else Fraction(plan.duration_s))
    ends_s = _length(progress.parts(_lead(plan)))
    if told_s - ends_s > Fraction(plan.segment_s):
        where = f"video stream {video.stream}" if video else f"audio stream {plan.audio[0].stream}"
        yield Problem(where=where, message=f"It ends at second {int(ends_s)}; the file says that it lasts {round(told_s)} s.")


def _named(unit: str, plan: Plan) -> str:
    return next((f"{file.container} file" for file in plan.files if file.unit == unit), unit)


def _entry(described: Manifest) -> Entry | None:
    playable = described.playable
    if playable is None or described.date is None:
        return None
    words = (described.title, described.description, described.tags, described.channel, described.date)
    more = (described.language, described.visibility, described.chapters, described.captions, playable.captions)
    page = (*words, *more, playable.main, playable.width, playable.height, playable.files)
    return Entry(
        id=described.id,
        kind=playable.kind,
        title=described.title,
        date=described.date,
        duration_s=playable.duration_s,
        complete=playable.complete,
        words=keys.digest(msgspec.json.encode(page)),
        visibility=described.visibility,
        posters=shown(described.posters or playable.posters),
        tags=tuple({made.list: made for tag in described.tags for made in [label("tag", tag)]}.values()),
        channel=label("channel", described.channel) if described.channel else None,
    )
