"""What the API refuses, and how it says so: problem details (RFC 9457). PURE."""

from typing import Final

import msgspec

MEDIA_TYPE: Final = "application/problem+json"  # RFC 9457, section 3

# kind: its HTTP status, and its title, the same for every occurrence. The `type` of a problem is `/problems/<kind>`.
KINDS: Final[dict[str, tuple[int, str]]] = {
    "unreadable": (400, "The request cannot be read"),
    "unauthorized": (401, "The token is missing or wrong"),
    "forbidden": (403, "The token does not allow this"),
    "not-found": (404, "Not found"),
    "parts-missing": (409, "The upload is not complete"),
    "upload-closed": (409, "The upload is closed"),
    "replaced-or-deleted": (409, "Replaced or deleted meanwhile"),
    "nothing-to-retry": (409, "Nothing to retry"),
    "public": (409, "The library is public"),
    "over-quota": (413, "More than the token allows"),
    "invalid": (422, "The request is not valid"),
    "key-reused": (422, "The Idempotency-Key is another request's"),
    "internal": (500, "This is our fault"),
    "unavailable": (503, "Not available now"),
}


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request's body. `pointer` names the field (a fragment, RFC 6901 section 6)."""

    pointer: str
    detail: str


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a refusal. `parts`: numbers of the parts that must be sent again."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = ()
    parts: tuple[int, ...] = ()


class Problem(Exception):  # noqa: N818  # RFC 9457 calls it a problem
    """A request that is refused. `kind` is for programs, `detail` one or two sentences for a person."""

    def __init__(self, kind: str, detail: str, errors: tuple[Fault, ...] = (), parts: tuple[int, ...] = ()) -> None:
        super().__init__(f"{kind}: {detail}")
        self.status, title = KINDS[kind]
        self.details: Final = Details(
            type=f"/problems/{kind}", title=title, status=self.status, detail=detail, errors=errors, parts=parts
        )


def not_found() -> Problem:
    """Refuse what is not there and what is another's in the same words, so that nobody learns which."""
    return Problem("not-found", "There is nothing here under this address. Check the client's and the item's id.")


def invalid(*faults: Fault) -> Problem:
    """Refuse a body, naming each field at fault."""
    return Problem("invalid", " ".join(fault.detail for fault in faults), faults)
