"""The site's pages as HTML, from the documents that they show. PURE.

The same documents give the same bytes. Links are relative, and nothing that a visitor's browser loads says where the media bucket
is: an `<img>` names its object's key in `data-key`, which a script resolves against `config.json`. Only what other sites read,
feeds and previews of links, and what plays without a script has addresses. Templates are part of the code.
"""

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from functions.common import keys
from functions.common.labels import label, labels
from functions.common.model import Kind, Label, Manifest, Picture, Root
from functions.common.pictures import in_format, shown

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
KINDS: Final[dict[Kind, str]] = {"video": "VideoObject", "image": "ImageObject"}  # schema.org
ENTRY_ID: Final = "urn:x-reelbucket:"  # a video keeps its id wherever its site moves
UNTITLED: Final = "Untitled video"
SUMMARY_CHARACTERS: Final = 200  # link previews and search results show no more
MOST_LABELS: Final = 16  # two lines of them on a wide screen, five on a telephone
CARD_WIDTH: Final = 640  # of a poster in a list, in pixels: two for each of a card's 320
EMBED_WIDTH: Final = 640
STAGE_WIDTH: Final = 1280  # of the poster on a video's own page
_NONCHARACTERS: Final = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))  # Unicode 23.7
_FORBIDDEN: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")  # not \t, not \n


@dataclass(frozen=True)
class SiteText:
    """What the operator calls the site: its title and a sentence on it. `language` (BCP 47) is that of the site's own words.

    `url` and `media` are where site and media bucket are found, with a slash at the end; empty where nobody has said so. `files`
    are a release's: what stands for each source that pages name.
    """

    title: str = "reelbucket"
    summary: str = "Videos, served as files."
    language: str = "en"
    url: str = ""
    media: str = ""
    files: Mapping[str, str] = field(default_factory=dict, hash=False)

    def file(self, source: str) -> str:
        """Give what stands for a source: the source itself, where no release says otherwise."""
        return self.files.get(source, source)


def list_page(root: Root, name: str, site: SiteText) -> bytes:
    """Render a list's newest videos: of all videos, which is the front page, or of a tag or a channel."""
    return render("list.html", root=root, site=site, list=name, labels=_labels(root) if name == keys.ALL else [])


def _labels(root: Root) -> list[Label]:
    """Choose what the front page offers to look into: the channels and tags of the newest videos, the most used first."""
    used = Counter(label.list for entry in root.newest for label in labels(entry))
    found = {label.list: label for entry in reversed(root.newest) for label in labels(entry)}
    return [found[name] for name, _ in sorted(used.items(), key=lambda item: (-item[1], found[item[0]].name))[:MOST_LABELS]]


def watch_page(manifest: Manifest, site: SiteText) -> bytes:
    """Render the page of one video: its words and its frame. Whether it plays is read from the manifest when it is opened."""
    posters = _posters(manifest)
    still = still_of(posters) if posters else None
    summary = " ".join(manifest.description.split())[:SUMMARY_CHARACTERS]
    return render(
        "watch.html",
        video=manifest,
        site=site,
        title=manifest.title or UNTITLED,
        summary=summary,
        posters=shown(posters),
        channel=label("channel", manifest.channel) if manifest.channel else None,
        tags=[label("tag", tag) for tag in manifest.tags],
        still=still,
        linked=_linked_data(manifest, site, summary, still) if site.url and site.media and still else None,
        duration_s=manifest.playable.duration_s if manifest.playable else 0,
    )


def embed_page(manifest: Manifest, site: SiteText) -> bytes:
    """Render the page of one video that other sites show in a frame: the player, and the way to the video's own page."""
    return render("embed.html", video=manifest, site=site, title=manifest.title or UNTITLED, posters=shown(_posters(manifest)))


def oembed(manifest: Manifest, site: SiteText) -> bytes:
    """Say how to show one video in another site (oembed.com, 1.0), at a width that fits a column of text."""
    playable = manifest.playable
    said: dict[str, object] = {"version": "1.0", "type": "link", "provider_name": site.title, "provider_url": site.url}
    if playable is None or (playable.kind == "image" and not site.media):
        return msgspec.json.encode(said)
    if playable.kind == "image":
        still = still_of(playable.posters)
        shown_as = {"url": site.media + still.object, "width": still.width, "height": still.height}
        return msgspec.json.format(
            msgspec.json.encode(said | {"type": "photo", "title": manifest.title or UNTITLED, **shown_as}), indent=1
        )
    width, height = EMBED_WIDTH, round(EMBED_WIDTH * (playable.height or 9) / (playable.width or 16))
    title = manifest.title or UNTITLED
    frame = render("embed-frame.html", url=f"{site.url}embed/{manifest.id}.html", width=width, height=height, title=title)
    said |= {"type": "video", "title": title, "width": width, "height": height, "html": frame.decode().strip()}
    if site.media and (posters := _posters(manifest)):
        still = still_of(posters)
        said |= {"thumbnail_url": site.media + still.object, "thumbnail_width": still.width, "thumbnail_height": still.height}
    return msgspec.json.format(msgspec.json.encode(said), indent=1)


def _posters(manifest: Manifest) -> tuple[Picture, ...]:
    """Give the dropped posters, else those of what plays."""
    return manifest.posters or (manifest.playable.posters if manifest.playable else ())


def still_of(posters: Sequence[Picture]) -> Picture:
    """Choose the picture that other sites show: a JPEG, which all of them read, of about their width."""
    return picture(in_format(tuple(posters), "jpg") or tuple(posters), STAGE_WIDTH)


def _linked_data(manifest: Manifest, site: SiteText, summary: str, still: Picture) -> Markup:
    """Describe it for search engines, as JSON-LD of schema.org. Nothing in it can end the script that it stands in."""
    playable = manifest.playable
    page = {
        "@context": "https://schema.org",
        "@type": KINDS[playable.kind if playable else "video"],
        "name": manifest.title or UNTITLED,
    }
    more = {
        "description": summary or manifest.title or UNTITLED,
        "thumbnailUrl": site.media + still.object,
        "uploadDate": manifest.date,
        "url": f"{site.url}w/{manifest.id}.html",
        **({"duration": f"PT{playable.duration_s:.0f}S"} if playable and playable.kind == "video" else {}),
        **({"contentUrl": site.media + playable.main} if playable else {}),
    }
    text = msgspec.json.encode({**page, **more}).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  # escaped here


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


def render(template: str, **values: object) -> bytes:
    """Render a template. Raises UndefinedError for a value that is missing."""
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
    environment.filters.update(clock=clock, day=day, srcset=srcset, picture=picture, in_format=in_format)
    environment.globals.update(UNTITLED=UNTITLED, CARD_WIDTH=CARD_WIDTH, STAGE_WIDTH=STAGE_WIDTH, ENTRY_ID=ENTRY_ID)
    return environment


def _printable(value: object) -> object:
    """Drop what HTML forbids in text: control characters and noncharacters (WHATWG HTML, 13.2.3.5)."""
    return _FORBIDDEN.sub("", value) if isinstance(value, str) and not isinstance(value, Markup) else value
