"""A visitor at the site: a page in Chromium, what its console said, and what it asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page

from tests.frames import read_blocks
from tests.media import BLOCK_SHARE, BLOCKS
from tests.stack.library import PATIENCE_S, until

VIDEO = "document.querySelector('video')"

# The mean green of the middle of each block, from a copy of the picture that the video shows now.
LIGHTNESS = f"""(() => {{
  const canvas = document.createElement('canvas');
  canvas.width = {VIDEO}.videoWidth;
  canvas.height = {VIDEO}.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage({VIDEO}, 0, 0);
  const [wide, high] = [canvas.width / {BLOCKS}, canvas.height / {BLOCK_SHARE}];
  return Array.from({{length: {BLOCKS}}}, (_, block) => {{
    const pixels = context.getImageData((block + 0.4) * wide, 0.4 * high, 0.2 * wide, 0.2 * high).data;
    return pixels.reduce((sum, value, place) => (place % 4 === 1 ? sum + value : sum), 0) / (pixels.length / 4);
  }});
}})()"""


@dataclass(frozen=True)
class Visitor:
    """One page in a browser context of its own, which remembers nothing of other visits.

    `errors` are the console's, `asked` every address that was asked for, in order.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, page: Page) -> "Visitor":
        """Listen to a page from its first request on."""
        visitor = cls(page)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", lambda said: visitor.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        page.on("request", lambda request: visitor.asked.append(request.url))
        return visitor

    @property
    def hosts(self) -> set[str]:
        """Whom the page asked, with the port; data: and blob: addresses ask nobody."""
        return {host for url in self.asked if (host := urlsplit(url).netloc)}

    def sees[T](self, script: str, kind: Callable[[object], T], patience_s: float = PATIENCE_S) -> T:
        """Ask the page until its answer is true, also on its way to another page.

        Playwright's own wait evaluates a text in the page, which its policy forbids.
        """
        faults: list[str] = []

        def look() -> object:
            try:
                return self.page.evaluate(script) or None
            except Error as fault:
                faults[:] = [fault.message]
                return None

        return kind(until(look, lambda: f"never true: {script}; {faults}; console: {self.errors}", patience_s))

    def waits(self, script: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until something is so."""
        self.sees(script, bool, patience_s)

    def plays(self) -> None:
        """Press the button in the middle, and wait until pictures move."""
        self.page.click("media-play-button.big")
        self.waits(f"{VIDEO}.currentTime > 0.2")

    def seeks(self, second: float) -> None:
        """Pause at a second, and wait until its picture is there."""
        self.page.evaluate(f"{VIDEO}.pause(); {VIDEO}.currentTime = {second}")
        self.waits(f"!{VIDEO}.seeking && {VIDEO}.readyState >= 2")  # HAVE_CURRENT_DATA

    @property
    def second(self) -> float:
        """Where the video is, in seconds."""
        return float(self.page.evaluate(f"{VIDEO}.currentTime"))

    @property
    def frame(self) -> int:
        """The number that is drawn on the picture; tests/frames.py has its geometry."""
        return read_blocks(self.page.evaluate(LIGHTNESS))
