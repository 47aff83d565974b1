"""Pagefind itself, as the search function runs it."""

import gzip
import json
from importlib.metadata import version
from pathlib import Path

import pytest

from functions.search.build import BuildFailed, build
from functions.search.records import record
from tests.unit.search.test_records import CUES, manifest

FRONTEND = Path(__file__).parents[3] / "frontend"


@pytest.fixture(scope="module")
def bundle() -> dict[str, bytes]:
    """Give a bundle of three videos in three languages."""
    return made()


def made() -> dict[str, bytes]:
    titles = {"a" * 16: "Swifts", "b" * 16: "Käse", "c" * 16: "東京"}
    return build({f"w/{video}.html": record(manifest(id=video, title=title), [CUES]) for video, title in titles.items()})


def test_a_bundle_is_one_index_of_all_languages(bundle: dict[str, bytes]) -> None:
    entry = json.loads(bundle["pagefind-entry.json"])

    assert {name: index["page_count"] for name, index in entry["languages"].items()} == {"unknown": 3}


def test_a_bundle_holds_what_a_search_loads_and_no_pages_of_pagefinds_own(bundle: dict[str, bytes]) -> None:
    kinds = sorted({path.split("/")[0] if "/" in path else path.rsplit(".", 1)[-1] for path in bundle})

    assert kinds == ["fragment", "index", "json", "pagefind", "pf_meta"]


def test_what_is_found_names_its_video(bundle: dict[str, bytes]) -> None:
    fragments = [gzip.decompress(body) for path, body in bundle.items() if path.startswith("fragment/")]
    urls = {json.loads(body.removeprefix(b"pagefind_dcd"))["url"] for body in fragments}

    assert urls == {f"/w/{letter * 16}.html" for letter in "abc"}


def test_a_result_loads_no_words_again(bundle: dict[str, bytes]) -> None:
    assert [path for path, body in bundle.items() if path.startswith("fragment/") and len(body) > 200] == []


def test_the_same_pages_give_the_same_bundle(bundle: dict[str, bytes]) -> None:
    assert set(made()) == set(bundle)


def test_what_pagefind_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pagefind_extended"
    program.write_text("#!/bin/sh\necho 'no room' >&2; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr("functions.search.build.find_pagefind", lambda: program)

    with pytest.raises(BuildFailed, match="ended with 3: no room"):
        build({"w/a.html": b"<html></html>"})


def test_the_page_reads_what_this_version_writes() -> None:
    packages = json.loads((FRONTEND / "package.json").read_text())["devDependencies"]

    assert packages["pagefind"] == version("pagefind-bin-extended")
