"""Every stored document, as one typed class each. PURE.

The JSON Schemas under `schemas/` are made from these classes (`make schemas`), and a test holds them equal. A document
names its schema in `$schema`; an unknown field, a missing one or a value out of range is an error when it is read.
Numbers carry their unit in their name; a `Ratio` is exact, `"30000/1001"`. Keys of public documents are keys in the media bucket.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from functions.common import keys
from functions.common.errors import Code

Id = Annotated[str, Meta(pattern=f"^{keys.ID}$", description="16 characters of lower-case base32")]
Unit = Annotated[
    str, Meta(pattern=f"^({keys.UNIT})$", description="v00000 a chunk, a0 and a0-001 audio, t0 text, s stills, p preview")
]
Ratio = Annotated[str, Meta(pattern=r"^-?[0-9]+/[1-9][0-9]*$", description="an exact ratio, n/d")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$", description="UTC, whole seconds (RFC 3339)")]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Line = Annotated[str, Meta(max_length=500)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{2,35}$", description="BCP 47 language tag")]
Key = Annotated[str, Meta(min_length=1, max_length=1024)]

STEREO: Final = 2  # channels

Status = Literal["queued", "encoding", "ready", "failed", "rejected", "deleted"]
Visibility = Literal["public", "unlisted"]
VideoCodec = Literal["h264", "hevc", "av1", "vp9"]
AudioCodec = Literal["aac", "opus"]
Transfer = Literal["sdr", "pq", "hlg"]


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a document."""


class Document(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="$schema"):
    """A stored JSON document; its `$schema` names its kind and major version."""


# What people drop into the inbox -------------------------------------------------------------------------------------


class InboxObject(Value, frozen=True):
    """One version of an object in the inbox. `size` in bytes, `modified` as the store says."""

    key: Key
    version: str
    etag: str
    size: Count
    modified: Time


class Sidecar(Value, frozen=True):
    """Captions or a poster that lie beside a source.

    `adopted` is the generation of `current` that took it in, 0 before. A file that was away and is back is taken in anew.
    """

    kind: Literal["captions", "poster"]
    object: InboxObject
    language: Language | None = None
    adopted: Count = 0

    @property
    def rev(self) -> str:
        """Name this adoption; like a source's rev it never returns."""
        return keys.rev(self.object.key, self.object.version, str(self.adopted))


class Chapter(Value, frozen=True):
    """A named place in the video, `at` in seconds."""

    at: Seconds
    title: Line


class Note(Value, frozen=True):
    """What a person says of a video; each field may be absent."""

    title: Line | None = None
    description: Annotated[str, Meta(max_length=20_000)] | None = None
    tags: tuple[Annotated[str, Meta(max_length=100)], ...] = ()
    channel: Annotated[str, Meta(max_length=100)] | None = None
    date: Time | None = None
    language: Language | None = None
    visibility: Visibility = "public"
    poster_at: Seconds | None = None
    chapters: tuple[Chapter, ...] = ()


class Problem(Value, frozen=True):
    """Something that was ignored, and why, in words for the owner; `where` is a file name or a stream."""

    where: Line
    message: Line


class Current(Document, frozen=True, tag="current-1.json"):
    """What the inbox says of one id now. Written by ingest only (and by sweep for a dead letter); never deleted.

    `generation` grows at each write. Without a source every word of the user's is absent.
    `date` is the note's, else the first source version's time.
    """

    id: Id
    generation: Annotated[int, Meta(ge=1)]
    adoption: Count = 0
    had_source: bool = False
    rev: Id | None = None
    source: InboxObject | None = None
    note_object: InboxObject | None = None
    note: Note | None = None
    sidecars: tuple[Sidecar, ...] = ()
    problems: tuple[Problem, ...] = ()
    date: Time | None = None
    first_seen: Time | None = None


# What is made of a source ---------------------------------------------------------------------------------------------


class Step(Value, frozen=True):
    """One rung of a preset: the shorter edge, the encoder's effort and quality, and the decoder buffer's rate and size."""

    edge: Annotated[int, Meta(ge=2, le=4320, multiple_of=2)]
    codec: VideoCodec
    effort: str
    crf: Annotated[int, Meta(ge=0, le=63)]
    maxrate_kbit: Annotated[int, Meta(ge=1)]
    bufsize_kbit: Annotated[int, Meta(ge=1)]


