"""The types of fields, and what every document is. PURE.

Numbers carry their unit in their name; a `Ratio` is exact, `"30000/1001"`.
"""

from fractions import Fraction
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from functions.common import keys

Id = Annotated[str, Meta(pattern=f"^{keys.ID}$", description="16 characters of lower-case base32")]
Unit = Annotated[
    str,
    Meta(
        pattern=f"^({keys.UNIT})$",
        description="v00000 a chunk, a0 and a0-001 audio, t0 text, s stills, p and p-001 preview, f0 a file, i an image",
    ),
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
Container = Literal["mp4", "webm", "mkv"]
Transfer = Literal["sdr", "pq", "hlg"]
PictureKind = Literal["jpeg", "png", "webp"]
Kind = Literal["video", "image"]


def ratio(value: Fraction) -> Ratio:
    """Write an exact ratio."""
    return f"{value.numerator}/{value.denominator}"


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a document."""


class Document(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="$schema"):
    """A stored JSON document; its `$schema` names its kind and major version."""
