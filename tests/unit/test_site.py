"""The site's files: what they are made of, how they are named, and how they come into the bucket."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import msgspec
import pytest
from moto import mock_aws

from functions.catalogue import handler as catalogue
from functions.catalogue.handler import Catalogue
from functions.catalogue.pages import SiteText, embed_page, list_page, watch_page
from functions.common import events, keys, schema
from functions.common.model import Entry, Manifest, Release, Root
from functions.common.stage import Group
from functions.common.store import Buckets
from infra.local import site as module
from infra.local.command import LocalError
from infra.local.site import (
    CATALOGUES_OWN,
    IMMUTABLE,
    KEPT,
    NOT_SERVED,
    REBUILD,
    Bundled,
    Site,
    SiteFile,
    bundled,
    render_anew,
    site_files,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
VIDEO = Manifest(id="a" * 16, generation=1, current_generation=1, status="queued", title="On birds")
LINKED = re.compile(r'<(?:script|link rel="(?:stylesheet|icon)")[^>]* (?:src|href)="(?:\.\./)*([^"]+)"')
PAGES = {file.key: file.body for file in site_files() if file.key.endswith(".html")}


@pytest.fixture
def s3() -> Iterator["S3Client"]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="site")
        yield client


def site(s3: "S3Client") -> Site:
    return Site(s3, "site", "https://media/", "https://api")


def there(s3: "S3Client") -> set[str]:
    return {found["Key"] for found in s3.list_objects_v2(Bucket="site")["Contents"]}


def released(s3: "S3Client") -> Release:
    return schema.load(Release, s3.get_object(Bucket="site", Key="release.json")["Body"].read())


def changed(monkeypatch: pytest.MonkeyPatch, source: str, name: str) -> None:
    """Have the next deployment be of another content of one source."""
    now = module.bundled()
    files = {kept: text for kept, text in now.files.items() if kept != now.names[source]}
    other = Bundled({**now.names, source: name}, {**files, name: "other"})
    monkeypatch.setattr(module, "bundled", lambda: other)


def test_every_file_of_the_site_has_a_content_type() -> None:
    assert all(file.content_type for file in site_files())


def test_the_site_has_neither_tools_nor_what_the_catalogue_writes() -> None:
    names = {file.key for file in site_files()}
    assert not [name for name in names if name in NOT_SERVED or name.startswith(CATALOGUES_OWN)]


def test_the_site_has_the_schemas_that_documents_name() -> None:
    assert "schemas/manifest-1.json" in {file.key for file in site_files()}


def test_a_file_of_an_unknown_kind_is_named() -> None:
    with pytest.raises(LocalError, match=r"picture\.tiff has no content type"):
        assert not SiteFile("picture.tiff", b"").content_type


def test_a_deployment_asks_for_the_front_page_in_the_catalogues_own_word() -> None:
    assert catalogue.REBUILD == REBUILD


def test_a_second_deployment_of_the_site_puts_what_changed_alone(s3: "S3Client") -> None:
    first = site(s3).publish()
    s3.put_object(Bucket="site", Key="style.css", Body=b"another")
    s3.put_object(Bucket="site", Key="index.html", Body=b"the catalogue's")

    assert (first, site(s3).publish(), site(s3).publish()) == (len([*site(s3).files(), "release.json"]), 1, 0)
    assert s3.get_object(Bucket="site", Key="index.html")["Body"].read() == b"the catalogue's"


def test_a_deployment_asks_for_the_pages_of_every_video() -> None:
    with mock_aws():
        s3, sqs = boto3.client("s3", region_name="us-east-1"), boto3.client("sqs", region_name="us-east-1")
        s3.create_bucket(Bucket="media")
        queue = sqs.create_queue(QueueName="catalogue")["QueueUrl"]
        videos = {keys.video_id(str(number)) for number in range(12)}
        for video in videos:
            s3.put_object(Bucket="media", Key=keys.MANIFEST.key(id=video), Body=b"{}")
        asked = render_anew(s3, "media", sqs, queue)
        letters = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]

    named = [key for letter in letters for key in events.read("", "", letter["Body"]).keys]
    assert asked == len(videos)
    assert {key for key in named if not keys.FRAGMENT.parse(key)} == {REBUILD}
    assert {fields["id"] for key in named if (fields := keys.FRAGMENT.parse(key))} == videos


def test_what_pages_load_is_named_by_its_content_and_kept_by_browsers() -> None:
    named = {file.key for file in site_files() if file.cache_control == IMMUTABLE}
    assert named == set(bundled().files) == set(bundled().names.values())
    assert [name for name in named if not re.fullmatch(r"[a-z-]+-[A-Z0-9]{8}\.(js|css|svg)", name)] == []


def test_no_other_file_is_kept_without_asking() -> None:
    assert {file.cache_control for file in site_files() if file.key not in bundled().files} == {"no-cache"}


def test_the_same_sources_have_the_same_names() -> None:
    assert bundled.__wrapped__() == bundled()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_site_loads_such_files_alone(page: str) -> None:
    loaded = LINKED.findall(PAGES[page].decode())
    assert loaded
    assert set(loaded) <= set(bundled().files)


@pytest.mark.parametrize("page", ["watch", "embed", "list"])
def test_a_page_of_the_catalogue_loads_such_files_alone(page: str) -> None:
    text = SiteText(files=bundled().names)
    pages = {
        "watch": watch_page(VIDEO, text),
        "embed": embed_page(VIDEO, text),
        "list": list_page(Root(generation=1, count=0), "all", text),
    }
    loaded = LINKED.findall(pages[page].decode())
    assert loaded
    assert set(loaded) <= set(bundled().files)


def test_what_a_script_loads_later_is_such_a_file_too() -> None:
    loaded = {name for text in bundled().files.values() for name in re.findall(r'import\("\./([^"]+)"\)', text)}
    assert {name.rpartition("-")[0] for name in loaded} == {"engine", "media-chrome", "pagefind"}
    assert loaded <= set(bundled().files)


@pytest.mark.parametrize(
    ("most_kb", "sources"),
    [
        (10, ["index.js"]),
        (10, ["watch.js"]),
        (60, ["watch.js", "vendor/media-chrome.js"]),
        (185, ["engine.js"]),
        (10, ["search.js"]),
        (10, ["upload.js"]),
    ],
)
def test_a_page_waits_for_few_bytes(most_kb: int, sources: list[str]) -> None:
    scripts = [bundled().files[bundled().names[source]] for source in sources]
    assert sum(len(gzip.compress(script.encode())) for script in scripts) <= most_kb * 1000


def test_a_release_is_told_after_its_files_and_before_the_pages_that_name_them(s3: "S3Client") -> None:
    order: list[str] = []
    s3.meta.events.register("before-parameter-build.s3.PutObject", lambda params, **_: order.append(params["Key"]))
    site(s3).publish()
    told = order.index("release.json")
    assert set(order[:told]) == set(bundled().files)
    assert {key for key in order[told:] if key.endswith(".html")} == set(PAGES)


def test_a_page_that_was_opened_before_a_deployment_finds_its_files_for_a_while(
    s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    site(s3).publish(NOW)
    old = bundled().names["watch.js"]
    changed(monkeypatch, "watch.js", "watch-SOMENEW1.js")
    site(s3).publish(LATER)
    assert released(s3).left == {old: "2026-03-06T10:00:00Z"}
    assert released(s3).files["watch.js"] == "watch-SOMENEW1.js"

    site(s3).publish(LATER + KEPT)
    assert {old, "watch-SOMENEW1.js"} <= there(s3)
    site(s3).publish(LATER + KEPT + timedelta(seconds=1))
    assert (old in there(s3), released(s3).left) == (False, {})


def test_a_file_that_comes_back_is_not_deleted(s3: "S3Client", monkeypatch: pytest.MonkeyPatch) -> None:
    site(s3).publish(NOW)
    old = bundled().names["watch.js"]
    with monkeypatch.context() as other:
        changed(other, "watch.js", "watch-SOMENEW1.js")
        site(s3).publish(LATER)
    site(s3).publish(LATER)
    site(s3).publish(LATER + 2 * KEPT)
    assert old in there(s3)
    assert (released(s3).left, "watch-SOMENEW1.js" in there(s3)) == ({}, False)


def test_the_catalogues_pages_name_the_files_of_the_release(buckets: Buckets) -> None:
    page = made_with(buckets, {"style.css": "style-NEWSTYLE.css"})
    assert LINKED.findall(page)[:2] == ["favicon.svg", "style-NEWSTYLE.css"]


def test_a_release_that_comes_while_a_page_is_made_is_in_the_page(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the old release is written last, and is not what stays."""
    rendered: list[bytes] = []

    def render(manifest: Manifest, text: SiteText) -> bytes:
        rendered.append(watch_page(manifest, text))
        buckets.site.put("release.json", schema.dump(Release(files={"style.css": "style-NEWSTYLE.css"})))
        return rendered[-1]

    monkeypatch.setattr(catalogue, "watch_page", render)
    page = made_with(buckets, {"style.css": "style-OLDSTYLE.css"})
    assert "style-OLDSTYLE.css" in rendered[0].decode()
    assert "style-NEWSTYLE.css" in page


def made_with(buckets: Buckets, files: dict[str, str]) -> str:
    """Run the catalogue for one video under a release; give the video's page."""
    entry = Entry(id=VIDEO.id, title="On birds", date="2026-03-05T10:00:00Z", duration_s=1, complete=False, words="0" * 16)
    buckets.media.put(keys.MANIFEST.key(id=VIDEO.id), schema.dump(msgspec.structs.replace(VIDEO, entry=entry, entry_number=1)))
    buckets.site.put("release.json", schema.dump(Release(files=files)))
    Catalogue(buckets, SiteText()).act(Group("catalogue", (keys.FRAGMENT.key(id=VIDEO.id, number=1),), ()))
    return (buckets.site.read(keys.WATCH_PAGE.key(id=VIDEO.id)) or b"").decode()
