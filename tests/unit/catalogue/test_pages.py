import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.catalogue.pages import ENTRY_ID, SiteText, clock, day, embed_page, list_page, oembed, picture, watch_page
from functions.catalogue.site import atom_feed, json_feed
from functions.common import keys
from functions.common.labels import label
from functions.common.model import Chapter, Entry, Explained, Manifest, Picture, Playable, Problem, Root

FRONTEND = Path(__file__).parents[3] / "frontend"
GOLDEN = Path(__file__).parents[2] / "golden" / "pages"
SITE = SiteText(title="Small hall")
VOID = {"img", "input", "link", "meta", "source"}
HOSTILE = "</title><script>alert(1)</script> \"onload='x' & ]]> --> \x00\x1b\u202e"
POSTERS = tuple(
    Picture(object=f"v/{'a' * 16}/{'r' * 16}/poster-{width}-{'0' * 16}.jpg", width=width, height=width * 9 // 16)
    for width in (320, 1280)
)
PLAYABLE = Playable(
    rev="r" * 16,
    complete=True,
    main=f"v/{'a' * 16}/{'r' * 16}/main.m3u8",
    duration_s=3723.4,
    available_s=3723.4,
    width=1920,
    height=1080,
    posters=POSTERS,
)
MANIFEST = Manifest(
    id="a" * 16,
    generation=7,
    current_generation=2,
    status="ready",
    rev="r" * 16,
    playable=PLAYABLE,
    title="On reading slowly",
    description="Recorded in the small hall.\n\nQuestions begin at 0:40.",
    tags=("books", "talk"),
    channel="Evening lectures",
    date="2026-03-05T10:00:00Z",
    language="en",
    chapters=(Chapter(at=0, title="Opening"), Chapter(at=90.5, title="The question")),
)
ENTRY = Entry(
    id="a" * 16,
    title="On reading slowly",
    date="2026-03-05T10:00:00Z",
    duration_s=3723.4,
    complete=True,
    words="0" * 16,
    posters=POSTERS,
    tags=(label("tag", "books"), label("tag", "talk")),
    channel=label("channel", "Evening lectures"),
)
ROOT = Root(generation=3, count=1, newest=(ENTRY,))


class Elements(HTMLParser):
    """A page's elements in order, its texts, and whether each start has its end."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.unmatched: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and that it is open unless it never has an end."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element."""
        if not self.open or self.open.pop() != tag:
            self.unmatched.append(tag)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        """Give the attributes of every element of this name."""
        yield from (attributes for name, attributes in self.elements if name == tag)


def changed(document: Manifest, **fields: object) -> Manifest:
    """Give the document with other fields."""
    return Manifest(**{name: getattr(document, name) for name in document.__struct_fields__} | fields)


def hostile() -> Manifest:
    words = (HOSTILE, HOSTILE)
    return changed(
        MANIFEST, title=HOSTILE, description=HOSTILE, channel=HOSTILE, tags=words, chapters=(Chapter(at=1, title=HOSTILE),)
    )


def hostile_root() -> Root:
    entry = Entry(
        id="a" * 16,
        title=HOSTILE,
        date=ENTRY.date,
        duration_s=1,
        complete=False,
        words="0" * 16,
        tags=(label("tag", HOSTILE),),
        channel=label("channel", HOSTILE),
    )
    return Root(generation=1, name=HOSTILE, count=1, newest=(entry,))


KNOWN = replace(SITE, url="https://video.example.org/", media="https://media.example.org/")
TAG = keys.list_id("tag", "books")
PICTURES = tuple(
    Picture(object=f"v/{'b' * 16}/{'c' * 16}/image-{width}-0000000000000000.{kind}", width=width, height=width // 2)
    for width in (320, 640, 1280, 2560)
    for kind in ("avif", "webp", *(("jpg",) if width <= 1280 else ()))
)
SEEN = Playable(
    rev="c" * 16,
    complete=True,
    main=PICTURES[-1].object,
    duration_s=0,
    available_s=0,
    kind="image",
    width=2560,
    height=1280,
    posters=PICTURES,
)
IMAGE = Manifest(
    id="b" * 16, generation=1, current_generation=1, status="ready", playable=SEEN, title='A "cat" & a bird', date=MANIFEST.date
)
IMAGE_ENTRY = msgspec.structs.replace(ENTRY, kind="image", duration_s=0)
PAGES = {
    "list": list_page(Root(generation=1, name="books", count=1, newest=(ENTRY,)), TAG, KNOWN),
    "empty-list": list_page(Root(generation=2), TAG, SITE),
    "index": list_page(ROOT, keys.ALL, SITE),
    "index-known": list_page(ROOT, keys.ALL, KNOWN),
    "watch-known": watch_page(MANIFEST, KNOWN),
    "empty": list_page(Root(generation=1), keys.ALL, SITE),
    "watch": watch_page(MANIFEST, SITE),
    "embed": embed_page(MANIFEST, KNOWN),
    "image": watch_page(IMAGE, KNOWN),
    "image-embed": embed_page(IMAGE, KNOWN),
    "images": list_page(Root(generation=1, count=1, newest=(IMAGE_ENTRY,)), keys.ALL, KNOWN),
    "queued": watch_page(Manifest(id="b" * 16, generation=1, current_generation=1, status="queued"), SITE),
}
EVERY_PAGE = pytest.mark.parametrize(
    "page",
    [
        *PAGES.values(),
        watch_page(hostile(), KNOWN),
        embed_page(hostile(), KNOWN),
        list_page(hostile_root(), keys.ALL, SITE),
        list_page(hostile_root(), TAG, KNOWN),
    ],
    ids=[*PAGES, "hostile", "hostile frame", "hostile root", "hostile list"],
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_golden_one_to_the_byte(name: str, renew_golden: bool) -> None:  # noqa: FBT001  # pytest passes fixtures by name
    golden = GOLDEN / f"{name}.html"
    if renew_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(PAGES[name])

    assert PAGES[name] == golden.read_bytes()


@EVERY_PAGE
def test_every_element_that_is_opened_is_closed_in_order(page: bytes) -> None:
    elements = Elements(page)

    assert (elements.open, elements.unmatched) == ([], [])


@EVERY_PAGE
def test_a_page_runs_one_script_that_is_a_file_of_the_site(page: bytes) -> None:
    scripts = [script for script in Elements(page).named("script") if script["type"] != "application/ld+json"]  # that is data

    assert [set(script) for script in scripts] == [{"type", "src"}]


@EVERY_PAGE
def test_a_page_forbids_scripts_that_are_not_the_sites_own(page: bytes) -> None:
    policies = [meta["content"] or "" for meta in Elements(page).named("meta") if "http-equiv" in meta]

    assert ["script-src 'self'; " in policy for policy in policies] == [True]


@EVERY_PAGE
def test_no_element_has_an_event_handler_in_its_markup(page: bytes) -> None:
    assert [name for _, attributes in Elements(page).elements for name in attributes if name.startswith("on")] == []


@EVERY_PAGE
def test_a_page_holds_no_control_character_that_html_forbids(page: bytes) -> None:
    assert [character for character in page.decode() if ord(character) < ord(" ") and character not in "\n\t"] == []


@EVERY_PAGE
def test_every_link_is_relative(page: bytes) -> None:
    found = [attributes for tag in ("a", "link") for attributes in Elements(page).named(tag)]
    links = [
        attributes.get("href") or ""
        for attributes in found
        if not (attributes.get("rel") == "canonical" or attributes.get("type") == "application/json+oembed")
    ]
    own = [link for link in links if not link.endswith(".m3u8")]  # a stream is opened in another player

    assert [link for link in own if "//" in link or link.startswith("/")] == []


@EVERY_PAGE
def test_a_picture_has_its_size_so_that_nothing_jumps(page: bytes) -> None:
    assert [image for image in Elements(page).named("img") if not {"width", "height", "alt"} <= set(image)] == []


@pytest.mark.parametrize("name", ["index", "list", "watch"])
def test_every_script_and_stylesheet_that_a_page_names_is_a_file_of_the_site(name: str) -> None:
    elements = Elements(PAGES[name])
    named = [link["href"] or "" for link in elements.named("link") if link["rel"] not in ("alternate", "canonical")]
    named += [script["src"] or "" for script in elements.named("script")]
    files = {link.removeprefix("../") for link in named if not link.endswith("config.json")}

    assert [file for file in files if not file.startswith("vendor/") and not (FRONTEND / file).is_file()] == []


def test_what_a_user_wrote_is_text_on_the_page() -> None:
    heading = Elements(watch_page(hostile(), SITE)).texts

    assert any("<script>alert(1)</script>" in text for text in heading)


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_words_of_a_user_open_or_close_an_element(title: str, description: str) -> None:
    plain = [name for name, _ in Elements(watch_page(changed(MANIFEST, title="x", description="x"), SITE)).elements]
    page = Elements(watch_page(changed(MANIFEST, title=f"x{title}", description=f"x{description}"), SITE))

    assert [name for name, _ in page.elements] == plain


def test_a_page_plays_without_its_script_where_the_media_has_an_address() -> None:
    videos = [list(Elements(PAGES[name]).named("video")) for name in ("watch", "watch-known")]

    assert [[video["src"] for video in found] for found in videos] == [[], [f"{KNOWN.media}{PLAYABLE.main}"]]


@pytest.mark.parametrize("manifest", [MANIFEST, hostile()], ids=["usual", "hostile"])
def test_other_sites_are_told_how_to_show_a_video(manifest: Manifest) -> None:
    said = json.loads(oembed(manifest, KNOWN))
    (frame,) = Elements(said["html"].encode()).named("iframe")

    assert (said["version"], said["type"], said["width"], said["height"]) == ("1.0", "video", 640, 360)
    assert (frame["src"], frame["width"], frame["height"]) == (f"{KNOWN.url}embed/{'a' * 16}.html", "640", "360")
    assert said["thumbnail_url"] == KNOWN.media + POSTERS[1].object


def test_other_sites_are_told_nothing_of_a_deleted_video() -> None:
    gone = Manifest(id="b" * 16, generation=1, current_generation=1, status="deleted")

    assert json.loads(oembed(gone, KNOWN)) == {
        "version": "1.0",
        "type": "link",
        "provider_name": KNOWN.title,
        "provider_url": KNOWN.url,
    }


def test_an_empty_library_says_how_to_add_a_video() -> None:
    sections = [part for part in Elements(PAGES["empty"]).named("div") if part.get("class") == "empty"]

    assert ["hidden" in section for section in sections] == [False]


def test_dropped_posters_come_before_those_of_the_video() -> None:
    dropped = Picture(object="v/x/side/version-640-0.jpg", width=640, height=360)
    page = watch_page(changed(MANIFEST, posters=(dropped,)), SITE)

    assert [image["data-key"] for image in Elements(page).named("img")] == [dropped.object]


def test_an_unlisted_video_asks_search_engines_to_stay_away() -> None:
    page = watch_page(changed(MANIFEST, visibility="unlisted"), SITE)

    assert [meta["content"] for meta in Elements(page).named("meta") if meta.get("name") == "robots"] == ["noindex"]


def test_the_front_page_leads_to_the_channels_and_tags_of_the_newest_videos() -> None:
    links = [link.get("href") for link in Elements(PAGES["index"]).named("a")]

    assert [link for link in links if link and link.startswith("lists/")][:3] == [
        f"lists/{keys.list_id(kind, name)}.html"
        for kind, name in (("channel", "Evening lectures"), ("tag", "books"), ("tag", "talk"))
    ]


def test_the_labels_of_an_unlisted_video_lead_nowhere() -> None:
    page = watch_page(changed(MANIFEST, visibility="unlisted"), SITE)

    assert [link for link in Elements(page).named("a") if "lists/" in (link.get("href") or "")] == []


def test_a_list_without_videos_asks_search_engines_to_stay_away() -> None:
    metas = Elements(PAGES["empty-list"]).named("meta")

    assert [meta["content"] for meta in metas if meta.get("name") == "robots"] == ["noindex"]


def test_a_rejected_video_keeps_no_place_for_a_picture() -> None:
    error = Explained(code="damaged", message="It ends early.", todo="Copy it again.")
    problems = (Problem(where="a.vtt", message="Ignored."),)
    page = watch_page(changed(MANIFEST, status="rejected", playable=None, error=error, problems=problems), SITE)

    assert [main["class"] for main in Elements(page).named("main")] == ["watch bare"]


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (7.9, "0:07"), (725, "12:05"), (3723, "1:02:03")])
def test_a_length_is_written_as_the_scripts_write_it(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_day_is_written_as_the_scripts_write_it() -> None:
    assert day("2026-03-05T23:59:59Z") == "5 March 2026"


@pytest.mark.parametrize(("width", "chosen"), [(100, 320), (320, 320), (640, 1280), (4000, 1280)])
def test_the_smallest_poster_that_is_wide_enough_is_chosen(width: int, chosen: int) -> None:
    assert picture(POSTERS, width).width == chosen


ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("root", [ROOT, Root(generation=1), hostile_root()], ids=["one", "none", "hostile"])
def test_an_atom_feed_has_what_rfc_4287_demands(root: Root) -> None:
    feed = ET.fromstring(atom_feed(root, KNOWN))  # noqa: S314  # our own
    entries = feed.findall(f"{ATOM}entry")

    assert len(entries) == len(root.newest)
    assert all(element.findtext(f"{ATOM}{field}") for element in (feed, *entries) for field in ("id", "title", "updated"))
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"{ENTRY_ID}{entry.id}" for entry in root.newest]


def test_a_feeds_links_lead_to_the_pages() -> None:
    feed = ET.fromstring(atom_feed(ROOT, KNOWN))  # noqa: S314  # our own
    link = feed.find(f"{ATOM}entry/{ATOM}link")

    assert link is not None
    assert (feed.get("{http://www.w3.org/XML/1998/namespace}base"), link.get("href")) == (KNOWN.url, f"w/{'a' * 16}.html")


def test_a_json_feed_says_the_same() -> None:
    feed = json.loads(json_feed(ROOT, KNOWN))
    (item,) = feed["items"]

    assert (feed["version"], feed["feed_url"]) == ("https://jsonfeed.org/version/1.1", f"{KNOWN.url}feed.json")
    assert (item["url"], item["title"], item["date_published"]) == (f"{KNOWN.url}w/{'a' * 16}.html", ENTRY.title, ENTRY.date)
    assert (item["image"], item["tags"]) == (KNOWN.media + POSTERS[1].object, ["books", "talk"])


@pytest.mark.parametrize("manifest", [MANIFEST, hostile()], ids=["usual", "hostile"])
def test_search_engines_are_told_of_a_video(manifest: Manifest) -> None:
    elements = Elements(watch_page(manifest, KNOWN))
    (said,) = [text for text in elements.texts if text.startswith('{"@context"')]
    told = json.loads(said)

    assert (told["@type"], told["name"], told["duration"]) == ("VideoObject", manifest.title, "PT3723S")
    assert told["thumbnailUrl"] == KNOWN.media + POSTERS[1].object


def test_a_deleted_video_is_told_to_nobody() -> None:
    page = watch_page(Manifest(id="b" * 16, generation=1, current_generation=1, status="deleted"), KNOWN)

    assert (b"ld+json" in page, b"og:image" in page) == (False, False)


def test_other_sites_show_an_image_as_a_photo() -> None:
    said = msgspec.json.decode(oembed(IMAGE, KNOWN))

    assert (said["type"], said["width"], said["height"], said["url"]) == ("photo", 1280, 640, f"{KNOWN.media}{PICTURES[8].object}")


def test_other_sites_are_told_of_no_image_whose_address_is_unknown() -> None:
    assert msgspec.json.decode(oembed(IMAGE, SITE))["type"] == "link"


def test_search_engines_read_an_image_as_one() -> None:
    page = PAGES["image"].decode()

    assert '"@type":"ImageObject"' in page
    assert "og:video" not in page
