"""A whole library to a folder and back: every object of inbox, work and media, as it is. The pages are rendered from these.

What was encoded stays encoded. An object comes back with its bytes, its headers and its ETag, and a source with the key, ETag and
size that it had is the same source to the stages (docs/architecture.md, Names). It needs credentials for the buckets themselves.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from .failures import Refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LANES: Final = 8
ROUNDS: Final = 4  # of looking whether something changed while it was copied
INDEX: Final = "index.jsonl"
HEADERS: Final = ("ContentType", "CacheControl", "ContentDisposition")
LONGEST: Final = 200  # characters of a file's name; file systems take 255 bytes
MANIFEST: Final = re.compile(r"v/([a-z2-7]{16})/manifest\.json")
PASSING: Final = ("underway/", "asked/")  # what nobody misses
# What is put back before it wakes a stage: what the stages read comes first, and the inbox, in which all begins, last; in it the
# sources, for what lies beside one is looked at when it comes.
ORDER: Final = (
    *(("media", ""), ("work", "state/"), ("work", "receipts/"), ("work", "(?!current/|orders/|fragments/)")),
    *(("work", "current/"), ("work", "orders/"), ("work", "fragments/")),
    *(("inbox", r".*\.(json|vtt|srt)$"), ("inbox", r".*\.(jpe?g|png|webp)$"), ("inbox", "")),
)

type Tell = Callable[[str], None]


class Kept(msgspec.Struct, frozen=True):
    """One object of a backup. `file` is relative to the backup; `part` is the size of its upload's parts, if it had several."""

    bucket: str
    key: str
    file: str
    etag: str
    size: int
    headers: dict[str, str]
    part: int | None = None


