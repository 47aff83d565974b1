"""Which receipts count for an id now. PURE. Index and sweep must count alike."""

from collections.abc import Iterable

from functions.common import keys
from functions.common.model import Current


def relevant(current: Current, listed: Iterable[str]) -> list[str]:
    """Choose from the keys under `receipts/<id>/` those of the current rev and of the sidecars that are there now."""
    versions = {sidecar.object.version for sidecar in current.sidecars}
    return [key for key in listed if _rev(key) == current.rev is not None or _version(key) in versions]


def _rev(key: str) -> str | None:
    fields = keys.OK.parse(key) or keys.ERROR.parse(key)
    return fields["rev"] if fields else None


def _version(key: str) -> str | None:
    fields = keys.SIDE_OK.parse(key) or keys.SIDE_ERROR.parse(key)
    return fields["version"] if fields else None
