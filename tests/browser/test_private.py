"""A private library: an invitation lets in, to all or to one video, and nothing else does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from playwright.sync_api import expect

from functions.common import keys
from functions.common.model import Manifest
from tests.browser.conftest import Visit
from tests.browser.edge import Edge, edge
from tests.browser.visitor import VIDEO
from tests.command import Runs, runs
from tests.media import clip
from tests.stack.library import Library
from tests.unit.api.desk import viewers_key

TITLE = "A walk by the river"
OTHER = "o" * 16  # a video's id

type Invite = Callable[..., str]


@pytest.fixture(scope="module")
def private(library: Library, demo: Manifest) -> Iterator[Edge]:
    """Serve the library by the operator's key alone."""
    assert demo.playable
    stack, key = library.stack, load_pem_private_key(viewers_key().pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    with edge(stack, key.public_key()) as found:
        yield found


@pytest.fixture
def reel(library: Library, private: Edge, tmp_path: Path) -> Runs:
    """Run `reel` as the operator of that library; its site is the private one."""
    return runs(tmp_path, tmp_path, {"REEL_TOKEN": library.stack.api_token, "REEL_SERVER": private.url})


@pytest.fixture
def invite(reel: Runs) -> Invite:
    """Run `reel invite`."""

    def link(*arguments: str) -> str:
        ended = reel("invite", *arguments)
        assert ended.code == 0, ended.err
        return ended.out.strip()

    return link


def opens(visit: Visit, link: str) -> Any:  # noqa: ANN401  # a Visitor
    visitor = visit("index.html")
    visitor.page.goto(link, wait_until="commit")  # the page may go on to another before it is done
    return visitor


def test_without_an_invitation_nothing_is_seen(visit: Visit, private: Edge, demo: Manifest) -> None:
    visitor = opens(visit, private.url + keys.WATCH_PAGE.key(id=demo.id))
    closed = (keys.MANIFEST.key(id=demo.id), "index.html", "", "feed.xml", keys.ROOT.key(list="all"), "upload.html")
    answers = {path: urllib3.request("GET", private.url + path) for path in closed}

    expect(visitor.page.locator("h1")).to_contain_text("This library is private")
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(closed, 404)
    assert not any(TITLE.encode() in answer.data for answer in answers.values())


def test_an_invitation_lets_into_the_whole_library(visit: Visit, invite: Invite, demo: Manifest) -> None:
    visitor = opens(visit, invite())
    visitor.page.wait_for_url("**/index.html")
    visitor.page.click(f".videos a[href*='{demo.id}']")
    visitor.plays()
    visitor.seeks(6)

    assert visitor.frame == pytest.approx(visitor.second * 25, abs=2)
    assert visitor.errors == []


def test_an_invitation_to_one_video_lets_into_nothing_else(visit: Visit, private: Edge, invite: Invite, demo: Manifest) -> None:
    visitor = opens(visit, invite("--days", "1", demo.id))
    visitor.page.wait_for_url(f"**/{keys.WATCH_PAGE.key(id=demo.id)}")
    visitor.plays()
    visitor.waits(f"{VIDEO}.currentTime > 1")
    visitor.page.goto(f"{private.url}index.html")

    expect(visitor.page.locator("h1")).to_contain_text("This library is private")


def test_an_invitation_to_one_video_does_not_stretch(private: Edge, invite: Invite, demo: Manifest) -> None:
    """CloudFront compares what follows an address's `?`, too."""
    ticket = invite(demo.id).partition("#")[2].split(".")
    names = ("Policy", "Signature", "Key-Pair-Id")
    cookies = {"Cookie": "; ".join(f"CloudFront-{name}={value}" for name, value in zip(names, ticket, strict=False))}
    others = (keys.ROOT.key(list="all"), keys.INDEX_PAGE.key(), keys.ATOM_FEED.key(), keys.WATCH_PAGE.key(id=OTHER), "")
    answers = [urllib3.request("GET", f"{private.url}{path}?/{demo.id}", headers=cookies) for path in others]

    assert urllib3.request("GET", f"{private.url}{keys.MANIFEST.key(id=demo.id)}?t=1", headers=cookies).status == 200
    assert [answer.status for answer in answers[:-1]] == [404] * 4
    assert not any(TITLE.encode() in answer.data for answer in answers)


def test_an_invitation_to_one_video_takes_no_others_place(visit: Visit, private: Edge, invite: Invite, demo: Manifest) -> None:
    visitor = opens(visit, invite(demo.id))
    visitor.page.wait_for_url(f"**/{keys.WATCH_PAGE.key(id=demo.id)}")
    visitor.page.goto(invite(OTHER))
    visitor.waits("document.body.innerText.includes('Ask for another one')")  # there is no such video
    visitor.page.goto(private.url + keys.WATCH_PAGE.key(id=demo.id))
    visitor.plays()


def test_who_is_invited_to_all_stays_so_when_invited_to_one(visit: Visit, private: Edge, invite: Invite, demo: Manifest) -> None:
    visitor = opens(visit, invite())
    visitor.page.wait_for_url("**/index.html")
    visitor.page.goto(invite(demo.id))
    visitor.page.wait_for_url(f"**/{keys.WATCH_PAGE.key(id=demo.id)}")
    visitor.page.goto(f"{private.url}index.html")

    expect(visitor.page.locator(f".videos a[href*='{demo.id}']").first).to_be_visible()


def test_the_sites_own_address_leads_whoever_is_invited_to_the_front_page(visit: Visit, private: Edge, invite: Invite) -> None:
    visitor = opens(visit, invite())
    visitor.page.wait_for_url("**/index.html")
    visitor.page.goto(private.url, wait_until="commit")
    visitor.page.wait_for_url("**/index.html")


def test_reel_downloads_what_was_made(reel: Runs, private: Edge, library: Library, tmp_path: Path) -> None:
    (item,) = reel("upload", clip("blink"), "--wait", "--json").json
    ended = reel("download", item["item_id"], "--as", "hls", "--to", tmp_path / "new")
    assert ended.code == 0, ended.err
    manifest = library.manifest(item["video_id"])
    assert manifest
    assert manifest.playable
    main = manifest.playable.main

    assert Path(ended.out.strip()).read_bytes() == urllib3.request("GET", library.stack.media_url + main).data
    assert urllib3.request("GET", private.url + main).status == 404


@pytest.mark.parametrize("change", [lambda link: link[:-30] + "AAAA" + link[-26:], lambda link: link[: len(link) // 2]])
def test_a_link_that_was_changed_or_cut_off_lets_nobody_in(visit: Visit, invite: Invite, change: Callable[[str], str]) -> None:
    visitor = opens(visit, change(invite()))
    visitor.waits("document.body.innerText.includes('Ask for another one')")
