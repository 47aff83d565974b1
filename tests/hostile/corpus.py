"""The files: real ones with seeded mutations, and those that are made by hand to lie. The same seed gives the same files."""

import io
import json
import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image

from tests.media import ffmpeg
from tests.mutation import MUTATIONS, somewhere

PICTURE: Final = "testsrc2=size=64x48:rate=10:duration=0.6"
SOUND: Final = "sine=frequency=440:duration=0.6:sample_rate=44100"
X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
BOTH: Final[Mapping[str, Sequence[str]]] = {
    "mp4": (*X264, "-c:a", "aac"),
    "mov": ("-c:v", "prores_ks", "-c:a", "pcm_s16le"),
    "mkv": (*X264, "-c:a", "flac"),
    "webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    "ts": (*X264, "-c:a", "aac"),
    "avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "flv": ("-c:v", "flv1", "-c:a", "libmp3lame"),
    "mpg": ("-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2"),
    "wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "mxf": ("-c:v", "mpeg2video", "-r", "25", "-c:a", "pcm_s16le", "-ar", "48000"),
    "ogv": ("-c:v", "libtheora", "-c:a", "libvorbis"),
}
ALONE: Final[Mapping[str, Sequence[str]]] = {
    "mp3": ("-c:a", "libmp3lame"),
    "m4a": ("-c:a", "aac"),
    "aac": ("-c:a", "aac"),
    "wav": ("-c:a", "pcm_s16le"),
    "flac": ("-c:a", "flac"),
    "opus": ("-c:a", "libopus"),
    "aiff": ("-c:a", "pcm_s16be"),
    "caf": ("-c:a", "alac"),
    "w64": ("-c:a", "pcm_s16le"),
    "au": ("-c:a", "pcm_mulaw"),
    "amr": ("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1"),
    "ac3": ("-c:a", "ac3"),
    "eac3": ("-c:a", "eac3"),
}
VTT: Final = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello <b>there</b>.\n\n00:01.000 --> 00:02.000 line:0\nBye.\n"
SRT: Final = b"1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n2\n00:00:01,000 --> 00:00:02,000\nBye.\n"
NOTE: Final = b'{"title": "A talk", "tags": ["a", "b"], "date": "2026-01-02T03:04:05Z", "chapters": [{"at": 1, "title": "One"}]}'
SCRIPT: Final = "\"><script>fetch('{server}')</script>\u202e\u0000\ud7ff' onerror=x"


@dataclass(frozen=True)
class Hostile:
    """A file, and how it is called."""

    name: str
    body: bytes


@dataclass(frozen=True)
class Canary:
    """What nobody may read: a file, and a server."""

    path: Path
    server: str

    @property
    def places(self) -> tuple[str, ...]:
        """Give the ways to name it."""
        return (
            f"file://{self.path}",
            str(self.path),
            f"file:{self.path}",
            f"{self.server}/read.ts",
            f"concat:{self.path}|{self.path}",
        )


SAME = ("-fflags", "+bitexact", "-flags", "+bitexact")  # else some containers have the time in them, or a number by chance


