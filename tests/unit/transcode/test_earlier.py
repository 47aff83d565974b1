"""What was encoded for an earlier rev of the same bytes is taken over, and only that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.events import Message
from functions.common.model import AudioWork, Earlier, InboxObject, Order, Receipt, TrackPart, VideoWork
from functions.common.stage import Group
from functions.common.store import Buckets
from functions.transcode.handler import Transcode
from functions.transcode.job import Made
from tests.unit.index.documents import CURRENT
from tests.unit.transcode.work import LADDER, REV, Bench, Work, audio, order, video

NOW = "234567abcdefghij"
CHUNK = video(25, 100)
NAMES = tuple(rung.name for rung in LADDER)


class Shelf:
    """A store in which another rev has done one order already, and a worker that notes what it encodes."""

    def __init__(self, buckets: Buckets, bench: Bench, work: Work, encoder: str = "") -> None:
        self.buckets, self.bench = buckets, bench
        self.before = bench.do(work)
        self.receipt = replace(self.before.receipt, encoder=encoder or self.before.receipt.encoder)
        for write in self.before.objects:
            buckets.media.put(write.key, write.body)
        buckets.work.create(keys.OK.key(id=CURRENT.id, rev=REV, unit="v00000"), schema.dump(self.receipt))
        buckets.work.create(keys.CURRENT.key(id=CURRENT.id), schema.dump(replace(CURRENT, rev=NOW)))
        self.encoded: list[Work] = []

    def do(self, work: Work, *renditions: str) -> Receipt:
        """Do an order of the rev of now, some of which was made before; give its receipt."""
        due = replace(order(work), rev=NOW, earlier=Earlier(rev=REV, renditions=renditions))
        key = keys.ORDER.key(id=due.id, rev=NOW, unit=str(due.unit))
        self.buckets.work.create(key, schema.dump(due))
        stage = Transcode(self.buckets, self._make, lambda _: None, self.bench.encoder.name)
        stage.act(Group(key, (key,), (Message("m", "h", (key,)),)))
        done = self.buckets.work.read(keys.OK.key(id=due.id, rev=NOW, unit=str(due.unit)))
        assert done
        receipt = schema.load(Receipt, done)
        assert all(map(self.buckets.media.read, named(receipt)))
        return receipt

    def _make(self, due: Order, _source: InboxObject) -> Made:
        assert isinstance(due.work, VideoWork | AudioWork)
        self.encoded.append(due.work)
        made = self.bench.do(due.work)
        objects = tuple(replace_rev(write.key) for write in made.objects)
        for key, write in zip(objects, made.objects, strict=True):
            self.buckets.media.put(key, write.body)
        return Made((), schema.load(Receipt, replace_rev(schema.dump(made.receipt).decode()).encode()))


def replace_rev(text: str) -> str:
    """Say of the bench's own rev that it is the one of now."""
    return text.replace(REV, NOW)


def named(receipt: Receipt) -> list[str]:
    parts = [key for part in receipt.parts for key in (part.init, part.object)]
    return [*parts, *(sprite.object for sprite in receipt.sprites)]


@pytest.fixture
def shelf(buckets: Buckets, film: Path, bench_for: Callable[[Path], Bench]) -> Callable[..., Shelf]:
    return lambda work, encoder="": Shelf(buckets, bench_for(film), work, encoder)


def test_a_chunk_that_was_made_before_is_not_encoded(shelf: Callable[..., Shelf]) -> None:
    made = shelf(CHUNK)
    receipt = made.do(CHUNK, *NAMES)

    assert made.encoded == []
    assert schema.dump(receipt).decode() == replace_rev(schema.dump(made.before.receipt).decode())


def test_nor_is_a_sound(shelf: Callable[..., Shelf]) -> None:
    made = shelf(audio())
    receipt = made.do(audio(), "a/en-aac")

    assert made.encoded == []
    assert receipt.parts[0].segments == made.before.receipt.parts[0].segments


@pytest.mark.parametrize("place", range(len(LADDER)))
def test_a_new_rung_alone_is_encoded_and_stands_in_its_place(place: int, shelf: Callable[..., Shelf]) -> None:
    """Alone it is scaled from the source, at once from the next larger one: other bytes, of the same frames (docs/adr/019)."""
    new, known = LADDER[place : place + 1], tuple(rung for number, rung in enumerate(LADDER) if number != place)
    made = shelf(replace(CHUNK, ladder=known))
    receipt = made.do(CHUNK, known[0].name)
    alone, at_once = made.bench.do(replace(CHUNK, ladder=new)).receipt, made.bench.do(CHUNK).receipt
    parts = {part.rendition: part for part in (*made.before.receipt.parts, *alone.parts)}

    assert made.encoded == [replace(CHUNK, ladder=new)]
    assert schema.dump(receipt).decode() == replace_rev(
        schema.dump(replace(at_once, parts=tuple(parts[rung.name] for rung in LADDER))).decode()
    )
    assert [(p.init, p.codecs, seconds(p)) for p in receipt.parts] == [
        (replace_rev(p.init), p.codecs, seconds(p)) for p in at_once.parts
    ]


def seconds(part: TrackPart) -> list[str]:
    return [segment.duration_s for segment in part.segments]


def test_what_another_encoder_made_is_made_anew(shelf: Callable[..., Shelf]) -> None:
    made = shelf(CHUNK, "ffmpeg 8.0 (01234567)")
    made.do(CHUNK, *NAMES)

    assert made.encoded == [CHUNK]


def test_what_is_gone_is_made_anew(shelf: Callable[..., Shelf]) -> None:
    made = shelf(CHUNK)
    made.buckets.media.delete([made.before.receipt.parts[1].object])
    made.do(CHUNK, *NAMES)

    assert made.encoded == [CHUNK]


def test_what_has_not_the_bytes_of_its_name_is_made_anew(shelf: Callable[..., Shelf]) -> None:
    made = shelf(CHUNK)
    made.buckets.media.put(made.before.receipt.sprites[0].object, b"other")
    made.do(CHUNK, *NAMES)

    assert made.encoded == [CHUNK]


def test_rungs_of_other_lengths_are_not_mixed(shelf: Callable[..., Shelf]) -> None:
    made = shelf(replace(video(25, 75), ladder=LADDER[:1]))
    receipt = made.do(CHUNK, LADDER[0].name)

    assert made.encoded == [replace(CHUNK, ladder=LADDER[1:]), CHUNK]
    assert len({part.segments[-1].duration_s for part in receipt.parts}) == len({len(part.segments) for part in receipt.parts}) == 1
