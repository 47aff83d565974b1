"""What is searched of one video, as a page for Pagefind to read. PURE.

Words keep their order, so that a phrase is found. Pagefind is told no language: it would keep an index for each, and a visitor
searches all videos at once.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

from functions.common.model import Manifest

TITLE, LABEL, WORDS, CAPTION = 10, 6, 3, 1  # what a word counts by where it stands; Pagefind takes 0 to 10
MOST_BYTES: Final = 400_000  # of captions: six hours of fast talk
_TAG: Final = re.compile(r"<[^>]*>")
# Scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han. frontend/words.js has the same.
_UNSPACED: Final = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


def caption_texts(manifest: Manifest) -> list[str]:
    """Name the caption files of a video, the dropped ones first."""
    within = manifest.playable.captions if manifest.playable else ()
    return list(dict.fromkeys(each.object for each in (*manifest.captions, *within)))


def record(manifest: Manifest, captions: Sequence[bytes]) -> bytes:
    """Write the page: title, channel and tags, description and chapters, every cue."""
    parts = [
        _part(TITLE, [manifest.title]),
        _part(LABEL, [*([manifest.channel] if manifest.channel else []), *manifest.tags]),
        _part(WORDS, [manifest.description, *(chapter.title for chapter in manifest.chapters)]),
        _part(CAPTION, (line for body in captions for line in cue_lines(body[:MOST_BYTES].decode(errors="ignore")))),
    ]
    return f"<!doctype html>\n<html><body data-pagefind-body>\n{''.join(parts)}</body></html>\n".encode()


def cue_lines(captions: str) -> Iterable[str]:
    """Give the text of every cue of a WebVTT file of ours, without its tags."""
    for block in captions.split("\n\n"):
        times, _, text = block.strip("\n").partition("\n")
        if "-->" in times:
            yield html.unescape(_TAG.sub("", text))


def spaced(text: str) -> str:
    """Put spaces around each character of a script that has none, so that any part of a sentence is found."""
    return _UNSPACED.sub(r" \1 ", text)


def _part(weight: int, texts: Iterable[str]) -> str:
    words = " ".join(" ".join(spaced(text).split()) for text in texts)
    return f'<p data-pagefind-weight="{weight}">{html.escape(words)}</p>\n' if words else ""
