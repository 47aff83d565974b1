"""What `reel doctor` asks of a server: whether its store keeps the promises on which everything rests. EFFECT: writes a probe."""

import secrets
from typing import Final

from functions.api.answers import Check, Checks
from functions.common import keys
from functions.common.store import Absent, Answer, Bucket, Same

CLIENT: Final = "doctor"  # under whose name the probe lies; the store removes it after a week
OTHERS: Final = '"00000000000000000000000000000000"'  # a tag that no probe has


def check(work: Bucket) -> Checks:
    """Try the conditional writes (docs/architecture.md, How nothing is lost), and that what was written is there at once."""
    key = keys.ASKED.key(client=CLIENT, hash=keys.digest(secrets.token_bytes()))
    door = work.door
    first, second = door.put(key, b"1", Absent()), door.put(key, b"2", Absent())
    stored = door.get(key)
    foreign = door.put(key, b"3", Same(OTHERS))
    own = door.put(key, b"4", Same(stored.etag)) if stored else Answer.GONE
    after = door.get(key)
    listed = [found.key for found in work.list(key)]
    return Checks(
        (
            _said("create only if absent", (first, second) == (Answer.DONE, Answer.REFUSED), f"{first.name}, then {second.name}"),
            _said("replace only if unchanged", (foreign, own) == (Answer.REFUSED, Answer.DONE), f"{foreign.name}, then {own.name}"),
            _said("read what was written", after is not None and after.body == b"4", repr(after.body if after else None)),
            _said("list what was written", listed == [key], f"{len(listed)} found"),
        )
    )


def _said(name: str, well: bool, said: str) -> Check:  # noqa: FBT001  # one value of three
    return Check(name, well, "" if well else f"The store answered {said}. It cannot hold a reelbucket: work would be lost.")
