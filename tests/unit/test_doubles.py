"""What stands in for the store keeps the store's promises: the simulation's double, and moto."""

import threading
from collections.abc import Callable, Iterator

import pytest

from functions.common.s3 import S3Door
from functions.common.store import Door
from tests.contract import Contract, Shared
from tests.simulation.door import SimulatedDoor
from tests.simulation.world import World
from tests.unit.api.desk import NAMES, Desk, open_desk


class AtOnce:
    """Acts without a scheduler, one call after the other."""

    def __init__(self) -> None:
        self.turn = threading.Lock()

    def __call__[T](self, verb: str, where: str, act: Callable[[], T]) -> T:
        """Act."""
        del verb, where
        with self.turn:
            return act()


class TestTheSimulation(Shared):
    """Of one thread at a time, as its scheduler lets workers act."""

    @pytest.fixture
    def world(self) -> World:
        """Begin with nothing."""
        return World()

    @pytest.fixture
    def door(self, world: World) -> Door:
        """Open a bucket."""
        return SimulatedDoor(world, "work", AtOnce())

    @pytest.fixture
    def inbox(self, world: World) -> Door:
        """Open one with versions."""
        return SimulatedDoor(world, "inbox", AtOnce())


class TestMoto(Contract):
    """On which the API's tests stand. It is not made for threads."""

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Open a store."""
        with open_desk() as opened:
            yield opened

    @pytest.fixture
    def door(self, desk: Desk) -> Door:
        """Open a bucket."""
        return S3Door(desk.s3, NAMES.work)

    @pytest.fixture
    def inbox(self, desk: Desk) -> Door:
        """Open one with versions."""
        return S3Door(desk.s3, NAMES.inbox)
