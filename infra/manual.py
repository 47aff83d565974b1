"""Write the manual pages of `reel` from its commands: `make schemas`. A test holds docs/man equal to the commands."""

import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from click_man.core import write_man_pages

from client.reel.commands import reel

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "docs" / "man"


def pages() -> Mapping[str, str]:
    """Make a page for each command, by its file name."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        write_man_pages("reel", reel, version=version, target_dir=folder, date="reelbucket")
        return {path.name: path.read_text() for path in sorted(Path(folder).iterdir())}


def main() -> None:
    """Write all of them; one whose command is gone goes too."""
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
