"""What is stored of a video, told so that two videos of the same file can be compared."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from functions.common import keys
from functions.common.model import Manifest
from functions.common.orders import COPIED
from tests.stack.library import Library

NUMBERED = (keys.FRAGMENT, keys.UNSEARCHED)


def published(library: Library, manifest: Manifest) -> Mapping[str, bytes | str]:
    """Give every object of a video by its key below the rev, and its manifest, without ids, revs and counts.

    Not the preview's: whether it had its time depends on what came first.
    """
    prefix = f"v/{manifest.id}/{manifest.rev}/"
    found = [key for key in library.keys(library.stack.media_bucket, prefix) if f"{COPIED}/" not in key]
    objects = {key.removeprefix(prefix): library.get(key) for key in found}
    plain = replace(manifest, generation=1, current_generation=1, date=None, entry=None, entry_number=0, announced=0)
    words = str(plain).replace(manifest.id, "ID").replace(str(manifest.rev), "REV")
    return {**objects, "manifest": words}


def written(library: Library) -> list[str]:
    """List all objects of the three buckets that functions write, each with its bucket before it."""
    stack = library.stack
    buckets = {"work": stack.work_bucket, "media": stack.media_bucket, "site": stack.site_bucket}
    return [f"{name}/{key}" for name, bucket in buckets.items() for key in library.keys(bucket, "")]


def remains(found: Sequence[str], manifest: Manifest) -> Counter[str]:
    """Count a video's objects among those, by their keys without id, rev and numbers; not the preview's."""
    return Counter(_shape(key, manifest) for key in found if manifest.id in key and f"{COPIED}/" not in key)


def _shape(key: str, manifest: Manifest) -> str:
    if any(form.parse(key.partition("/")[2]) for form in NUMBERED):
        key = key.rpartition("/")[0]
    return key.replace(manifest.id, "ID").replace(str(manifest.rev), "REV")
