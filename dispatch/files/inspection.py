"""What a file is, by its content alone; and the same written anew, which is all that is ever kept. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dispatch.files import documents, pictures, refusals, sounds
from dispatch.files.limits import Limits

EXTENSIONS = {
    pictures.JPEG: ".jpg",
    pictures.PNG: ".png",
    documents.PDF: ".pdf",
    documents.TEXT: ".txt",
    documents.DOCX: ".docx",
    documents.XLSX: ".xlsx",
    sounds.MP3: ".mp3",
    sounds.WAV: ".wav",
    sounds.AMR: ".amr",
}
PICTURES = frozenset({pictures.JPEG, pictures.PNG})
THUMBNAIL = pictures.JPEG

# The first bytes of each kind; what has none of them may still be text.
_JPEG, _PNG, _WEBP = rb"\xff\xd8\xff", rb"\x89PNG\r\n\x1a\n", rb"RIFF....WEBP"
_KINDS = {
    "JPEG": re.compile(_JPEG),
    "PNG": re.compile(_PNG),
    "WEBP": re.compile(_WEBP, re.DOTALL),
    "WAV": re.compile(rb"RIFF....WAVE", re.DOTALL),
    "PDF": re.compile(rb"%PDF-\d\.\d"),
    "OFFICE": re.compile(rb"PK\x03\x04"),
    "AMR": re.compile(rb"#!AMR(?:-WB)?\n"),
    "MP3": re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that may be kept: its own bytes written anew, what they are, and a small picture of a picture."""

    body: bytes
    media_type: str
    thumbnail: bytes | None = None


def inspect(content: bytes, limits: Limits) -> Kept:
    """Decide by ``content`` and write it anew.

    Raises ``file.too_big``, ``file.type_refused`` or ``file.broken`` (:mod:`dispatch.files.refusals`).
    """
    if len(content) > limits.file_bytes:
        raise refusals.too_big(limits.file_bytes)
    if not content.strip():
        raise refusals.empty()
    kind = next((name for name, magic in _KINDS.items() if magic.match(content)), "TEXT")
    kept = _rewritten(kind, content, limits)
    if len(kept.body) > limits.file_bytes:
        raise refusals.unfolds_too_far()
    return kept


def _rewritten(kind: str, content: bytes, limits: Limits) -> Kept:
    if kind in ("JPEG", "PNG", "WEBP"):
        picture = pictures.rewrite(content, kind, limits)
        return Kept(picture.body, picture.media_type, picture.thumbnail)
    if kind == "OFFICE":
        return Kept(*documents.rewrite_office(content, limits))
    if kind == "PDF":
        return Kept(documents.read_pdf(content), documents.PDF)
    if kind == "WAV":
        return Kept(sounds.rewrite_wav(content), sounds.WAV)
    if kind == "AMR":
        return Kept(sounds.rewrite_amr(content), sounds.AMR)
    if kind == "MP3":
        return Kept(sounds.rewrite_mp3(content), sounds.MP3)
    return Kept(documents.rewrite_text(content), documents.TEXT)
