"""How an archive is handed out: to be saved, never to run anything."""

from __future__ import annotations

from io import BytesIO

from flask import Response, request, send_file

from dispatch.archives.models import TicketArchive
from dispatch.archives.queries import content_of

FORMATS = {"json": "application/json", "html": "text/html; charset=utf-8"}
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def served(archive: TicketArchive, form: str, ticket_no: str) -> Response:
    """The document or the page, as it was sealed."""
    is_page = form == "html"
    response = send_file(
        BytesIO(content_of(archive, form)),
        mimetype=FORMATS[form],
        as_attachment=True,
        download_name=f"{ticket_no}.{form}",
        etag=(archive.page_digest if is_page else archive.digest).hex(),
        max_age=None,
    )
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    return response
