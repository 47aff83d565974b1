"""What clients send: JSON to values, with a sentence for whatever is wrong. PURE."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from functions.api.parts import MOST_SIGNED
from functions.api.problem import Fault, Problem, invalid
from functions.api.tokens import EVERYTHING
from functions.common import keys
from functions.common.inbox import EXTENSIONS, read_name
from functions.common.model import Action, Client

FILE_NAME_BYTES: Final = 255  # what file systems allow, so that whoever downloads it can store it
MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")  # RFC 6838, section 4.2
MOST_DAYS: Final = 3650
MOST_S3: Final = 5 * 1024**4  # bytes of an object
MEDIA: Final = ("video/", "audio/")
UNTYPED: Final = "application/octet-stream"
PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
OTHER_MEDIA: Final = ("application/mxf", "application/ogg", "application/vnd.ms-asf", *PICTURES, UNTYPED)
SHA512: Final = re.compile(r"[0-9a-f]{128}")
SITE: Final = "https?://[A-Za-z0-9._~:/%-]{1,200}/"
SENT: Final = ("source", "picture")
SOURCES: Final = tuple(extension for extension, role in EXTENSIONS.items() if role in SENT)

_PLACE: Final = re.compile(r"(?P<message>.*?) - at `\$\.?(?P<place>.*)`")
_FIELD: Final = re.compile(r".* field `(?P<place>.*)`")


def _either(names: Sequence[str]) -> str:
    return "|".join(names).replace(".", r"\.")


def _described(**said: object) -> Meta:
    return Meta(extra_json_schema=said)


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An upload that somebody wants to make. `file_size` in bytes, at most what the operator allows."""

    # What stands beside the types is for the API's description: `accept` judges, all at once and with a sentence for each fault.
    client_id: Annotated[str, _described(pattern=f"^{keys.FIELDS['client']}$")]
    file_name: Annotated[str, _described(pattern=rf"^[ -.0-\[\]-~\u00a1-\ud7ff]{{1,60}}\.({'|'.join(SOURCES)})$")]
    file_size: Annotated[int, _described(minimum=1, maximum=MOST_S3)]
    content_type: Annotated[str, _described(pattern=rf"^((video|audio)/[a-z0-9][a-z0-9+.-]{{0,63}}|{_either(OTHER_MEDIA)})$")]
    sha512_checksum: Annotated[str, _described(pattern=f"^{SHA512.pattern}$")] | None = None
    conversion_type: Annotated[str, _described(description="A preset's name.")] | None = None


class TokenWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token that the operator wants to make. `most_bytes` of one file, `quota_bytes` of all of the client's files together."""

    client_id: Client
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 30
    may: Annotated[tuple[Action, ...], Meta(min_length=1)] = EVERYTHING
    most_bytes: Annotated[int, Meta(ge=1)] | None = None
    quota_bytes: Annotated[int, Meta(ge=1)] | None = None


class InvitationWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation that the operator wants to make: to the site at that address, or to one video of it."""

    site: Annotated[str, Meta(pattern=f"^{SITE}$")]
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 30
    video_id: Annotated[str, Meta(pattern=f"^{keys.ID}$")] | None = None


class Reencoding(Struct, frozen=True, forbid_unknown_fields=True):
    """How a video is to be encoded again: with that preset, or as before."""

    conversion_type: Annotated[str, _described(description="A preset's name.")] | None = None


class Numbers(Struct, frozen=True, forbid_unknown_fields=True):
    """Parts for which addresses are wanted."""

    numbers: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(min_length=1, max_length=MOST_SIGNED)]


class SentPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A part as its sender knows it: the ETag is what the store answered, with or without its quotes."""

    number: int
    etag: Annotated[str, Meta(pattern='^"?[0-9a-f]{32}"?$')]


class Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """All parts of a file, sent."""

    parts: tuple[SentPart, ...]


def read[B](kind: type[B], body: str | None) -> B:
    """Read a body. Raises Problem, naming the field at fault."""
    try:
        return msgspec.convert(_whole(msgspec.json.decode(body or "")), kind)
    except msgspec.ValidationError as error:
        raise invalid(_fault(str(error))) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:  # the last: a thousand brackets
        raise Problem("unreadable", "The body must be a JSON object in UTF-8.") from error


