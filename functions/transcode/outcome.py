"""What ffmpeg's exit code and words mean: whose fault it was. PURE."""

import re
from typing import Final

_SIGKILL: Final = -9  # by the kernel that is out of memory, or by an operator; never the input's own doing
_STARVED: Final = re.compile("Cannot allocate memory|Resource temporarily unavailable")  # ENOMEM; EAGAIN: no room for a thread
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
# What decoders say, then what demuxers say, where they go on: Matroska's, MPEG-TS's when it has to look for its packets, ASF's and
# MXF's; and where one gives up, as Ogg's.
_DAMAGE: Final = re.compile(
    "concealing|Decoding error|error while decoding|Error submitting packet|missing picture|corrupt (input packet|decoded frame)"
    "|exceeds containing master element|invalid as first byte of an EBML|changing packet size|max resync size|asf bad header"
    "|edit unit sync lost|Error during demuxing",
    re.IGNORECASE,
)
_CUT_OFF: Final = re.compile("partial file|File ended prematurely")  # what the demuxers of MOV and MP4, and of Matroska say


def starved(code: int, words: str) -> bool:
    """Tell whether memory ran out. The code alone does not tell: the filter that failed last may say EINVAL."""
    return code == _SIGKILL or (code != 0 and bool(_STARVED.search(words)))


def blames_input(code: int) -> bool:
    """Tell whether a code other than 0 is the input's doing: its nonsense, or a decoder that crashed on it."""
    return code in _INPUT_CODES or code < 0


def reason(code: int) -> str:
    """Say why an input could not be decoded, in a person's words."""
    return "the decoder crashed on it" if code < 0 else "its data makes no sense to the decoder"


def cut_off(words: str) -> bool:
    """Tell whether the file is shorter than it says."""
    return bool(_CUT_OFF.search(words))


def damaged(words: str) -> bool:
    """Tell whether the decoder found something broken and went on."""
    return bool(_DAMAGE.search(words))
