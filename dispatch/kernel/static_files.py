"""Static files, gzipped ones where the build laid them beside: gunicorn does not compress."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Flask, Response, request

KEEP_SECONDS = 3600  # names carry no digest, so a new release must be seen within the hour


class HotlineFlask(Flask):
    """Flask whose static files are sent precompressed to whoever takes gzip."""

    def send_static_file(self, filename: str) -> Response:
        """The file, or ``<file>.gz`` with the right headers. Raises NotFound outside the folder."""
        packed = filename + ".gz"
        if not self.static_folder or not request.accept_encodings["gzip"] or ".." in filename:
            return super().send_static_file(filename)
        if not (Path(self.static_folder) / packed).is_file():
            return super().send_static_file(filename)
        response = super().send_static_file(packed)
        response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def get_send_file_max_age(self, filename: str | None) -> int | None:  # noqa: ARG002 - Flask's signature
        """How long a browser keeps a static file, in seconds."""
        return KEEP_SECONDS
