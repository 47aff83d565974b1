"""index: a receipt or `current` was written → playlists and manifest, then a fragment for the catalogue."""

import functools
import os
from dataclasses import dataclass, field

from functions.common import keys, schema
from functions.common.model import Fragment
from functions.common.stage import Group, Stage
from functions.common.store import Buckets
from functions.common.wiring import Lambda
from functions.index.publish import Memory, publish


@dataclass(frozen=True)
class Index:
    """The stage, with its store and what it remembers."""

    buckets: Buckets
    memory: Memory = field(default_factory=Memory)

    def act(self, group: Group) -> None:
        """Publish one video. The fragment comes after the manifest, and again whenever a message is repeated."""
        published = publish(self.buckets, self.memory, group.name)
        manifest = published.manifest
        if manifest is None or manifest.entry_number == 0:
            return
        if published.entry_changed or group.repeated:
            fragment = keys.FRAGMENT.key(id=manifest.id, number=manifest.entry_number)
            self.buckets.work.create(fragment, schema.dump(Fragment(id=manifest.id)))


@functools.cache
def _stage() -> Stage:
    parts = Lambda.of("index", os.environ)
    return Stage(keys.id_of, Index(parts.buckets).act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the index queue."""
    return _stage().handle(event)
