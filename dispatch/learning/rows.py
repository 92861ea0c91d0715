"""The rows a model is made of, and the digests that tell them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

LONGEST_TEXT: Final = 2_000  # characters that count (issue); what comes later is repetition and quotation
DIGEST_BYTES: Final = 8
VERSION_DIGITS: Final = 12


class Row(NamedTuple):
    """A text (title, newline, body) and the label that a person gave it."""

    text: str
    label: str


def row_digest(text: str) -> bytes:
    """Eight bytes that tell whether a text was trained on: of its first 2,000 characters, blanks at the ends left out."""
    said = text.strip()[:LONGEST_TEXT].encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=DIGEST_BYTES).digest()


def training_digest(rows: Iterable[Row]) -> str:
    """SHA-256 over all texts and labels in this order."""
    said = hashlib.sha256()
    for row in rows:
        for part in row:
            said.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return said.hexdigest()
