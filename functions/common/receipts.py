"""Which receipts count for an id now. PURE. Index and sweep must count alike."""

from collections.abc import Iterable

from functions.common import keys
from functions.common.model import Current

FORMS = (keys.OK, keys.ERROR, keys.SIDE_OK, keys.SIDE_ERROR)


def wanted(current: Current) -> set[str]:
    """Give the revs of the source and of the sidecars that are there now."""
    revs = {sidecar.rev for sidecar in current.sidecars}
    return revs | {current.rev} if current.rev else revs


def relevant(current: Current, listed: Iterable[str]) -> list[str]:
    """Choose from the keys under `receipts/<id>/` those of the current rev and of the sidecars that are there now."""
    revs = wanted(current)
    return [key for key in listed if any((fields := form.parse(key)) and fields["rev"] in revs for form in FORMS)]