@dataclass(frozen=True)
class Library:
    """The buckets of a stack, by what they are for: inbox, work, media."""

    s3: "S3Client"
    buckets: Mapping[str, str]

    def backup(self, folder: Path, tell: Tell) -> int:
        """Copy all that is there and not yet in the folder; give the number of objects. Raises Refused where it never rests."""
        folder.mkdir(parents=True, exist_ok=True)
        known = {(kept.bucket, kept.key): kept for kept in read_index(folder)}
        for _ in range(ROUNDS):
            there = dict(self._listed())
            fresh = [name for name, etag in there.items() if name not in known or known[name].etag != etag]
            tell(f"{len(fresh)} of {len(there)} objects to copy")
            with ThreadPoolExecutor(LANES) as pool:
                copied = list(pool.map(partial(self._copy, folder), fresh))
            known = {name: kept for name, kept in known.items() if name in there} | {(k.bucket, k.key): k for k in copied if k}
            self._write_index(folder, known.values())
            if not fresh:
                _remove_others(folder, known.values())
                return len(known)
        raise Refused("The library changes all the time, so the copy is of no one moment. Run it again when less is going on.")

    def restore(self, folder: Path, tell: Tell) -> int:
        """Put all of a backup into empty buckets; give the number of objects. Raises Refused."""
        kept = read_index(folder)
        if not kept:
            raise Refused(f"There is no backup in {folder}: it has no {INDEX}.")
        if any(name for name, _ in self._listed() if name[0] in {"inbox", "work"}):
            raise Refused("This library is not empty. A backup goes into a new one; nothing was changed.")
        left = {(each.bucket, each.key): each for each in kept}
        for bucket, pattern in ORDER:
            begins = re.compile(pattern, re.IGNORECASE | re.DOTALL)
            some = [each for name, each in left.items() if name[0] == bucket and begins.match(name[1])]
            left = {name: each for name, each in left.items() if each not in some}
            if some:
                tell(f"{bucket}: {len(some)} objects")
            with ThreadPoolExecutor(LANES) as pool:
                list(pool.map(partial(self._put, folder), some))
        self._announce(kept)
        return len(kept)

    def _announce(self, kept: Iterable[Kept]) -> None:
        """Have the pages of every video rendered: a fragment says that it changed, and nothing else."""
        for each in kept:
            if found := MANIFEST.fullmatch(each.key):
                body = msgspec.json.encode({"$schema": "fragment-1.json", "id": found[1]})
                self.s3.put_object(Bucket=self.buckets["work"], Key=f"fragments/{found[1]}/0.json", Body=body)

    def _listed(self) -> Iterator[tuple[tuple[str, str], str]]:
        for name, bucket in self.buckets.items():
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for found in page.get("Contents", ()):
                    if not (name == "work" and found["Key"].startswith(PASSING)):
                        yield (name, found["Key"]), found["ETag"]

    def _copy(self, folder: Path, which: tuple[str, str]) -> Kept | None:
        """Fetch an object; None where it went meanwhile."""
        name, key = which
        bucket = self.buckets[name]
        try:
            answer = self.s3.get_object(Bucket=bucket, Key=key)
        except self.s3.exceptions.NoSuchKey:
            return None
        file = Path(name, *map(_safe, key.split("/")))
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        with beside.open("wb") as out:
            for piece in answer["Body"].iter_chunks(1024 * 1024):
                out.write(piece)
        beside.replace(path)
        headers: dict[str, str] = {header: str(answer[header]) for header in HEADERS if header in answer}
        part = None
        if "-" in answer["ETag"]:
            part = self.s3.head_object(Bucket=bucket, Key=key, PartNumber=1)["ContentLength"]
        return Kept(name, key, file.as_posix(), answer["ETag"], answer["ContentLength"], headers, part)

    def _put(self, folder: Path, kept: Kept) -> None:
        bucket, path = self.buckets[kept.bucket], folder / kept.file
        headers: Mapping[str, Any] = kept.headers
        if kept.part is None:
            with path.open("rb") as body:
                etag = self.s3.put_object(Bucket=bucket, Key=kept.key, Body=body, **headers)["ETag"]
        else:
            etag = self._put_parts(bucket, kept, path, headers)
        if etag != kept.etag and kept.bucket == "inbox":
            raise Refused(f"{kept.key}: the store gave it the ETag {etag} instead of {kept.etag}, and would encode it again.")

    def _put_parts(self, bucket: str, kept: Kept, path: Path, headers: Mapping[str, Any]) -> str:
        """Send an object in the parts that it had: its ETag is made of theirs."""
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key=kept.key, **headers)["UploadId"]
        parts: list[dict[str, Any]] = []
        with path.open("rb") as file:
            while body := file.read(kept.part):
                number = len(parts) + 1
                etag = self.s3.upload_part(Bucket=bucket, Key=kept.key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
                parts.append({"PartNumber": number, "ETag": etag})
        done: Any = {"Parts": parts}
        return self.s3.complete_multipart_upload(Bucket=bucket, Key=kept.key, UploadId=upload, MultipartUpload=done)["ETag"]

    @staticmethod
    def _write_index(folder: Path, kept: Iterable[Kept]) -> None:
        beside = folder / f"{INDEX}.new"
        beside.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
        beside.replace(folder / INDEX)


def read_index(folder: Path) -> list[Kept]:
    """Read what is in a backup; nothing where there is none. Raises Refused for what cannot be read."""
    try:
        lines = (folder / INDEX).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    try:
        return [msgspec.json.decode(line, type=Kept) for line in lines]
    except msgspec.MsgspecError as error:
        raise Refused(f"{folder / INDEX} cannot be read: {error}.") from error


def _remove_others(folder: Path, kept: Iterable[Kept]) -> None:
    """Remove the files of objects that are gone."""
    named = {folder / each.file for each in kept}
    for bucket in {bucket for bucket, _ in ORDER}:
        for path in [found for found in (folder / bucket).rglob("*") if found.is_file() and found not in named]:
            path.unlink()


def _safe(part: str) -> str:
    """Spell a part of a key as a file's name; one that is too long, or leads elsewhere, by its hash."""
    name = quote(part, safe=" ()+,-=@[]_.")
    return name if 0 < len(name) <= LONGEST and name.strip(".") else f"%{hashlib.sha256(part.encode()).hexdigest()}"
