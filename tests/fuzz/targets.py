"""The targets by their names: what each is made of, and all that ever broke it."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from struct import pack
from typing import Final

from functions.common import events
from tests.bounded import within
from tests.fuzz import asked, texts
from tests.hostile.corpus import NOTE, SRT, VTT
from tests.mutation import MUTATIONS, somewhere

CPU_S: Final = 1  # a Lambda is slower than this machine; what takes longer than that here grows faster than its input
LONGEST: Final = 2**16  # bytes; a quadratic reader shows itself, and a linear one takes milliseconds


@dataclass(frozen=True)
class Target:
    """A reader. `check` raises what is a fault; `seeds` are what it is for, `words` what it looks for, `found` what once broke it.

    `prepare` makes what it needs, out of time.
    """

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    found: tuple[bytes, ...] = ()
    prepare: Callable[[], object] = tuple

    def judge(self, body: bytes) -> None:
        """Raise whatever is wrong, also when it takes too long."""
        self.prepare()
        with within(CPU_S):
            self.check(body)

    def ruined(self, seed: int) -> bytes:
        """Make an input by a seed."""
        chance = random.Random(seed)
        body = bytearray(chance.choice(self.seeds))
        for _ in range(chance.choice((1, 2, 4, 16))):
            self.ruin(chance, body)
        return bytes(body[:LONGEST])

    def ruin(self, chance: random.Random, body: bytearray) -> None:
        """Ruin an input, knowing what its reader looks for."""
        kind = chance.random()
        if kind < 0.4 and self.words:  # two of five
            begin = somewhere(chance, body)
            body[begin:begin] = chance.choice(self.words)
        elif kind < 0.5:  # one of ten
            begin = somewhere(chance, body)
            piece = chance.choice((*self.words, bytes(body[begin : begin + 3])))
            body[begin:begin] = piece * (LONGEST // (2 * len(piece) or 1))
        elif kind < 0.6:  # one of ten
            other = chance.choice(self.seeds)
            body[somewhere(chance, body) :] = other[chance.randrange(len(other)) :]
        else:
            chance.choice(MUTATIONS)(chance, body)


def _words(text: str) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in text.split())


def _deep(opened: str, times: int) -> bytes:
    return opened.encode() * times


SCHEMA: Final = json.loads(files("functions.common").joinpath("schemas", "note-1.json").read_bytes())
FULL_NOTE: Final = json.dumps(SCHEMA["examples"][0]).encode()
JSON: Final = (
    *_words('{ } [ ] : , " null true -1 0.5 1e999 1e300 1.0 \\ud800 \\u202e \\u0000 {"x": [[[ "": \\'),
    b"\xef\xbb\xbf",
    "\u202e".encode(),
    "\u2028".encode(),
    b" ",
)
FIELDS: Final = tuple(f'"{name}":'.encode() for name in SCHEMA["properties"])
REQUEST: Final = b'ann\n{"client_id": "ann", "file_name": "talk.mp4", "file_size": 5, "content_type": "video/mp4"}'
WISH: Final = REQUEST.partition(b"\n")[2]
TOKEN_WISH: Final = b'{"client_id": "ann", "days": 3, "may": ["send"], "most_bytes": 9, "quota_bytes": 99}'
SENT: Final = b'{"parts": [{"number": 1, "etag": "0123456789abcdef0123456789abcdef"}]}'
PATHS: Final = (
    *("talk.mp4", "a/b.en.vtt", "talk.pt-BR.SRT", "ann/0f0e0d0c-0b0a-8000-8000-000000000000/talk.mp4"),
    *("current/aaaaaaaaaaaaaaaa.json", "receipts/aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbb/v00000.ok.json"),
    *("orders/aaaaaaaaaaaaaaaa/side/bbbbbbbbbbbbbbbb.json", "v/aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbb/v/360p-h264/list.m3u8"),
)
CLAIMS: Final = {"iss": asked.ISSUER.issuer, "aud": asked.ISSUER.audience, "sub": "ann", "exp": 4_000_000_000}
ROWS: Final = b"".join(pack(">IHH", length, 4 * 90 - 1, 89) for length in (400_000, 300_000, 200_000, 1))
BOXES: Final = pack(">I4s4s", 12, b"free", b"abcd") + pack(">I4sQ", 1, b"mdat", 20) + b"abcd" + pack(">I4s", 8, b"moof")
HEADS: Final = (
    *(b"\0\0\0\x20ftypisom", b"\x1aE\xdf\xa3", b"RIFF\0\0\0\0WAVE", b"ID3\4\0\0\0\0\0\0fLaC", b"OggS", b"FLV\1", b"GIF89a"),
    *(b"#EXTM3U", b"<?xml?><MPD", b"G" + bytes(187) + b"G", b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80", b"{", b"%PDF"),
)

TARGETS: Final = {
    "captions": Target(
        texts.read_captions,
        (VTT, SRT, b"\xff\xfe" + VTT.decode().encode("utf-16-le"), b"00:01.000 --> 00:02.000 align:start line:1%\n<v.a Ann>x</v>"),
        (
            *_words("--> 00:00.000 <c <v.a <ruby> <rt> </c> < > & &amp; {\\an8} {\\ } align: line:0 size:50% \u202e Ann .a"),
            *(b"\n", b"\n\n", b"\r", b"\r\n", b"\t", b" ", b"\xff\xfe", b"\x85"),
        ),
        (
            b"00:00.000 --> 00:01.000\n<c" + b" " * 60_000,
            b"00:00.000 --> 00:01.000\n" + b"{\\" * 30_000,
        ),
    ),
    "note": Target(
        texts.read_note,
        (NOTE, FULL_NOTE, b"\xef\xbb\xbf{}", b"[]", b'{"poster_at": 1e1, "again": 2, "preset": "hevc"}'),
        (*JSON, *FIELDS, b'{"at": 0, "title": "x"}'),
        (b'{"preset": "\\ud800"}',),
    ),
    "message": Target(
        texts.read_message,
        (
            events.body(["talk.mp4", "a b/ü.en.vtt"]).encode(),
            events.body(["orders/aaaaaaaaaaaaaaaa/side/bbbbbbbbbbbbbbbb.json"], revived=True).encode(),
            b'{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"x"}',
        ),
        (*JSON, b'"Records"', b'"s3"', b'"object"', b'"key"', b'"eventSource"', b"+", b"%ff", b"%2F", b"reelbucket:revived"),
        (b'{"x": ' + _deep("[", 60_000), b"\xff"),
    ),
    "name": Target(
        texts.read_name,
        tuple(path.encode() for path in PATHS),
        (*_words(". / .. .vtt .json .mp4 .zh-Hant-TW .x-y .i-klingon .en-a-b - _ side 0 00000 .ok .error"), b"\n", b"\xff"),
    ),
    "config": Target(
        texts.read_config,
        (
            b"# mine\nserver = \"https://videos.example.org\" # here\ntoken = 'reel.a.b'\n\0ann",
            b'client = """\nann"""\n"preset" = "hevc"\n\0\xe2\x80\xae\x7f\x00\x1b\\"',
            b'downloads = "~/Videos"\n\0',
        ),
        (
            *_words("server token client preset downloads = \" ' \"\"\" ''' # \\u0000 \\ [ ] [[ ]] { } . 1 true"),
            b"\n",
            b"\r",
            b"\0",
        ),
    ),
    "playlist": Target(
        texts.write_playlist, (ROWS, ROWS + bytes(4) + b"A talk", ROWS[:8] + bytes(4)), _words('" , \u202e #EXT = \\')
    ),
    "body": Target(
        asked.read_body,
        (b"\0" + WISH, b"\1" + TOKEN_WISH, b"\2{}", b'\3{"numbers": [1, 2]}', b"\4" + SENT, b"\5" + FULL_NOTE),
        (
            *JSON,
            b'"file_name"',
            b'"file_size"',
            b'"sha512_checksum"',
            b'"conversion_type"',
            b"/",
            b"\\\\",
            b".mp4",
            b"application/",
        ),
    ),
    "token": Target(
        asked.read_token,
        (asked.SIGNED.encode(), b"Bearer " + asked.SIGNED.encode(), b"bearer " + asked.SECRET, b"Bearer eyJhbGciOiJub25lIn0.e30."),
        (b"Bearer ", b"reel.", b".", b"=", b" ", b"\xff", asked.SECRET),
    ),
    "identity": Target(
        asked.read_identity,
        (
            json.dumps(CLAIMS).encode(),
            json.dumps(CLAIMS | {"sub": "nobody's"}).encode(),
            b"eyJhbGciOiJub25lIn0.e30.",
            b"eyJhbGciOiJFZERTQSIsImtpZCI6Im9uZSJ9.e30.AAAA",
        ),
        (*JSON, b"9" * 20, b'"exp"', b'"aud"', b'"iss"', b'"sub"', b'"nbf"', b'"iat"', b"eyJ", b"."),
    ),
    "request": Target(
        asked.ask,
        tuple(
            bytes([route, flags]) + b"\n".join((b"20", sent))
            for route, sent in enumerate(
                (WISH, b"", b"", b"", b"", b'{"numbers": [1]}', SENT, FULL_NOTE, b"", b"{}", *[b""] * 4, TOKEN_WISH)
            )
            for flags in (1, 7, 19)
        ),
        (*JSON, *FIELDS, b"\n", b"=", b"/", b"%00", b"..", b"00000000-0000-8000-8000-000000000000"),
        prepare=asked.front,
    ),
    "head": Target(asked.read_head, HEADS, (*HEADS, b"<!---->", b"<!--", b"-->", b" ", b"<smil"), (b"<!---->" * 585,)),
    "boxes": Target(asked.read_boxes, (BOXES,), (b"\0\0\0\0", b"\0\0\0\1", b"\0\0\0\x08", b"moov")),
}
KEPT: Final = Path(".local") / "fuzz"  # what longer runs have come upon, from which the next goes on
