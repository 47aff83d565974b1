"""The manifests that a run of the command sees."""

from functions.common.model import Explained, Manifest, Playable

REV = "b" * 16
DAMAGED = Explained(code="damaged", message="The file ends in its middle.", todo="Copy it again.")


def manifest(video: str, status: str, **fields: object) -> Manifest:
    return Manifest(id=video, generation=1, current_generation=1, status=status, **fields)  # type: ignore[arg-type]


def playable(available_s: float, *, complete: bool = False) -> Playable:
    return Playable(rev=REV, complete=complete, main="v/x/y/main.m3u8", duration_s=62, available_s=available_s)
