"""Who may use the API, and what was asked of it. PURE."""

from typing import Annotated, Literal

from msgspec import Meta

from functions.common import keys
from functions.common.model.values import Count, Document, Time

Action = Literal["read", "send", "delete"]
Client = Annotated[str, Meta(pattern=f"^{keys.FIELDS['client']}$", description="letters, digits, dots, hyphens, underscores")]


class Token(Document, frozen=True, tag="token-1.json"):
    """What a token says, and the note of it while it is in force: whoever deletes the note revokes the token.

    `most_bytes` of one file and `quota_bytes` of all that lies in the inbox; absent: no bound but the server's.
    """

    id: Annotated[str, Meta(pattern=f"^{keys.FIELDS['token']}$")]
    client_id: Client
    may: Annotated[tuple[Action, ...], Meta(min_length=1)]
    created_at: Time
    expires_at: Time
    most_bytes: Count | None = None
    quota_bytes: Count | None = None


class Asked(Document, frozen=True, tag="asked-1.json"):
    """The item that a request with an Idempotency-Key made. `wish`: the hash of what it asked for. Kept for a week."""

    item_id: str
    wish: Annotated[str, Meta(pattern=f"^{keys.HASH}$")]
