"""Documents to bytes and back, judged by their schema both ways. PURE."""

import functools

import msgspec

from functions.common.model import Document

_encoder = msgspec.json.Encoder(order="deterministic")


class Malformed(Exception):  # noqa: N818  # names what is wrong with a stored document
    """A stored document does not fit its schema."""


def dump[D: Document](document: D) -> bytes:
    """Write a document: equal documents give equal bytes. Raises Malformed when the bytes would not be read back."""
    body = _encoder.encode(document)
    load(type(document), body)
    return body


def load[D: Document](kind: type[D], body: bytes) -> D:
    """Read a document. Raises Malformed, naming the field at fault."""
    document = _load(kind, body)
    if not isinstance(document, kind):
        raise Malformed(f"a {type(document).__name__} where a {kind.__name__} was expected")
    return document


@functools.lru_cache(maxsize=4096)  # index reads the same receipts again and again; equal bytes are equal documents
def _load(kind: type[Document], body: bytes) -> Document:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Malformed(f"{kind.__name__}: {error}") from error
