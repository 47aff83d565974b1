"""A picture of a terminal: what commands write, as a terminal shows it in the end, as SVG."""

import os
import pty
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

WIDTH, HEIGHT = 100, 60
NAMED = {"brown": "yellow", "default": None}  # pyte's names that are not rich's


def shown(argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> list[Text]:
    """Run a command in a terminal, and give the lines that stand there in the end."""
    main, side = pty.openpty()
    size = {"COLUMNS": str(WIDTH), "LINES": str(HEIGHT), "TERM": "xterm-256color"}
    child = subprocess.Popen(argv, cwd=folder, env={**environment, **size}, stdin=side, stdout=side, stderr=side)
    os.close(side)
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.ByteStream(screen)
    try:
        while piece := os.read(main, 65_536):
            stream.feed(piece)
    except OSError:  # the last process has closed it
        pass
    os.close(main)
    if child.wait():
        raise RuntimeError(f"{argv} ended with {child.returncode}")
    lines = [_line(screen, row) for row in range(HEIGHT)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return lines


def picture(entries: Sequence[tuple[str, Sequence[Text]]], file: Path) -> None:
    """Draw what was typed and what was answered."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        for typed, lines in entries:
            console.print(Text.assemble(("$ ", "green"), (typed, "bold")))
            for line in lines:
                console.print(line, soft_wrap=True)
        drawn = console.export_svg(title="reel")
        file.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))  # rich's would be fetched from elsewhere


def _line(screen: pyte.Screen, row: int) -> Text:
    text = Text()
    for column in range(WIDTH):
        character = screen.buffer[row][column]
        text.append(character.data, Style(color=_colour(character.fg), bold=character.bold))
    text.rstrip()
    return text


def _colour(name: str) -> str | None:
    if name in NAMED:
        return NAMED[name]
    return (
        f"#{name}" if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name) else name.replace("bright", "bright_")
    )