class Sound(Value, frozen=True):
    """One form in which each audio track is made, where the source has as many channels."""

    codec: AudioCodec
    kbit: Annotated[int, Meta(ge=6, le=1000)]
    channels: Annotated[int, Meta(ge=1, le=8)] = 2


class Preset(Document, frozen=True, tag="preset-1.json"):
    """What is made of a source. `video`: the steps, largest first; `audio`: the form that plays by default first.

    `preview`: whether a source that browsers play as it is plays at once, until the ladder is complete.
    """

    about: Line
    video: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=16)]
    audio: Annotated[tuple[Sound, ...], Meta(min_length=1, max_length=4)]
    preview: bool = True


# The plan and its orders ---------------------------------------------------------------------------------------------


class Verdict(Value, frozen=True):
    """Why a source was rejected, or a unit given up."""

    code: Code
    message: Line


class VideoFacts(Value, frozen=True):
    """What an encoder must know of the picture. All frame numbers count on the grid of `rate`.

    `origin` is the time stamp of the first decoded frame in ticks of `time_base`; output frame k is shown at k/rate seconds.
    `width` and `height` are as displayed: after rotation, with square pixels.
    """

    stream: Count
    width: Annotated[int, Meta(ge=1)]
    height: Annotated[int, Meta(ge=1)]
    rate: Ratio
    time_base: Ratio
    origin: int
    frames: Annotated[int, Meta(ge=1, description="estimated; the last chunk is open-ended")]
    codec: str
    transfer: Transfer = "sdr"
    interlaced: bool = False


class Rung(Value, frozen=True):
    """One video rendition of the ladder.

    `effort` and `crf` are the encoder's own scales; `level` is H.264's, for the other encoders tell it themselves. `transfer` is
    how light is coded: `sdr`, or as in the source where the codec keeps that.
    """

    name: Annotated[str, Meta(pattern=r"^v/[0-9]+p-[a-z0-9]+$")]
    width: Annotated[int, Meta(ge=2, multiple_of=2)]
    height: Annotated[int, Meta(ge=2, multiple_of=2)]
    crf: Count
    maxrate_kbit: Count
    bufsize_kbit: Count
    codec: VideoCodec = "h264"
    effort: str = "veryfast"
    level: str = ""
    transfer: Transfer = "sdr"


class Chunk(Value, frozen=True):
    """Frames begin..end-1 of the grid, or the sound of that time; the last chunk has no end."""

    unit: Unit
    begin: Count
    end: Count | None = None


class AudioTrack(Value, frozen=True):
    """One audio track as one rendition. `origin_s` is the source time, in seconds, of output time 0.

    `chunks` are more than one only where a long source can be entered in its middle, exactly.
    """

    chunks: Annotated[tuple[Chunk, ...], Meta(min_length=1)]
    name: Annotated[str, Meta(pattern=r"^a/[A-Za-z0-9-]+$")]
    stream: Count
    language: Language
    sample_rate_hz: Annotated[int, Meta(ge=1)]
    origin_s: Ratio
    codec: AudioCodec = "aac"
    kbit: Annotated[int, Meta(ge=1)] = 128
    channels: Annotated[int, Meta(ge=1, le=8)] = 2
    title: Line | None = None
    default: bool = False


class TextTrack(Value, frozen=True):
    """One text subtitle track inside the source, converted to WebVTT."""

    unit: Unit
    stream: Count
    language: Language
    origin_s: Ratio
    title: Line | None = None


class Preview(Value, frozen=True):
    """The source's own streams, repackaged: what plays until the ladder is complete. `sound` is absent where there is none.

    `name` and `sound_name` are renditions; `origin_s` is the source time, in seconds, of output time 0.
    """

    name: Annotated[str, Meta(pattern=r"^v/[0-9]+p-copy$")]
    stream: Count
    origin_s: Ratio
    duration_s: Seconds
    sound_name: Annotated[str, Meta(pattern=r"^a/[A-Za-z0-9-]+-copy$")] | None = None
    sound: Count | None = None


