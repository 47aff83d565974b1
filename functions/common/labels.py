"""Which lists a video is in. PURE."""

from collections.abc import Iterator

from functions.common import keys
from functions.common.model import Entry, Label


def labels(entry: Entry | None) -> Iterator[Label]:
    """Give a video's channel and tags."""
    if entry:
        yield from [entry.channel] if entry.channel else []
        yield from entry.tags


def label(kind: str, name: str) -> Label:
    """Give a tag (`kind` "tag") or a channel ("channel") with its list."""
    return Label(name=name, list=keys.list_id(kind, name))