@cache
def seeds() -> dict[str, bytes]:
    """Make a small real file of each kind."""
    found = {"vtt": VTT, "srt": SRT, "json": NOTE}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, codecs in BOTH.items():
            path = Path(folder) / f"a.{suffix}"
            ffmpeg("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND, *codecs, *SAME, path)
            found[suffix] = path.read_bytes()
        for suffix, codecs in ALONE.items():
            path = Path(folder) / f"a.{suffix}"
            ffmpeg("-f", "lavfi", "-i", SOUND, *codecs, *SAME, path)
            found[suffix] = path.read_bytes()
        path = Path(folder) / "a.gif"
        ffmpeg("-f", "lavfi", "-i", PICTURE, path)
        found["gif"] = path.read_bytes()
        noise = Image.effect_noise((64, 48), 90).convert("RGB")
        for suffix, kind in (("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")):
            body = io.BytesIO()
            noise.save(body, kind)
            found[suffix] = body.getvalue()
    return found


def mutated(seed: int) -> Hostile:
    """Ruin a real file, in a way and at places that the seed gives."""
    chance = random.Random(seed)
    suffix = chance.choice(sorted(seeds()))
    body = bytearray(seeds()[suffix])
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        chance.choice(RUINS)(chance, body)
    if chance.random() < 0.1:  # under another's name
        suffix = chance.choice(sorted(seeds()))
    return Hostile(f"m{seed}.{suffix}", bytes(body))


def _splice(chance: random.Random, body: bytearray) -> None:
    """Go on with another file."""
    other = seeds()[chance.choice(sorted(seeds()))]
    begin = somewhere(chance, body)
    body[begin:] = other[chance.randrange(len(other)) :]


RUINS: Final = (*MUTATIONS, _splice)


def made_by_hand(canary: Canary) -> Iterator[Hostile]:
    """Give the files that are no accident."""
    for number, (kind, body) in enumerate(_by_hand(canary)):
        yield Hostile(f"h{number}.{kind}", body)


def _by_hand(canary: Canary) -> Iterator[tuple[str, bytes]]:
    for place in canary.places:
        for text in _scripts(place):
            for kind in ("mp4", "ts", "mkv"):
                yield kind, text.encode()
        yield "mp4", _with_reference(seeds()["mp4"], place)
        yield "mov", _reference_movie(place)
        yield "vtt", f"WEBVTT\n\nSTYLE\n::cue {{ background: url({place}) }}\n\n00:00.000 --> 00:01.000\nx\n".encode()
    for text in ("", "\x00", "x", "#EXTM3U", " " * 4095 + "#", "ID3"):
        for kind in ("mp4", "mp3", "jpg", "vtt", "json"):
            yield kind, text.encode()
    yield from _bombs()
    yield from _absurd()
    yield from _polyglots()
    yield from (("vtt", body) for body in _captions(canary))
    yield from (("json", body) for body in _notes(canary))


def _scripts(place: str) -> Iterator[str]:
    """Write texts that name another file, as every program that plays lists understands them."""
    segments = f"#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{place}\n#EXT-X-ENDLIST\n"
    yield f"#EXTM3U\n{segments}"
    yield f"\ufeff\n\t#EXTM3U\n{segments}"
    yield f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{place}\n"
    yield f'#EXTM3U\n#EXT-X-MAP:URI="{place}"\n{segments}'
    yield f"ffconcat version 1.0\nfile '{place}'\n"
    yield f"file '{place}'\nfile '{place}'\n"
    yield f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns={place}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n"
    mpd = f"<MPD><Period><AdaptationSet><Representation><BaseURL>{place}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    yield f'<?xml version="1.0"?>{mpd}'
    yield f"<smil><body><video src='{place}'/></body></smil>"
    yield f'<asx version="3.0"><entry><ref href="{place}"/></entry></asx>'
    yield f"[playlist]\nFile1={place}\nNumberOfEntries=1\n"
    yield f"RTSPtext\r\n{place}\r\n"
    yield f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{place}"/></svg>'


def box(kind: bytes, *inside: bytes) -> bytes:
    """Write a box (ISO/IEC 14496-12, 4.2)."""
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _with_reference(mp4: bytes, place: str) -> bytes:
    """Let the tracks of an MP4 lie in another file (8.7.2: a data reference)."""
    entry = box(b"url ", b"\0\0\0\0", place.encode() + b"\0")
    return _replaced(mp4, b"dref", b"\0\0\0\0\0\0\0\1" + entry)


def _replaced(body: bytes, kind: bytes, inside: bytes) -> bytes:
    """Give every box of a kind another inside, and mend the lengths of those around it."""
    made, place = b"", 0
    while place + 8 <= len(body):
        length, name = struct.unpack_from(">I4s", body, place)
        if length < 8 or place + length > len(body):
            return body
        inner = body[place + 8 : place + length]
        around = name in {b"moov", b"trak", b"mdia", b"minf", b"dinf"}
        made += box(name, inside if name == kind else _replaced(inner, kind, inside) if around else inner)
        place += length
    return made


def _reference_movie(place: str) -> bytes:
    """A QuickTime movie that is only the address of another (QuickTime File Format, Reference Movies)."""
    address = place.encode() + b"\0"
    reference = box(b"rdrf", b"\0\0\0\0url ", struct.pack(">I", len(address)), address)
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", reference)))


def _png(width: int, height: int, *chunks: bytes, bits: int = 1, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that unfold."""
    row = zlib.compressobj(9)
    zeros = b"".join(row.compress(bytes(2_501)) for _ in range(20_000)) + row.flush()  # 20,000 x 20,000 pixels
    yield "png", _png(20_000, 20_000, data=zeros)
    yield "png", _png(8_000, 8_000, data=zeros)  # as many as are read
    yield "png", _png(2**31 - 1, 2**31 - 1, data=zeros)
    yield "png", _png(1, 2**31 - 1, data=zeros)
    text = b"a\0\0" + zlib.compress(bytes(200_000_000), 9)
    crc = struct.pack(">I", zlib.crc32(b"zTXt" + text))
    yield "png", _png(8, 8, struct.pack(">I", len(text)) + b"zTXt" + text + crc, data=zlib.compress(bytes(16)))
    jpeg = bytearray(seeds()["jpg"])
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    yield "jpg", bytes(jpeg)
    yield (
        "gif",
        b"GIF89a\xff\xff\xff\xff\xf0\0\0" + bytes(6) + (b"!\xf9\4\0\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0" * 50) + b";",
    )
    yield "mp4", box(b"ftyp", b"isom") + zlib.compress(bytes(50_000_000), 9)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.mp4", bytes(50_000_000))
    yield "mp4", packed.getvalue()


def _absurd() -> Iterator[tuple[str, bytes]]:
    """Headers that claim what cannot be."""
    mp4, mkv, wav = seeds()["mp4"], seeds()["mkv"], seeds()["wav"]
    for claim in (0, 1, 2**31, 2**32 - 1):
        number = struct.pack(">I", claim)
        for kind, at in (
            (b"mvhd", 16),
            (b"mvhd", 20),
            (b"mdhd", 16),
            (b"mdhd", 20),
            (b"stsz", 12),
            (b"stts", 8),
            (b"stsc", 8),
            (b"stco", 8),
        ):
            body = bytearray(mp4)
            begin = body.index(kind) + at
            body[begin : begin + 4] = number
            yield "mp4", bytes(body)
        yield "wav", wav[:22] + struct.pack("<H", claim % 65_536) + wav[24:]
        yield "wav", wav[:24] + struct.pack("<I", claim) + wav[28:]
    yield "mp4", b"".join(struct.pack(">I4s", 8 * (20_000 - depth), b"moov") for depth in range(20_000))
    moov = mp4[mp4.index(b"moov") - 4 :]
    track = moov[moov.index(b"trak") - 4 :]
    track = track[: struct.unpack(">I", track[:4])[0]]
    mvhd = moov[8 : 8 + struct.unpack(">I", moov[8:12])[0]]
    for count in (40, 5_000):
        yield "mp4", box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", mvhd, track * count) + box(b"mdat", bytes(100))
    yield "mkv", mkv[:40] + mkv[40:] * 200
    yield "mp3", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(100_000)
    yield "mp3", b"\xff\xfb\x90\0" * 20_000
    yield "aac", b"\xff\xf1\x50\x80\0\x1f\xfc" * 20_000
    yield "ts", b"".join(b"\x47\x40" + struct.pack(">H", number % 8192) + b"\xff" * 184 for number in range(2_000))
    yield "flv", b"FLV\1\5\0\0\0\x09\0\0\0\0" + b"\x12\xff\xff\xff\0\0\0\0\0\0\0" + b"\2\0\x0aonMetaData" + bytes(5_000)


def _polyglots() -> Iterator[tuple[str, bytes]]:
    """Files that are two things at once."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.html", "<script>alert(1)</script>")
    page = b"<html><script>alert(1)</script>"
    for kind, body in seeds().items():
        yield kind, body + packed.getvalue()
        yield kind, body + page
        yield kind, page + body
    yield "gif", b"GIF89a/*" + seeds()["gif"][8:] + b"*/=1;alert(1)"
    yield "mp4", b"%PDF-1.7\n" + seeds()["mp4"]
    yield "html", seeds()["mp4"]
    yield "mp4", seeds()["jpg"]
    yield "jpg", seeds()["mp4"]
    yield "png", seeds()["gif"]


def _captions(canary: Canary) -> Iterator[bytes]:
    cue = b"00:00.000 --> 00:01.000\n"
    script = SCRIPT.format(server=canary.server).encode("utf-8", "surrogatepass")
    for text in (
        script,
        b"a\r\n\r\n00:00.000 --> 99:00.000\nb",
        b"-->",
        b"\0" * 100,
        b"<c." * 10_000,
        b"&" * 10_000,
        b"\xff\xfe\xfa",
    ):
        yield b"WEBVTT\n\n" + cue + text + b"\n"
        yield b"1\n00:00:00,000 --> 00:00:01,000\n" + text + b"\n"
    yield b"WEBVTT\n\n" + b"".join(b"%02d:00.000 --> %02d:59.000\nx\n\n" % (n % 60, n % 60) for n in range(50_000))
    yield b"WEBVTT\n\n" + cue + b"x" * 1_500_000
    yield b"WEBVTT\n\n99999999999:00:00.000 --> 99999999999:00:01.000\nlate\n"
    yield "WEBVTT\n\n00:00.000 --> 00:01.000\nx".encode("utf-16")


def _notes(canary: Canary) -> Iterator[bytes]:
    script = SCRIPT.format(server=canary.server)
    yield json.dumps({"title": script, "description": script * 100, "tags": [script] * 50, "channel": script}).encode()
    yield json.dumps({"chapters": [{"at": 1e308, "title": script}, {"at": -1, "title": ""}], "language": script}).encode()
    yield b"[" * 100_000
    yield b'{"title":' * 50_000
    yield b'{"title": "\\ud800"}'
    yield b'{"title": 1e999999, "date": NaN, "poster_at": Infinity}'
    yield b'{"chapters": [{"at": 1e999, "title": "x"}]}'
    yield b'{"again": 99999999999999999999999999}'
    yield b'{"title": "a", "title": "b"}' * 2
    yield b'\xef\xbb\xbf{"title": "with a mark"}'
    yield "{}".encode("utf-16")
    yield json.dumps({"tags": ["x" * 100] * 100_000}).encode()


NAMES: Final[Sequence[Callable[[str], str]]] = (
    lambda suffix: f"a\u202egpj.{suffix}",
    lambda suffix: f"../../etc/passwd.{suffix}",
    lambda suffix: f"/{suffix}/.{suffix}",
    lambda suffix: f"%2e%2e%2f\x00\r\nX: y.{suffix}",
    lambda suffix: f"{'ä' * 490}.{suffix}",
    lambda suffix: f"<img src=x onerror=alert(1)>.{suffix}",
    lambda suffix: f"\u200d\ufeff\u0301.{suffix.upper()}",
    lambda suffix: f"CON\\nul:.{suffix} ",
    lambda suffix: f"a.en.{suffix}.{suffix}",
    lambda suffix: f"{{{{7*7}}}} ${{x}} '; DROP TABLE.{suffix}",
)
