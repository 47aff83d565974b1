"""What people drop or write as text, and what becomes of it: captions, notes, names, the client's configuration, playlists."""

import tempfile
from fractions import Fraction
from pathlib import Path
from struct import iter_unpack
from typing import Final

import m3u8
import msgspec
from msgspec.structs import replace

from client.reel import config
from client.reel.failures import Misused
from functions.common import events, inbox, keys, note, schema
from functions.common.model import Current, Segment, TrackPart
from functions.common.orders import OrderKeys
from functions.index import playlist
from functions.transcode import captions
from tests.unit.index.documents import CURRENT, PLAN, REV, folder, part

LONGEST_SPELLING: Final = 5  # `&` becomes `&amp;`
MOST_KEY: Final = 1024  # bytes of a key of S3
MOST_WORD: Final = 1000  # bytes that somebody types; the writer of TOML takes its time for each
SETTINGS: Final = tuple(config.KEYS)
MOST_SEGMENTS: Final = 40  # the other reader is a slow one
HALF_A_MICROSECOND: Final = 5.1e-7  # playlists tell six decimals


def read_captions(body: bytes) -> None:
    """Captions of any make are cues, and what is written of them is read as the same."""
    found = captions.read(body)
    assert len(found.problems) <= captions.MAX_PROBLEMS + 1
    written = captions.write(found.cues)
    assert len(written) <= LONGEST_SPELLING * len(body) + len("WEBVTT\n\n")
    assert captions.read(written) == captions.Captions(found.cues, ())


def read_note(body: bytes) -> None:
    """Any bytes are a note; it can be stored, and read again as a note without a problem."""
    found, problems = note.read_note(body, "talk.json")
    assert len(problems) <= note.MAX_PROBLEMS
    stored = replace(CURRENT, note=found, problems=problems)
    assert schema.load(Current, schema.dump(stored)) == stored
    assert note.read_note(msgspec.json.encode(found), "talk.json") == (found, ())


def read_message(body: bytes) -> None:
    """A message names keys or is unreadable; its neighbour in the batch is read, and what is sent again names the same."""
    bodies = (body.decode(errors="surrogateescape"), events.body(["a b.mp4"]))
    batch = [
        {"messageId": str(place), "receiptHandle": "h", "body": text, "attributes": {"ApproximateReceiveCount": "1"}}
        for place, text in enumerate(bodies)
    ]
    found, neighbour = events.parse({"Records": batch})
    assert neighbour.keys == ("a b.mp4",)
    assert found.unreadable is None or not found.keys
    again = events.read("0", "h", events.body(found.keys, revived=found.revived))
    assert again.keys == found.keys
    assert not found.keys or again.revived == found.revived
    for key in found.keys:
        read_name(key.encode())


def read_name(body: bytes) -> None:
    """A key of anybody's is a name or none; spelled again it is the same, and so is each of our own keys."""
    key = body[:MOST_KEY].decode(errors="replace")
    name = inbox.read_name(key)
    if name:
        assert keys.PLAYLIST.parse(keys.PLAYLIST.key(id=keys.video_id(name.stem), rev=REV, rendition="v/a"))
        assert name.language is None or inbox.language(name.language) == name.language
        middle = f".{name.language}" if name.language else ""
        again = inbox.read_name(f"{name.stem}{middle}.{key.rpartition('.')[2]}")
        assert name.language is None or again == name
    for form in (*keys.WORK_FORMS, *keys.MEDIA_FORMS, *keys.SITE_FORMS, keys.UPLOAD):
        fields = form.parse(key)
        assert fields is None or form.key(**fields) == key
    keys.id_of(key)
    order = OrderKeys.parse(key)
    assert order is None or order.order == key


def read_config(body: bytes) -> None:
    """A configuration is refused or read; a setting that is put into it is read back, and the others stay."""
    before, _, rest = body.partition(b"\0")  # which TOML never has
    word = rest[:MOST_WORD]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "config.toml"
        path.write_bytes(before)
        environment = {"REEL_CONFIG": str(path)}
        try:
            first = config.Config.read(environment)
            name, value = SETTINGS[len(word) % len(SETTINGS)], word.decode(errors="surrogateescape")
            first.put(name, value)
        except Misused:
            return
        second = config.Config.read(environment)
        assert second.said == {**first.said, name: value}
        second.put(name, None)
        assert config.Config.read(environment).said == {key: said for key, said in first.said.items() if key != name}


def write_playlist(body: bytes) -> None:
    """Whatever the numbers and the words, another reader finds in our lists what we put in."""
    numbers, _, words = body.partition(b"\0\0\0\0")
    rows = list(iter_unpack(">IHH", numbers[: min(len(numbers) // 8, MOST_SEGMENTS) * 8]))
    segments = [Segment(length=length + 1, duration_s=f"{over + 1}/{under + 1}") for length, over, under in rows]
    whole = part("v/360p-h264", "v00000", (), (), "avc1.64001e")
    chunks = [
        replace(whole, object=f"{whole.object[:-4]}{at}.m4s", segments=tuple(segments[at : at + 3]))
        for at in range(0, len(rows), 3)
    ]
    _media_list(chunks, complete=len(body) % 2 == 0)
    if segments:
        _main_list(chunks, words.decode(errors="replace"))


def _media_list(parts: list[TrackPart], *, complete: bool) -> None:
    said = [(segment, chunk) for chunk in parts for segment in chunk.segments]
    longest = max((Fraction(segment.duration_s) for segment, _ in said), default=Fraction(1))
    key = f"{folder('v/360p-h264')}/list.m3u8"
    found = m3u8.loads(playlist.media_playlist(key, parts, longest, complete=complete).decode())
    assert found.is_endlist == complete
    assert len(found.segments) == len(said)
    ends: dict[str, int] = {}
    for (segment, chunk), seen in zip(said, found.segments, strict=True):
        name = chunk.object.rpartition("/")[2]
        assert (seen.uri, seen.byterange) == (name, f"{segment.length}@{ends.get(name, 0)}")
        assert abs(Fraction(seen.duration or 0) - Fraction(segment.duration_s)) < HALF_A_MICROSECOND
        assert seen.init_section and seen.init_section.uri == chunk.init.rpartition("/")[2]  # noqa: PT018  # the one for mypy
        assert (seen.duration or 0) <= (found.target_duration or 0)
        ends[name] = ends.get(name, 0) + segment.length


def _main_list(parts: list[TrackPart], title: str) -> None:
    tracks = tuple(replace(PLAN.audio[0], name=name, title=title) for name in ("a/en-aac", "a/en-2-aac"))
    heard = {track.name: parts for track in tracks}
    lists = playlist.multivariant_playlist(replace(PLAN, audio=tracks), {rung.name: parts for rung in PLAN.ladder}, heard)
    found = m3u8.loads(lists.decode())
    assert [media.uri for media in found.media] == [f"{track.name}/list.m3u8" for track in tracks]
    assert len({media.name for media in found.media}) == len(tracks)
    assert found.media[0].name == playlist.quoted(title or tracks[0].language)
    assert {seen.uri for seen in found.playlists} == {f"{rung.name}/list.m3u8" for rung in PLAN.ladder}
    assert {seen.stream_info.bandwidth for seen in found.playlists} == {2 * playlist.bandwidth(parts)[0]}