class Plan(Document, frozen=True, tag="plan-1.json"):
    """The pinned decision for one rev: created once, never changed. Either `rejected`, or what to make of the source.

    `segment_frames` frames are a segment; `segment_s` is its length in seconds (for audio too).
    `preroll_s`: how far before a chunk a reader seeks.
    """

    id: Id
    rev: Id
    rejected: Verdict | None = None
    demuxer: str = ""
    preroll_s: Seconds = 0.0
    duration_s: Seconds = 0.0
    segment_frames: Count = 0
    segment_s: Ratio = "4/1"
    video: VideoFacts | None = None
    ladder: tuple[Rung, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    audio: tuple[AudioTrack, ...] = ()
    texts: tuple[TextTrack, ...] = ()
    preview: Preview | None = None
    note: Note | None = None
    problems: tuple[Problem, ...] = ()


class VideoWork(Value, frozen=True, tag_field="kind", tag="video"):
    """Encode one chunk in every rung of the ladder, and its storyboard sprite. `final`: nothing comes after this chunk."""

    demuxer: str
    preroll_s: Seconds
    video: VideoFacts
    ladder: tuple[Rung, ...]
    segment_frames: Count
    begin: Count
    end: Count | None = None


class AudioWork(Value, frozen=True, tag_field="kind", tag="audio"):
    """Encode one audio track from `begin_s` to `end_s` of the output, without an end up to `pad_to_s` at least.

    `duration_s` is that of this piece, 0 where it is not known.
    """

    demuxer: str
    track: AudioTrack
    segment_s: Ratio
    begin_s: Ratio = "0/1"
    end_s: Ratio | None = None
    pad_to_s: Seconds = 0.0
    duration_s: Seconds = 0.0


class CopyWork(Value, frozen=True, tag_field="kind", tag="copy"):
    """Repackage the source's own streams."""

    demuxer: str
    preview: Preview
    segment_s: Ratio


class StillsWork(Value, frozen=True, tag_field="kind", tag="stills"):
    """Make the posters from the picture at `at_s` seconds of output time."""

    demuxer: str
    video: VideoFacts
    duration_s: Seconds
    at_s: Seconds | None = None


class TextWork(Value, frozen=True, tag_field="kind", tag="text"):
    """Convert one text subtitle track to WebVTT."""

    demuxer: str
    track: TextTrack


class SidecarWork(Value, frozen=True, tag_field="kind", tag="sidecar"):
    """Convert a dropped captions file or poster."""

    sidecar: Sidecar


class Order(Document, frozen=True, tag="order-1.json"):
    """A unit to do. `rev` is absent for a sidecar. The source's version is the one that `current` names.

    `nice` is how far its encoder stands back where workers share processors, as nice(2) counts it. In Lambda none do. `share` is
    this unit's part of the plan's whole work.
    """

    id: Id
    deadline_s: Annotated[int, Meta(ge=1)]
    work: VideoWork | AudioWork | CopyWork | StillsWork | TextWork | SidecarWork
    rev: Id | None = None
    unit: Unit | None = None
    nice: Annotated[int, Meta(ge=0, le=19)] = 0
    share: Share = 0.0


class Underway(Document, frozen=True, tag="underway-1.json"):
    """How far a unit is that is being encoded. Nothing depends on it.

    `share` is the unit's part of the whole work, `done` how much of the unit is done; `speed` is how many times as fast as it
    plays it is encoded, 0 where that is not known.
    """

    id: Id
    rev: Id
    unit: Unit
    share: Share
    done: Share
    speed: Annotated[float, Meta(ge=0)] = 0.0


# Receipts ------------------------------------------------------------------------------------------------------------


class Segment(Value, frozen=True):
    """One segment inside its object, in order, without gaps. `length` in bytes, `duration_s` exact."""

    length: Count
    duration_s: Ratio


class TrackPart(Value, frozen=True):
    """What one unit made of one rendition: the init object, one object of segments, and the RFC 6381 codec string."""

    rendition: str
    init: Key
    object: Key
    codecs: str
    segments: tuple[Segment, ...]


class Sprite(Value, frozen=True):
    """Scrubbing thumbnails of one chunk: `count` tiles in rows of `columns`, the first at `begin_s`, then every `every_s`."""

    object: Key
    columns: Count
    tile_width: Count
    tile_height: Count
    count: Count
    begin_s: Seconds
    every_s: Seconds


class Picture(Value, frozen=True):
    """A poster in one width."""

    object: Key
    width: Count
    height: Count


class Receipt(Document, frozen=True, tag="receipt-1.json"):
    """A unit done: it names every object that belongs to the video, and so commits them."""

    id: Id
    rev: Id | None = None
    unit: Unit | None = None
    sidecar: Sidecar | None = None
    encoder: str = ""
    parts: tuple[TrackPart, ...] = ()
    sprites: tuple[Sprite, ...] = ()
    pictures: tuple[Picture, ...] = ()
    captions: Key | None = None
    problems: tuple[Problem, ...] = ()


class Failure(Document, frozen=True, tag="failure-1.json"):
    """A unit failed for good. An ok receipt of the same unit outweighs it."""

    id: Id
    verdict: Verdict
    rev: Id | None = None
    unit: Unit | None = None
    sidecar: Sidecar | None = None


# What the site reads -------------------------------------------------------------------------------------------------


class Captions(Value, frozen=True):
    """A WebVTT file for a `<track>`."""

    object: Key
    language: Language
    title: Line | None = None


class Playable(Value, frozen=True):
    """What can be played now, and all that depends on its rev. `complete`: nothing more will come.

    `main` is the multivariant playlist; `duration_s` the planned length, `available_s` what is encoded.
    """

    rev: Id
    complete: bool
    main: Key
    duration_s: Seconds
    available_s: Seconds
    width: Count = 0
    height: Count = 0
    posters: tuple[Picture, ...] = ()
    storyboard: Key | None = None
    captions: tuple[Captions, ...] = ()


class Entry(Value, frozen=True):
    """What the catalogue shows of one video."""

    id: Id
    title: Line
    date: Time
    duration_s: Seconds
    complete: bool
    words: Annotated[str, Meta(pattern=f"^{keys.HASH}$", description="hash of what the video's own page says")]
    visibility: Visibility = "public"
    posters: tuple[Picture, ...] = ()
    tags: tuple[str, ...] = ()
    channel: str | None = None


class Explained(Value, frozen=True):
    """A failure as people read it: what happened, and what to do."""

    code: Code
    message: Line
    todo: Line


class Manifest(Document, frozen=True, tag="manifest-1.json"):
    """All that a page needs to show and play one video, and its status. Written by index, as the last of a pass.

    `generation` grows at each write; `current_generation` is that of the `current` it was made from; `receipts` counts what
    was seen. `entry` is what the catalogue shows, `entry_number` grows when it changes; `announced` is the last such number
    for which a fragment was made. `captions` and `posters` are the dropped ones, which come before those of `playable`. After
    a delete only numbers remain.
    """

    id: Id
    generation: Annotated[int, Meta(ge=1)]
    current_generation: Annotated[int, Meta(ge=1)]
    status: Status
    rev: Id | None = None
    receipts: Count = 0
    progress: Annotated[float, Meta(ge=0, le=1, description="share of the planned work that has receipts")] = 0.0
    playable: Playable | None = None
    entry: Entry | None = None
    entry_number: Count = 0
    announced: Count = 0
    title: Line = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    channel: str | None = None
    date: Time | None = None
    language: Language | None = None
    visibility: Visibility = "public"
    chapters: tuple[Chapter, ...] = ()
    captions: tuple[Captions, ...] = ()
    posters: tuple[Picture, ...] = ()
    error: Explained | None = None
    problems: tuple[Problem, ...] = ()


class Fragment(Document, frozen=True, tag="fragment-1.json"):
    """A hint: this id changed. It has no content."""

    id: Id


class Page(Document, frozen=True, tag="page-1.json"):
    """A page of the catalogue: entries, newest first. Never changed; its root names it."""

    entries: tuple[Entry, ...]


class PageRef(Value, frozen=True):
    """Where a page lies, and how many entries it has."""

    object: Key
    count: Count


class Root(Document, frozen=True, tag="root-1.json"):
    """The catalogue's root: how many public videos there are, the newest inline, and the pages that hold them all."""

    generation: Annotated[int, Meta(ge=1)]
    count: Count = 0
    newest: tuple[Entry, ...] = ()
    pages: tuple[PageRef, ...] = ()


class Item(Document, frozen=True, tag="item-1.json"):
    """An upload made through the API. Its status is that of the video."""

    item_id: str
    client_id: str
    created_at: Time
    file_name: str
    file_size: Count
    content_type: str
    key: Key
    video_id: Id
    upload_id: str
    part_size: Count
    sha512_checksum: str | None = None
    conversion_type: str | None = None


DOCUMENTS: tuple[type[Document], ...] = (
    *(Current, Preset, Plan, Order, Underway, Receipt, Failure, Manifest),
    *(Fragment, Page, Root, Item),
)
