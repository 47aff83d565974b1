"""A whole file of a video, put together from its chunks as they are. EFFECT: reads and writes media, runs ffmpeg."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from functions.common import keys, schema
from functions.common.ahead import ahead
from functions.common.errors import Rejected, Unavailable
from functions.common.headers import cache_control, content_type
from functions.common.model import FileWork, MadeFile, Order, Receipt, TrackPart
from functions.common.orders import OrderKeys, renditions
from functions.common.process import Limits, private_folder
from functions.common.store import Bucket
from functions.transcode import command, objects
from functions.transcode.job import Encoder, Failed, Made

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LANES: Final = 4  # objects on their way at once, of some 10 MB
ROOM: Final = 2.2  # the parts, the file, and what its index moves
FILE_BYTES: Final = 10_000_000_000  # a function's folder has 10 GB
MEMORY_BYTES: Final = 2_000_000_000


@dataclass(frozen=True)
class Joiner:
    """Joins what lies in the media bucket, by what the receipts in the work bucket say."""

    s3: "S3Client"
    bucket: str
    work: Bucket
    media: Bucket
    encoder: Encoder

    def make(self, order: Order, work: FileWork) -> Made:
        """Make the file, and upload it. Raises Rejected (`too_large_to_join`)."""
        until = self.encoder.clock() + order.deadline_s
        tracks = self._tracks(order, work)
        with private_folder() as parts, private_folder() as folder:
            size = sum(segment.length for track in tracks for part in track for segment in part.segments)
            if size * ROOM > shutil.disk_usage(folder).free:
                raise Rejected("too_large_to_join", f"The {work.container} file would have {size:,} bytes.")
            inputs = [str(self._fetched(track, parts / f"{place}.mp4")) for place, track in enumerate(tracks)]
            argv = command.join(str(self.encoder.tools.ffmpeg), inputs, work)
            limits = Limits(until - self.encoder.clock(), MEMORY_BYTES, FILE_BYTES, nice=order.nice)
            done = self.encoder.run(argv, limits, folder, on_line=None)
            if done.code:
                raise Failed(f"ffmpeg ended with {done.code}: {done.stderr[-500:]}")
            made = self._uploaded(order, work, folder / command.WHOLE)
        return Made((), objects.sign(order, self.encoder.name, Receipt(id=order.id, files=(made,))))

    def _tracks(self, order: Order, work: FileWork) -> list[list[TrackPart]]:
        """Find the parts of each rendition, in order, in the receipts of what is needed."""
        names = [OrderKeys.of_unit(order.id, str(order.rev), unit).ok for unit in work.needs]
        bodies = self.work.read_all(names)
        if gone := [name for name, body in zip(names, bodies, strict=True) if body is None]:
            raise Unavailable(gone[0])
        parts = [part for body in bodies if body for part in schema.load(Receipt, body).parts]
        return [[part for part in parts if part.rendition == name] for name in renditions(work)]

    def _fetched(self, track: Sequence[TrackPart], path: Path) -> Path:
        """Put a rendition's objects into one file: an init and its segments are a whole MP4."""
        wanted = [track[0].init, *(part.object for part in track)]
        with path.open("wb") as file:
            for key, body in zip(wanted, ahead(self.media.read, wanted, LANES), strict=True):
                if body is None:
                    raise Unavailable(key)
                file.write(body)
        return path

    def _uploaded(self, order: Order, work: FileWork, path: Path) -> MadeFile:
        with path.open("rb") as file:
            sha512 = hashlib.file_digest(file, "sha512").hexdigest()
            file.seek(0)
            named = hashlib.file_digest(file, "sha256").hexdigest()[:16]  # as keys.digest, of more than fits into memory
        key = keys.FILE.key(id=order.id, rev=str(order.rev), unit=str(order.unit), hash=named, container=work.container)
        headers = {"ContentType": content_type(key), "CacheControl": cache_control(key, b"")}
        self.s3.upload_file(str(path), self.bucket, key, ExtraArgs=headers)
        return MadeFile(object=key, container=work.container, size=path.stat().st_size, sha512=sha512)
