from pathlib import Path

import pytest

from infra.manual import FOLDER, pages


@pytest.mark.filterwarnings("ignore:'click.utils:DeprecationWarning")  # click-man's own affair
def test_the_manual_says_what_the_commands_say() -> None:
    assert {path.name: path.read_text() for path in FOLDER.iterdir()} == dict(pages()), "run `make schemas`"


@pytest.mark.parametrize("page", sorted(FOLDER.iterdir()), ids=lambda page: page.name)
def test_a_page_has_what_a_reader_of_manuals_looks_for(page: Path) -> None:
    text = page.read_text()
    assert all(heading in text for heading in (".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION"))
