"""How Lighthouse judges the pages, as it does for a phone on a slow line, from a plain server of files that compresses texts."""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from functions.common import keys
from infra.local.browser import link_browser
from infra.local.command import LocalError
from infra.local.places import BIN, REQUIREMENTS, TOOLS
from infra.local.setup import npm
from tests.benchmarks.figures import Figure
from tests.benchmarks.library import library
from tests.browser.conftest import FLAGS, publish_demo
from tests.browser.files import serving
from tests.stack.library import Library

FOLDER: Final = TOOLS / "lighthouse"
LISTING: Final = REQUIREMENTS / "lighthouse"
ROUNDS: Final = 3  # the median counts, for other work disturbs it
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
PERFECT: Final = 100
TIMES: Final = {
    "largest-contentful-paint": ("lcp_ms", "ms until the largest thing is painted", 1100),
    "total-blocking-time": ("tbt_ms", "ms in which the page does not answer", 50),
    "cumulative-layout-shift": ("cls", "how much of the page jumps", 0),
}


def measure() -> list[Figure]:
    """Judge the front page, a video's page and the upload page."""
    shutil.copytree(LISTING, FOLDER, dirs_exist_ok=True)
    npm("installing Lighthouse into .local/lighthouse", FOLDER, (FOLDER / "package-lock.json",), "node_modules", "ci").do()
    link_browser(BIN / "chromium")
    with library() as found:
        site, media, page = _copied(found)
    with serving(site, media) as host:
        host.compresses = True
        pages = {"index": keys.INDEX_PAGE.key(), "watch": page, "upload": "upload.html"}
        reports = {name: [_report(host.url + path) for _ in range(ROUNDS)] for name, path in pages.items()}
    return [figure for name, each in reports.items() for figure in _judged(name, each)]


def _copied(found: Library) -> tuple[Mapping[str, bytes], Mapping[str, bytes], str]:
    """Copy a site of one video, with a note and captions."""
    video = publish_demo(found).id
    page = keys.WATCH_PAGE.key(id=video)
    stack = found.stack
    media = {key: found.get(key) for prefix in (f"v/{video}/", "catalogue/") for key in found.keys(stack.media_bucket, prefix)}
    return {key: found.read(stack.site_bucket, key) or b"" for key in (keys.INDEX_PAGE.key(), page)}, media, page


def _report(address: str) -> Any:  # noqa: ANN401  # JSON
    program = FOLDER / "node_modules" / ".bin" / "lighthouse"
    argv = [str(program), address, "--output=json", "--quiet", "--no-enable-error-reporting"]
    flags = " ".join(("--headless=new", *FLAGS))
    environment = {**os.environ, "CHROME_PATH": str((BIN / "chromium").resolve())}
    done = subprocess.run([*argv, f"--chrome-flags={flags}"], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalError(f"Lighthouse ended with {done.returncode} at {address}:\n{done.stderr[-1000:]}")
    return json.loads(done.stdout)


def _judged(name: str, reports: Sequence[Any]) -> Iterator[Figure]:
    lost: set[str] = set()
    for category in CATEGORIES:
        mark = statistics.median(PERFECT * report["categories"][category]["score"] for report in reports)
        yield Figure(f"lighthouse_{name}_{category.replace('-', '_')}", mark, f"of 100, {name}: {category}")
        weighed = [ref["id"] for ref in reports[0]["categories"][category]["auditRefs"] if ref["weight"]]
        lost |= {audit for audit in weighed for report in reports if (report["audits"][audit]["score"] or 0) < 1}
    for audit, (short, says, most) in TIMES.items():
        value = statistics.median(report["audits"][audit]["numericValue"] for report in reports)
        yield Figure(f"lighthouse_{name}_{short}", value, f"{name}: {says}", most)
    print(f"{name}: less than all for {', '.join(sorted(lost)) or 'nothing'}")
