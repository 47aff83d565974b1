"""Items: created once, read, listed, deleted; their upload and their note. EFFECT: reads and writes by the store's verbs.

An item has no status of its own: it is that of its video, read from the manifest at each question.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

import msgspec

from functions.api import ids
from functions.api.answers import (
    ArrivedPart,
    ArrivedParts,
    Files,
    ItemAnswer,
    ItemPage,
    SignedPart,
    SignedParts,
    Upload,
    describe,
    made_of,
    original_of,
)
from functions.api.bodies import Reencoding, Sent, Wish, conversion, is_client, is_item
from functions.api.parts import MOST_SIGNED, part_count, part_size, wanting, whole_etag
from functions.api.problem import Fault, Problem, invalid, not_found
from functions.api.queue import underway
from functions.api.uploads import Uploads
from functions.common import keys, presets, schema
from functions.common.inbox import read_name, timestamp
from functions.common.model import Asked, Current, Item, Manifest, Note, Underway
from functions.common.store import Buckets, Created, Version

MOST_LOOKED_AT: Final = 20  # units under way: a read for each; more would make the question slow


@dataclass(frozen=True)
class Items:
    """All items. `most_bytes`: the largest file that is taken."""

    buckets: Buckets
    uploads: Uploads
    most_bytes: int

    def create(self, wish: Wish, now_ms: int, key: str | None = None) -> ItemAnswer:
        """Begin an upload and write the item, at `now_ms` since 1970. A crash between leaves an upload that expires.

        `key`: asked again with it, the same wish gives the same item. Raises Problem.
        """
        item_id = ids.item_id(now_ms, secrets.randbits(ids.CHANCE_BITS))
        if key is not None:
            item_id = self._asked(wish, key, item_id)
            if known := self._stored(wish.client_id, item_id):
                return self._begun(known)
        item = self._begin(wish, item_id, timestamp(now_ms // 1000))
        if self.buckets.work.create(_document(item.client_id, item_id), schema.dump(item)) is not Created.CREATED:
            self.uploads.abort(item)  # the same was asked at the same time, and that was quicker
            item = self.find(item.client_id, item_id)
        return self._begun(item)

    def _asked(self, wish: Wish, key: str, item_id: str) -> str:
        """Note the item that a key stands for, and give the one that was noted first."""
        place = keys.ASKED.key(client=wish.client_id, hash=keys.digest(key.encode()))
        asked = Asked(item_id=item_id, wish=keys.digest(msgspec.json.encode(wish)))
        self.buckets.work.create(place, schema.dump(asked))
        known = schema.load(Asked, self.buckets.work.read(place) or schema.dump(asked))
        if known.wish != asked.wish:
            raise Problem("key-reused", "This Idempotency-Key was sent with another request. Take a new one for each file.")
        return known.item_id

    def _begin(self, wish: Wish, item_id: str, created_at: str) -> Item:
        key = keys.UPLOAD.key(client=wish.client_id, item=item_id, file=wish.file_name)
        return Item(
            item_id=item_id,
            client_id=wish.client_id,
            created_at=created_at,
            file_name=wish.file_name,
            file_size=wish.file_size,
            content_type=wish.content_type,
            key=key,
            video_id=keys.video_id(_stem(key)),
            upload_id=self.uploads.begin(key, wish.content_type),
            part_size=part_size(wish.file_size),
            sha512_checksum=wish.sha512_checksum,
            conversion_type=wish.conversion_type,
        )

    def _begun(self, item: Item) -> ItemAnswer:
        first = range(1, min(MOST_SIGNED, part_count(item)) + 1)
        return describe(item, None, self._upload(item, self._signed(item, first)))

    def read(self, client: str, item_id: str) -> ItemAnswer:
        """Say how an item is."""
        item = self.find(client, item_id)
        manifest = self._manifest(item)
        awaited = manifest is None and self._held(item) is None
        answer = self._answer(item, manifest, awaited=awaited, underway=self._underway(manifest) if manifest else ())
        if answer is None:
            raise not_found()
        return answer

    def page(self, client: str, after: str | None, limit: int) -> ItemPage:
        """List at most `limit` items that come after one, newest first: their ids are in that order.

        One that was deleted is left out, so a page may be shorter. It costs two listings, and two reads for each item.
        """
        if not is_client(client):
            raise not_found()
        listed = self.buckets.work.list(keys.ITEM.prefix(client=client), _document(client, after) if after else "")
        found = [fields["item"] for each in islice(listed, limit + 1) if (fields := keys.ITEM.parse(each.key))]
        sent = self._sent(client, found[:limit])
        answers = self.buckets.work.door.each(lambda item_id: self._listed(client, item_id, sent), found[:limit])
        shown = tuple(answer for answer in answers if answer)
        return ItemPage(shown, found[limit - 1]) if len(found) > limit else ItemPage(shown)

    def _sent(self, client: str, items: Sequence[str]) -> set[str]:
        """Give the files that the inbox holds of neighbouring items: it has them in the order of their ids too."""
        if not items:
            return set()
        beyond = f"{client}/{items[-1]}0"  # "0" follows the slash in S3's order
        listed = self.buckets.inbox.list(f"{client}/", f"{client}/{items[0]}")
        return {found.key for found in takewhile(lambda found: found.key < beyond, listed)}

    def _listed(self, client: str, item_id: str, sent: set[str]) -> ItemAnswer | None:
        item = self._stored(client, item_id)
        if item is None:
            return None
        manifest = self._manifest(item)
        return self._answer(item, manifest, awaited=manifest is None and item.key not in sent)

    def files(self, item: Item) -> Files:
        """List what can be downloaded."""
        held = self._held(item)
        original = [original_of(item, self.uploads.download(item, held))] if held else []
        return Files((*original, *made_of(item, self._manifest(item))))

    def check_quota(self, client: str, quota_bytes: int | None, more: int) -> None:
        """Raise Problem where `more` bytes are beyond what a client may keep in the inbox."""
        if quota_bytes is None:
            return
        held = sum(found.size for found in self.buckets.inbox.list(f"{client}/"))
        if held + more > quota_bytes:
            detail = (
                f"{held:,} of {quota_bytes:,} bytes are taken, and this file has {more:,}. Delete something, or ask the operator."
            )
            raise Problem("over-quota", detail)

    def delete(self, client: str, item_id: str) -> None:
        """Stop an upload and delete all that lies beside it in the inbox; published files follow from that.

        The item goes last, so that a delete which was cut off can be repeated.
        """
        item = self._stored(client, item_id)
        if item is None:
            return
        self.uploads.abort(item)
        stem = _stem(item.key)
        live = [found for found in self.buckets.inbox.versions(stem + ".") if found.latest and not found.deleted]
        self.buckets.inbox.delete(found.key for found in live if _stem(found.key) == stem)
        self.buckets.work.delete([_document(client, item_id)])

    def sign(self, client: str, item_id: str, numbers: Sequence[int]) -> SignedParts:
        """Give fresh addresses for parts."""
        item = self.find(client, item_id)
        if max(numbers) > part_count(item):
            raise invalid(Fault("#/numbers", f"numbers must be from 1 to {part_count(item)}, the parts of this file."))
        return SignedParts(self._signed(item, numbers))

    def arrived(self, client: str, item_id: str) -> ArrivedParts:
        """List the parts that have arrived, to continue an upload."""
        parts = self.uploads.arrived(self.find(client, item_id))
        if parts is None:
            raise Problem("upload-closed", "This upload is complete or was given up. Look at the item, or create a new one.")
        return ArrivedParts(tuple(ArrivedPart(part.number, part.size, part.etag) for part in parts))

    def complete(self, client: str, item_id: str, sent: Sent, quota_bytes: int | None = None) -> ItemAnswer:
        """Make the file of its parts, then look whether it is what the store holds. It may be asked for twice."""
        item = self.find(client, item_id)
        claimed = {part.number: part.etag.strip('"') for part in sent.parts}
        arrived = self.uploads.arrived(item)
        if arrived is not None and (missing := wanting(item, claimed, arrived)):
            raise Problem("parts-missing", f"{len(missing)} parts are missing or are not what you sent.", parts=missing)
        if arrived is not None:
            self.check_quota(client, quota_bytes, item.file_size)
        etags = [claimed.get(number, "") for number in range(1, part_count(item) + 1)]
        etag = self.uploads.complete(item, etags) if arrived is not None else None
        held = self._held(item)
        if held is None or held.etag.strip('"') != (etag or whole_etag(etags)):
            raise Problem("replaced-or-deleted", "This file was replaced or deleted meanwhile. Upload it again.")
        return self.read(client, item_id)

    def annotate(self, client: str, item_id: str, note: Note) -> None:
        """Put a note beside the file."""
        item = self.find(client, item_id)
        self.buckets.inbox.put(f"{_stem(item.key)}.json", msgspec.json.encode(note))

    def reencode(self, client: str, item_id: str, wish: Reencoding) -> None:
        """Say in the note beside the file that it is to be encoded again, with that preset or as before. Raises Problem."""
        item = self.find(client, item_id)
        if (fault := conversion(wish.conversion_type, presets.names())) is not None:
            raise invalid(Fault("#/conversion_type", fault))
        stored = self.buckets.work.read(keys.CURRENT.key(id=item.video_id))
        if stored is None:
            raise Problem("nothing-to-retry", "Nothing has been made of it yet. Look at the item in a minute.")
        key = f"{_stem(item.key)}.json"
        wanted = {"again": schema.load(Current, stored).again + 1} | (
            {"preset": wish.conversion_type} if wish.conversion_type else {}
        )
        self.buckets.inbox.put(key, msgspec.json.encode(_fields(self.buckets.inbox.read(key)) | wanted))

    def find(self, client: str, item_id: str) -> Item:
        """Read an item. Raises Problem when there is none."""
        item = self._stored(client, item_id)
        if item is None:
            raise not_found()
        return item

    def _stored(self, client: str, item_id: str) -> Item | None:
        if not (is_client(client) and is_item(item_id)):
            return None
        body = self.buckets.work.read(_document(client, item_id))
        return schema.load(Item, body) if body else None

    def _answer(
        self, item: Item, manifest: Manifest | None, *, awaited: bool, underway: tuple[Underway, ...] = ()
    ) -> ItemAnswer | None:
        """Describe an item, with what its encoders say of themselves; None when its video was deleted."""
        if manifest and manifest.status == "deleted":
            return None
        return describe(item, manifest, self._upload(item) if awaited else None, underway)

    def _manifest(self, item: Item) -> Manifest | None:
        body = self.buckets.media.read(keys.MANIFEST.key(id=item.video_id))
        return schema.load(Manifest, body) if body else None

    def _underway(self, manifest: Manifest) -> tuple[Underway, ...]:
        """Read how far the units are that are being encoded now."""
        if manifest.rev is None or manifest.status not in {"queued", "encoding"}:
            return ()
        prefix = keys.UNDERWAY.prefix(id=manifest.id, rev=manifest.rev)
        return tuple(unit for _, unit in underway(self.buckets.work, prefix, MOST_LOOKED_AT))

    def _held(self, item: Item) -> Version | None:
        """Give what the store holds now under an item's key."""
        versions = self.buckets.inbox.versions(item.key)
        return next((found for found in versions if found.key == item.key and found.latest and not found.deleted), None)

    def _signed(self, item: Item, numbers: Sequence[int]) -> tuple[SignedPart, ...]:
        return tuple(SignedPart(number, self.uploads.address(item, number)) for number in numbers)

    @staticmethod
    def _upload(item: Item, signed: tuple[SignedPart, ...] = ()) -> Upload:
        return Upload(upload_id=item.upload_id, part_size=item.part_size, part_count=part_count(item), parts=signed)


def _document(client: str, item_id: str) -> str:
    return keys.ITEM.key(client=client, item=item_id)


def _fields(note: bytes | None) -> dict[str, object]:
    """Read what stands in a note, whatever that is; nothing where it cannot be read."""
    try:
        return msgspec.json.decode(note or b"{}", type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _stem(key: str) -> str:
    """Give the stem of an inbox key; empty for a key that no video has."""
    name = read_name(key)
    return name.stem if name else ""
