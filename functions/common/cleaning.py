"""Anybody's text, made fit to be kept and shown. PURE."""

import re
from typing import Final

# Control characters but tab and line feed (C0, DEL, C1), lone surrogates, and what turns the text of others around:
# the bidirectional embeddings, overrides and isolates of UAX #9. The marks LRM, RLM and ALM stay; right-to-left text needs them.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS: Final = re.compile("[\t\n\u2028\u2029 ]+")


def seen(text: str) -> str:
    """Take out of a text what is not seen."""
    return _UNSEEN.sub("", text)


def clean_line(text: str) -> str:
    """Make one line of at most 500 characters out of anybody's text."""
    return _BREAKS.sub(" ", seen(text)).strip()[:500]


def clean_text(text: str) -> str:
    """Take out of a text what is not seen, but keep its lines."""
    return seen(text.replace("\r\n", "\n")).strip()
