"""ministack keeps the promises, with the rights enforced."""

import ipaddress
import secrets

import pytest

from functions.common.s3 import S3Door
from functions.common.store import Door
from tests.contract import Shared
from tests.stores.servers import Server


def opened(server: Server) -> S3Door:
    bucket = f"contract-{secrets.token_hex(4)}"
    server.s3().create_bucket(Bucket=bucket)
    return S3Door(server.s3(), bucket)


class TestMinistack(Shared):
    """By the door that the functions use."""

    @pytest.fixture
    def door(self, ministack: Server) -> Door:
        """Open a bucket."""
        return opened(ministack)

    @pytest.fixture
    def inbox(self, ministack: Server) -> Door:
        """Open one with versions."""
        door = opened(ministack)
        door.s3.put_bucket_versioning(Bucket=door.bucket, VersioningConfiguration={"Status": "Enabled"})
        return door


def test_it_listens_on_this_machine_alone(ministack: Server) -> None:
    assert {ipaddress.ip_address(address).is_loopback for address in ministack.listeners()} == {True}
