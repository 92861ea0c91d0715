"""Static files, gzipped: those the build packed beside them, our own sheets and scripts as they are asked for."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.security import safe_join

from dispatch.kernel.packing import packed_file

PACKED = {".css", ".js", ".svg"}
SMALLEST_PACKED = 512  # bytes; below, gzip's own header eats the gain
KEEP_SECONDS = 3600  # names carry no digest, so a new release must be seen within the hour


class HotlineFlask(Flask):
    """Flask whose static files are sent compressed to whoever takes gzip."""

    def send_static_file(self, filename: str) -> Response:
        """The file, or ``<file>.gz`` with the right headers. Raises NotFound outside the folder."""
        packed = filename + ".gz"
        if not self.static_folder or not request.accept_encodings["gzip"] or ".." in filename:
            return super().send_static_file(filename)
        if not (Path(self.static_folder) / packed).is_file():
            return _packed_here(super().send_static_file(filename), safe_join(self.static_folder, filename))
        response = super().send_static_file(packed)
        response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def get_send_file_max_age(self, filename: str | None) -> int | None:  # noqa: ARG002 - Flask's signature
        """How long a browser keeps a static file, in seconds."""
        return KEEP_SECONDS


def _packed_here(response: Response, path: str | None) -> Response:
    """The whole text file of ``response`` gzipped; what is only a part, not changed, small or no text stays as it is."""
    if response.status_code != 200 or path is None or Path(path).suffix not in PACKED:
        return response
    if Path(path).stat().st_size < SMALLEST_PACKED:
        return response
    response.direct_passthrough = False
    response.set_data(packed_file(Path(path)))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
