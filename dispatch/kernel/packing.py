"""Pages and our own sheets leave gzipped: gunicorn does not compress, and a month's ranking is a long page.

A page holds a secret (the token of its forms) beside words that an address may bring in. Someone who saw the lengths of many
answers could guess at it; up to 100 random bytes in each gzip header blur them, and session cookies go with no foreign request
but a navigation that the person sees.
"""

from __future__ import annotations

import gzip
import io
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Response, request

SMALLEST: Final = 4_096  # below, a packet is a packet
LEVEL: Final = 4
BLUR_BYTES: Final = 100
KEPT_FILES: Final = 128


def pack(response: Response) -> Response:
    """The same answer gzipped, where it is a page of some length and the browser takes that."""
    if not (request.accept_encodings["gzip"] and response.mimetype == "text/html" and response.is_sequence):
        return response
    if "Content-Encoding" in response.headers or "ETag" in response.headers:
        return response
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(_packed(body, "_" * secrets.randbelow(BLUR_BYTES)))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def packed_file(path: Path) -> bytes:
    """A file of the build gzipped, kept in memory until it changes."""
    facts = path.stat()
    return _packed_file(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=KEPT_FILES)
def _packed_file(path: Path, _changed: int, _size: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)


def _packed(body: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, out, mtime=0) as file:
        file.write(body)
    return out.getvalue()
