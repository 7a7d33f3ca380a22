"""A signed document inside a page: the page's own bytes are bound by their digest, which the signature covers."""

from __future__ import annotations

import hashlib

OPENING = b'<script type="application/json" id="edgelab-ledger">'
CLOSING = b"</script>"
PLACE = "<!-- the signed events -->"  # where a page that is being made waits for its document


def split(page: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the page before its document, the document, and the rest from the closing tag on; None without a document.

    Of a page that was cut off in its document the rest is empty.
    """
    before, opening, rest = page.partition(OPENING)
    document, closing, after = rest.partition(CLOSING)
    return (before, document, closing + after) if opening else None


def digest(before: bytes, after: bytes) -> str:
    """Return SHA-256 of the page before and after a document, without its tags, in hexadecimal."""
    return hashlib.sha256(len(before).to_bytes(8, "big") + before + after).hexdigest()


def parts_of(template: str) -> tuple[bytes, bytes]:
    """Return a page that waits for its document as the bytes before and after it.

    Raises:
        ValueError: it has no place for a document, or several.
    """
    before, place, after = template.partition(PLACE)
    if not place or PLACE in after:
        raise ValueError("the page must have one place for the signed document")
    return before.encode(), after.encode()


def joined(before: bytes, document: str, after: bytes) -> bytes:
    """Return the page with its document."""
    return before + OPENING + document.encode("ascii") + CLOSING + after
