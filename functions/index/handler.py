"""index: a receipt or `current` was written → playlists and manifest, then a fragment for the catalogue."""

import functools
import os
from dataclasses import dataclass, field

from functions.common import keys
from functions.common.ports import Telemetry
from functions.common.stage import Group, Stage
from functions.common.store import Buckets
from functions.common.wiring import Lambda
from functions.index.publish import Memory, announce, publish


@dataclass(frozen=True)
class Index:
    """The stage, with its store and what it remembers."""

    buckets: Buckets
    telemetry: Telemetry
    memory: Memory = field(default_factory=Memory)

    def act(self, group: Group) -> None:
        """Publish one video, and tell the catalogue of each change of its entry."""
        manifest = publish(self.buckets, self.memory, group.name, self.telemetry)
        while manifest and manifest.announced < manifest.entry_number:
            manifest = announce(self.buckets, manifest)


@functools.cache
def _stage() -> Stage:
    parts = Lambda.of("index", os.environ)
    return Stage(keys.id_of, Index(parts.buckets, parts.telemetry).act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the index queue."""
    return _stage().handle(event)
