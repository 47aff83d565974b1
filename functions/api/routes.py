"""The API's routes, as one table: the handler answers by it, and the OpenAPI document is made from it. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.api.answers import (
    ArrivedParts,
    Checks,
    Files,
    Health,
    Invitation,
    ItemAnswer,
    ItemPage,
    Me,
    NewToken,
    Queue,
    SignedParts,
    Tokens,
)
from functions.api.bodies import InvitationWish, Numbers, Reencoding, Sent, TokenWish, Wish
from functions.api.tokens import Need
from functions.common.model import Note

PREFIX: Final = "/api/v1"
MOST: Final = 100  # items in a page: each costs two or three small reads, sixteen at once
LIMIT: Final = 20  # without a wish
KEY: Final = r"[\x21-\x7e]{1,255}"  # of an Idempotency-Key
ITEMS: Final = "/item/<client_id>"
ITEM: Final = "/item/<client_id>/<item_id>"


@dataclass(frozen=True)
class Route:
    """One route. `takes` is the request's body and `gives` the answer's, None where there is none.

    `needs`: what a token must allow, "any": nothing; None: only the operator's own does. `kinds` are the problems that it has
    beside those that every route may have. `asked` are its parameters beside the path's: queries, and headers, which begin with a
    capital.
    """

    name: str
    method: str
    path: str
    says: str
    gives: type | None
    status: int = 200
    takes: type | None = None
    needs: Need = None
    kinds: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)
    open: bool = False


PAGED: Final = {
    "cursor": "The `next` of an earlier answer.",
    "limit": f"At most so many items, from 1 to {MOST}; {LIMIT} without it.",
}
ADMITTED: Final = {"site": "The site's address, with a slash at its end: in a private library the answer then has cookies."}
UNCHANGED: Final = {"If-None-Match": "The ETag of an earlier answer: where it still holds, the answer is 304 without a body."}
ONCE: Final = {
    "Idempotency-Key": "1 to 255 characters of your own. Asked again with it within a week, the same request gives the same item."
}

ROUTES: Final = (
    Route("create", "POST", "/item", "Announce a file, and get addresses for its parts.", ItemAnswer, 201, Wish, "send",
          ("invalid", "unreadable", "key-reused", "over-quota"), ONCE),
    Route("page", "GET", ITEMS, "List a client's items, newest first.", ItemPage, needs="read", kinds=("invalid",), asked=PAGED),
    Route("one", "GET", ITEM, "Tell how an item is.", ItemAnswer, needs="read", kinds=("not-found",), asked=UNCHANGED),
    Route("delete", "DELETE", ITEM, "Delete an item with its video, whatever is being done with it. Twice is once.", None, 204,
          needs="delete"),
    Route("arrived", "GET", f"{ITEM}/parts", "List the parts that have arrived.", ArrivedParts, needs="send",
          kinds=("not-found", "upload-closed")),
    Route("sign", "POST", f"{ITEM}/parts", "Get fresh addresses for parts.", SignedParts, 200, Numbers, "send",
          ("invalid", "unreadable", "not-found")),
    Route("complete", "POST", f"{ITEM}/complete", "Say that all is sent.", ItemAnswer, 200, Sent, "send",
          ("invalid", "unreadable", "not-found", "parts-missing", "over-quota", "replaced-or-deleted")),
    Route("annotate", "PUT", f"{ITEM}/note", "Put a note beside the file: title, tags and more.", None, 204, Note, "send",
          ("invalid", "unreadable", "not-found")),
    Route("retry", "POST", f"{ITEM}/retry", "Try again what failed. What is done stays done.", ItemAnswer, 202, needs="send",
          kinds=("not-found", "nothing-to-retry")),
    Route("reencode", "POST", f"{ITEM}/reencode", "Encode it again; the old one plays on.", ItemAnswer, 202, Reencoding, "send",
          ("invalid", "unreadable", "not-found", "nothing-to-retry")),
    Route("files", "GET", f"{ITEM}/files", "List what can be downloaded.", Files, needs="read",
          kinds=("not-found", "invalid"), asked=ADMITTED),
    Route("queue", "GET", "/queue", "Tell what is to do, in progress, failed, and done lately.", Queue, needs="read"),
    Route("me", "GET", "/me", "Tell whose token this is, and what it allows.", Me, needs="any"),
    Route("check", "POST", "/check", "Try whether the store keeps the promises on which everything rests.", Checks),
    Route("issue", "POST", "/token", "Make a token for a client.", NewToken, 201, TokenWish, kinds=("invalid", "unreadable")),
    Route("tokens", "GET", "/token", "List the tokens in force.", Tokens),
    Route("revoke", "DELETE", "/token/<token_id>", "Revoke a token, at once. Twice is once.", None, 204),
    Route("invite", "POST", "/invitation", "Make a link that lets somebody into a private library.", Invitation, 201,
          InvitationWish, kinds=("invalid", "unreadable", "public")),
    Route("health", "GET", "/health", "Tell whether the API answers. For anybody.", Health, open=True),
    Route("openapi", "GET", "/openapi.json", "Give this description. For anybody.", dict, open=True),
)  # fmt: skip
