"""The plan of a source, and its orders. PURE."""

from typing import Annotated

from msgspec import Meta

from functions.common.errors import Code
from functions.common.model.inbox import Note, Problem, Sidecar
from functions.common.model.values import (
    AudioCodec,
    Container,
    Count,
    Document,
    Id,
    Language,
    Line,
    Ratio,
    Seconds,
    Share,
    Transfer,
    Unit,
    Value,
    VideoCodec,
)


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

    `name` and `sound_name` are renditions; `origin_s` is the source time, in seconds, of output time 0. `chunks` are more than one
    where a large source can be entered in its middle.
    """

    chunks: Annotated[tuple[Chunk, ...], Meta(min_length=1)]
    name: Annotated[str, Meta(pattern=r"^v/[0-9]+p-copy$")]
    stream: Count
    origin_s: Ratio
    duration_s: Seconds
    sound_name: Annotated[str, Meta(pattern=r"^a/[A-Za-z0-9-]+-copy$")] | None = None
    sound: Count | None = None


class Sounding(Value, frozen=True):
    """A sound of a whole file: its rendition, its language and title."""

    name: str
    language: Language
    title: Line | None = None


class WholeFile(Value, frozen=True):
    """A file put together from the chunks of one rung, and of all sounds."""

    unit: Unit
    container: Container
    video: str | None = None
    sounds: tuple[Sounding, ...] = ()


class Plan(Document, frozen=True, tag="plan-1.json"):
    """The pinned decision for one rev: created once, never changed. Either `rejected`, or what to make of the source.

    `segment_frames` frames are a segment; `segment_s` is its length in seconds (for audio too).
    `told_s` is the length that the header of a file tells which was found to be cut off, else 0.
    `preroll_s`: how far before a chunk a reader seeks. `image_bytes`: the size of a source that is a picture, which has nothing
    of all that.
    """

    id: Id
    rev: Id
    rejected: Verdict | None = None
    demuxer: str = ""
    preroll_s: Seconds = 0.0
    duration_s: Seconds = 0.0
    told_s: Seconds = 0.0
    segment_frames: Count = 0
    segment_s: Ratio = "4/1"
    video: VideoFacts | None = None
    ladder: tuple[Rung, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    audio: tuple[AudioTrack, ...] = ()
    texts: tuple[TextTrack, ...] = ()
    preview: Preview | None = None
    files: tuple[WholeFile, ...] = ()
    image_bytes: Count = 0
    note: Note | None = None
    problems: tuple[Problem, ...] = ()


class VideoWork(Value, frozen=True, tag_field="kind", tag="video"):
    """Encode one chunk in every rung of the ladder, and its storyboard sprite. The last chunk has no end."""

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
    """Repackage the source's own streams, or a piece of them: the groups of pictures, and the sound, that begin in its time.

    `begin_s` and `end_s` are seconds of output time; the first piece has no beginning, and the last no end.
    """

    demuxer: str
    preview: Preview
    segment_s: Ratio
    begin_s: Ratio | None = None
    end_s: Ratio | None = None


class StillsWork(Value, frozen=True, tag_field="kind", tag="stills"):
    """Make the posters of a picture on which there is something to see."""

    demuxer: str
    video: VideoFacts
    duration_s: Seconds


class ImageWork(Value, frozen=True, tag_field="kind", tag="image"):
    """Make a picture in several sizes and formats. `size` of the source in bytes."""

    size: Count


class TextWork(Value, frozen=True, tag_field="kind", tag="text"):
    """Convert one text subtitle track to WebVTT."""

    demuxer: str
    track: TextTrack


class SidecarWork(Value, frozen=True, tag_field="kind", tag="sidecar"):
    """Convert a dropped captions file or poster, or make the posters of a chosen moment of `film`, if there is a picture."""

    sidecar: Sidecar
    film: StillsWork | None = None


class FileWork(Value, frozen=True, tag_field="kind", tag="file"):
    """Put a whole file together from what these units made, once all of them are done."""

    container: Container
    needs: tuple[Unit, ...]
    video: str | None = None
    sounds: tuple[Sounding, ...] = ()


class Earlier(Value, frozen=True):
    """What another rev of the same bytes has made in the same way: these renditions of the unit of the same name."""

    rev: Id
    renditions: Annotated[tuple[str, ...], Meta(min_length=1)]


class Order(Document, frozen=True, tag="order-1.json"):
    """A unit to do. `rev` is absent for a sidecar. The source's version is the one that `current` names.

    `nice` is how far its encoder stands back where workers share processors, as nice(2) counts it. In Lambda none do. `share` is
    this unit's part of the plan's whole work. `then`: units that may have waited for this one. `earlier`: what need not be encoded,
    as long as it is there.
    """

    id: Id
    deadline_s: Annotated[int, Meta(ge=1)]
    work: VideoWork | AudioWork | CopyWork | StillsWork | ImageWork | TextWork | FileWork | SidecarWork
    rev: Id | None = None
    unit: Unit | None = None
    nice: Annotated[int, Meta(ge=0, le=19)] = 0
    then: tuple[Unit, ...] = ()
    share: Share = 0.0
    earlier: Earlier | None = None


class Underway(Document, frozen=True, tag="underway-1.json"):
    """How far a unit is that is being encoded. Nothing depends on it; it goes when the work ends.

    `share` is the unit's part of the whole work, `done` how much of the unit is done after `taken_s` seconds; `speed` is how many
    times as fast as it plays it is encoded, 0 where that is not known.
    """

    id: Id
    rev: Id
    unit: Unit
    share: Share
    done: Share
    taken_s: Seconds = 0.0
    speed: Annotated[float, Meta(ge=0)] = 0.0
