"""What may be made of a source. PURE."""

from typing import Annotated

from msgspec import Meta

from functions.common.model.values import AudioCodec, Container, Document, Line, Value, VideoCodec


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


class File(Value, frozen=True):
    """A whole file beside the stream, of the largest step that is not above `edge`, or of the largest of all, and of all sounds."""

    container: Container
    edge: Annotated[int, Meta(ge=2, le=4320)] | None = None


class Preset(Document, frozen=True, tag="preset-1.json"):
    """What is made of a source. `video`: the steps, largest first; `audio`: the form that plays by default first.

    `preview`: whether a source that browsers play as it is plays at once, until the ladder is complete.
    `files`: what is put together besides, to be downloaded.
    """

    about: Line
    video: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=16)]
    audio: Annotated[tuple[Sound, ...], Meta(min_length=1, max_length=4)]
    preview: bool = True
    files: Annotated[tuple[File, ...], Meta(max_length=4)] = ()
