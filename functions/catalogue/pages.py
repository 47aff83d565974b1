"""The site's pages as HTML, from the documents that they show. PURE.

The same documents give the same bytes. Links are relative, and a page never says where the media bucket is: an `<img>`
names its object's key in `data-key`, which a script resolves against `config.json`. Templates are part of the code.
"""

import functools
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from functions.common.model import Manifest, Picture, Root
from functions.common.posters import shown

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNTITLED: Final = "Untitled video"
SUMMARY_CHARACTERS: Final = 200  # link previews and search results show no more
CARD_WIDTH: Final = 640  # of a poster in a list, in pixels: two for each of a card's 320
STAGE_WIDTH: Final = 1280  # of the poster on a video's own page
_WHITE: Final = "\n\t"  # the control characters that HTML allows and people type


@dataclass(frozen=True)
class SiteText:
    """What the operator calls the site: its title and a sentence on it. `language` (BCP 47) is that of the site's own words."""

    title: str = "reelbucket"
    summary: str = "Videos, served as files."
    language: str = "en"


def index_page(root: Root, site: SiteText) -> bytes:
    """Render the front page: the newest videos, or how to add the first one."""
    return _render("index.html", root=root, site=site)


def watch_page(manifest: Manifest, site: SiteText) -> bytes:
    """Render the page of one video: its words and its frame. Whether it plays is read from the manifest when it is opened."""
    return _render(
        "watch.html",
        video=manifest,
        site=site,
        title=manifest.title or UNTITLED,
        summary=" ".join(manifest.description.split())[:SUMMARY_CHARACTERS],
        posters=shown(manifest.posters or (manifest.playable.posters if manifest.playable else ())),
        duration_s=manifest.playable.duration_s if manifest.playable else 0,
    )


def clock(seconds: float) -> str:
    """Write a length as people read it: 0:07, 12:05, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def day(time: str) -> str:
    """Write the day of a time stamp: 5 March 2026. The machine's locale has no say."""
    date = datetime.fromisoformat(time)
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def picture(posters: tuple[Picture, ...], width: int) -> Picture:
    """Choose the smallest poster of at least `width` pixels, else the widest. Raises ValueError when there is none."""
    return min(posters, key=lambda poster: (poster.width < width, abs(poster.width - width)))


def srcset(posters: tuple[Picture, ...]) -> str:
    """List the posters as a `srcset` of keys (HTML, 4.8.4.2.1): `key 320w, key 640w`."""
    return ", ".join(f"{poster.object} {poster.width}w" for poster in sorted(posters, key=lambda poster: poster.width))


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("functions.catalogue"),
        autoescape=True,
        undefined=StrictUndefined,  # a misspelt field is an error, not an empty place
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(clock=clock, day=day, srcset=srcset, picture=picture)
    environment.globals.update(UNTITLED=UNTITLED, CARD_WIDTH=CARD_WIDTH, STAGE_WIDTH=STAGE_WIDTH)
    return environment


def _printable(value: object) -> object:
    """Drop what HTML forbids in text: control characters and noncharacters (WHATWG HTML, 13.2.3.5)."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(character for character in value if character in _WHITE or _allowed(character))


def _allowed(character: str) -> bool:
    noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # noqa: PLR2004  # Unicode 23.7
    return unicodedata.category(character) not in {"Cc", "Cs"} and not noncharacter
