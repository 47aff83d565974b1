"""The two failures. PURE.

`Rejected` is the input's fault: recorded, told to its owner, never retried. Any other exception is ours: the queue retries it.
"""

from typing import Final, Literal, get_args

Code = Literal[
    "empty",
    "unknown_container",
    "playlist_not_media",
    "damaged",
    "no_media",
    "unsupported_codec",
    "too_large",
    "too_long",
    "too_many_pixels",
    "too_many_streams",
    "clock_starts_anew",
    "unknown_length",
    "undecodable",
    "bad_captions",
    "bad_picture",
    "wrong_checksum",
    "too_large_to_join",
    "gave_up",
]

WHAT_TO_DO: Final[dict[Code, str]] = {
    "empty": "The file has no bytes. Upload it again.",
    "unknown_container": "Send a video, a sound or a picture, such as MP4, MOV, MKV, WebM, MP3, JPEG or PNG.",
    "playlist_not_media": "Send the media file itself, not a playlist that points at it.",
    "damaged": "The file is cut off or broken. Make or copy it again, and check that it plays before you upload it.",
    "no_media": "The file has neither a picture nor sound that can be played.",
    "unsupported_codec": "Convert the file to H.264 video and AAC audio, then upload it again.",
    "too_large": "Make the file smaller. Of a video or a sound the operator can raise MaxSourceBytes.",
    "too_long": "Cut the video into parts, or ask the operator to raise MaxSourceSeconds.",
    "too_many_pixels": "Scale the picture down to at most 8192 x 4320.",
    "too_many_streams": "Keep at most 32 streams in the file.",
    "clock_starts_anew": "Copy the streams into an MP4 or MKV file, or upload the joined recordings one by one.",
    "unknown_length": "Copy it into a file with an index, which changes nothing else: ffmpeg -i recording.webm -c copy film.mkv",
    "undecodable": "A part of the file cannot be decoded. Check that it plays to its end, then upload it again.",
    "bad_captions": "Check the captions file: it must be WebVTT or SRT text in UTF-8.",
    "bad_picture": "Send a JPEG, PNG or WebP picture, and check that it opens before you send it.",
    "wrong_checksum": "Send the file again. If that does not help, it changed while its checksum was made: make that anew.",
    "too_large_to_join": "It plays all the same. To have it as a file, download the stream (--as hls), or choose a smaller preset.",
    "gave_up": "This is our fault, not yours. Try again with retry; tell the operator if it happens twice.",
}
if set(WHAT_TO_DO) != set(get_args(Code)):  # pragma: no cover
    raise AssertionError("each code needs a sentence that says what to do")


class Rejected(Exception):  # noqa: N818  # a verdict on the input, not an error of ours
    """The input cannot be used. `code` is for programs, `message` one sentence for its owner."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code: Final = code
        self.message: Final = message


class Unavailable(Exception):  # noqa: N818  # the store did not answer; the queue brings the message back
    """The store answered 5xx, or not at all."""


class Contended(Exception):  # noqa: N818  # others won each time; the queue brings the message back
    """A document was changed by others in every round of a derive."""


class Superseded(Exception):  # noqa: N818  # the queue brings the message back, and it reads the newer document
    """A document that was read is no longer the newest, and a part of it has been collected."""
