"""What tests of stores share: servers that run as long as the tests need them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Runs, runs
from tests.stores import servers
from tests.stores.servers import REGION, Server


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with servers.ministack(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with servers.rclone(tmp_path_factory.mktemp("rclone")) as running:
        yield running


@pytest.fixture
def reel(tmp_path: Path) -> Runs:
    """Run `reel` where nothing is configured."""
    return runs(tmp_path, tmp_path, {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": REGION})
