"""Uppy, as anybody may have it on a page of their own, uploads through the API as it is."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.places import FRONTEND
from infra.local.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.files import Host, serving
from tests.media import clip
from tests.stack.library import Library

SCRIPT = Path(__file__).with_name("uppy.mjs")
PARTS = 3
MIB = 2**20


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Serve a page of another site that has Uppy."""
    bundle = tmp_path_factory.mktemp("uppy") / "uppy.js"
    esbuild = FRONTEND / "node_modules" / ".bin" / "esbuild"
    environ = {**os.environ, "NODE_PATH": str(FRONTEND / "node_modules")}
    subprocess.run(
        [esbuild, SCRIPT, "--bundle", "--format=esm", f"--outfile={bundle}", "--log-level=error"], env=environ, check=True
    )
    with serving() as host:
        host.files["uppy.js"] = "text/javascript", bundle.read_bytes()
        host.files["uppy.html"] = "text/html", b"<!doctype html><script type=module src=uppy.js></script>"
        yield host


@pytest.mark.parametrize("padding", [0, (PARTS - 1) * 16 * MIB], ids=["one part", "three parts"])
def test_uppy_uploads_a_video_that_becomes_ready(padding: int, page: Host, visit: Visit, stack: Stack, library: Library) -> None:
    """An MP4 may end with a box of nothing (`free`, ISO/IEC 14496-12, 8.1.2), which makes a file of any size."""
    body = clip("blink").read_bytes() + ((padding + 8).to_bytes(4) + b"free" + bytes(padding) if padding else b"")
    page.files["film.mp4"] = "video/mp4", body
    visitor = visit("404.html")
    visitor.page.goto(f"{page.url}uppy.html")
    visitor.waits("typeof sendByUppy === 'function'")
    fetched = "fetch('film.mp4').then(answer => answer.blob())"
    video = visitor.page.evaluate(f"{fetched}.then(file => sendByUppy('{stack.api_url}', '{stack.api_token}', 'film.mp4', file))")
    parts = {url for url in visitor.asked if "partNumber=" in url}
    manifest = library.settled(str(video), "ready")

    assert manifest.playable
    assert len(parts) == (PARTS if padding else 1)