def _whole(value: object) -> object:
    """Read 3.0 as 3: JSON knows no difference (JSON Schema 2020-12, Core, section 4.2.3)."""
    match value:
        case dict():
            return {name: _whole(inner) for name, inner in value.items()}
        case list():
            return [_whole(inner) for inner in value]
        case float() if value.is_integer():
            return int(value)
    return value


def accept(wish: Wish, most_bytes: int, presets: Sequence[str]) -> Wish:
    """Judge a wish, and give it as it is kept: of the file name only the last part. Raises Problem with every fault.

    `presets` are the names of those that there are.
    """
    checksum = None if wish.sha512_checksum is None else wish.sha512_checksum.lower()
    kept = replace(wish, file_name=re.split(r"[/\\]", wish.file_name)[-1], sha512_checksum=checksum)
    served = {"file_size": _size(kept, most_bytes), "conversion_type": conversion(kept.conversion_type, presets)}
    sentences = {field: rule(kept) for field, rule in RULES.items()} | served
    faults = [Fault(f"#/{field}", sentence) for field, sentence in sentences.items() if sentence]
    if faults:
        raise invalid(*faults)
    return kept


def is_client(text: str) -> bool:
    """Tell whether a text can be a client's id."""
    return re.fullmatch(keys.FIELDS["client"], text) is not None


def is_item(text: str) -> bool:
    """Tell whether a text can be an item's id."""
    return re.fullmatch(keys.FIELDS["item"], text) is not None


def _client(wish: Wish) -> str | None:
    if is_client(wish.client_id):
        return None
    return "client_id must have 1 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or a digit."


def _file_name(wish: Wish) -> str | None:
    name = wish.file_name
    if any(_is_unprintable(character) for character in name):
        return "file_name must not have control characters."
    if len(name.encode()) > FILE_NAME_BYTES:
        return f"file_name must have at most {FILE_NAME_BYTES} bytes in UTF-8."
    read_as = read_name(name)
    if read_as is None or read_as.role not in SENT:
        return f"file_name must be a name with one of these extensions: {', '.join(SOURCES)}."
    return None


def _is_unprintable(character: str) -> bool:
    """Control characters, lone surrogates and noncharacters: XML, in which S3 lists keys, has no way to write most of them."""
    return unicodedata.category(character) in {"Cc", "Cs"} or ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004


def _size(wish: Wish, most_bytes: int) -> str | None:
    if wish.file_size < 1:
        return "file_size must be at least 1: there is nothing in a file without bytes."
    if wish.file_size > most_bytes:
        return f"file_size must be at most {most_bytes} bytes. Make the file smaller, or ask the operator to raise MaxSourceBytes."
    return None


def conversion(name: str | None, presets: Sequence[str]) -> str | None:
    """Say what is wrong with a preset's name, if there is one."""
    if name is None or name in presets:
        return None
    return f"conversion_type must be one of {', '.join(presets)}."


def _content_type(wish: Wish) -> str | None:
    kind = wish.content_type.lower()
    if MEDIA_TYPE.fullmatch(kind) and (kind.startswith(MEDIA) or kind in OTHER_MEDIA):
        return None
    return f"content_type must be video/…, audio/… or one of {', '.join(OTHER_MEDIA)}. If you do not know it, say {UNTYPED}."


def _checksum(wish: Wish) -> str | None:
    if wish.sha512_checksum is None or SHA512.fullmatch(wish.sha512_checksum):
        return None
    return "sha512_checksum must be 128 hexadecimal digits."


RULES: Final[Mapping[str, Callable[[Wish], str | None]]] = {
    "client_id": _client,
    "file_name": _file_name,
    "content_type": _content_type,
    "sha512_checksum": _checksum,
}


def _fault(message: str) -> Fault:
    """Turn msgspec's message, which ends with a path such as `$.parts[0].etag`, into a pointer and a sentence."""
    placed = _PLACE.fullmatch(message)
    place = placed["place"] if placed else ""
    missing = _FIELD.fullmatch(placed["message"] if placed else message)
    steps = [*re.findall(r"[^.\[\]]+", place), *([missing["place"]] if missing else [])]
    what = placed["message"] if placed else message
    named = "" if missing or not steps else f"{steps[-1]}: "
    return Fault("#" + "".join(f"/{step}" for step in steps), f"{named}{what.replace('`', '')}.")
