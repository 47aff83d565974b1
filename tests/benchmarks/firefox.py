"""What a visit by Firefox finds wrong: on the front page, while it watches, also what is still encoded, and when it uploads."""

import json
import os
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

from functions.common import keys
from infra.local.command import LocalError
from infra.local.firefox import firefox
from infra.local.places import ROOT, TOOLS
from infra.local.setup import environment
from tests.benchmarks.figures import Figure
from tests.benchmarks.firefox_visit import SCENES, Sights
from tests.benchmarks.library import library
from tests.browser.conftest import await_words, publish_demo
from tests.media import clip, ffmpeg
from tests.stack.library import Library


def measure() -> list[Figure]:
    """Fetch Firefox, publish what is to be visited, and visit it."""
    firefox().do()
    environment("firefox", "firefox", "what drives Firefox,").do()
    with tempfile.TemporaryDirectory() as folder, library() as found:
        demo = publish_demo(found)
        growing = _growing(found, Path(folder))
        stack = found.stack
        wrong = _visited(Sights(stack.site_url, stack.api_token, demo.title, demo.id, growing))
    print("Firefox", *wrong.pop("version"))
    for scene, faults in wrong.items():
        print(*(f"{scene}: {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
    return [Figure(f"firefox_{scene}", len(faults), f"faults: {_scene(scene)}", 0) for scene, faults in wrong.items()]


def _scene(name: str) -> str:
    """Give what happens in a scene, in its own words."""
    (words,) = (scene.__doc__ for scene in SCENES if scene.__name__ == name)
    return (words or "").rstrip(".").lower()


def _growing(found: Library, folder: Path) -> str:
    """Begin a film without a preview, which a transport stream has not; give its id as soon as it plays."""
    film = folder / "film.ts"
    ffmpeg("-i", clip("demo"), "-c", "copy", film)
    video = found.drop("seen/film.ts", film)
    found.wait(video, lambda manifest: manifest.playable is not None)
    await_words(found, keys.WATCH_PAGE.key(id=video), video)
    return video


def _visited(sights: Sights) -> dict[str, list[str]]:
    """Visit by the other Playwright, which stands before ours on the path."""
    (packages,) = (TOOLS / "firefox").glob("lib/*/site-packages")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (packages, ROOT)))}
    argv = (TOOLS / "venv" / "bin" / "python", "-m", "tests.benchmarks.firefox_visit")
    said = json.dumps(asdict(sights))
    done = subprocess.run(argv, env=environ, cwd=ROOT, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalError(f"Firefox's visit ended with {done.returncode}:\n{done.stderr[-2000:]}")
    wrong: dict[str, list[str]] = json.loads(done.stdout)
    return wrong
