"""Checks an exported archive by itself: its form, its digest, its chain of events, and every digest that it names. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dispatch.archives.document import FORMAT, VERSION
from dispatch.kernel import audit, canonical

CHANGED, UNREADABLE, UNKNOWN_FORM = "archive.changed", "archive.unreadable", "archive.unknown_format"


def findings(content: bytes) -> list[tuple[str, str]]:
    """What does not hold: (stable code, where). Empty: every byte is as it was sealed, and the chain is whole."""
    try:
        sealed = json.loads(content)
        archive = sealed["archive"]
        if (archive["format"], archive["version"]) != (FORMAT, VERSION):
            return [(UNKNOWN_FORM, f"{archive['format']} {archive['version']}")]
        return list(_findings(content, sealed, archive))
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        return [(UNREADABLE, type(error).__name__)]


def ticket_no_of(content: bytes) -> str | None:
    """The ticket that an archive says it is of; None where it says nothing readable."""
    try:
        return str(json.loads(content)["archive"]["ticket"]["ticket_no"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _findings(content: bytes, sealed: dict[str, Any], archive: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if canonical.dumps(sealed) + b"\n" != content:
        yield CHANGED, "form"
    if hashlib.sha256(canonical.dumps(archive)).hexdigest() != sealed["digest"]:
        yield CHANGED, "digest"
    ticket_id, rows = archive["ticket"]["ticket_id"], [_row(archive, event) for event in archive["events"]]
    head = bytes.fromhex(archive["head"])
    for finding in audit.verify_chain(ticket_id, rows, count=archive["event_count"], head=head):
        yield finding.code, finding.where
    yield from _unrecorded(archive, rows)


def _row(archive: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """An event as it lies in the database, so that it is hashed as it was there."""
    return {
        **event,
        "ticket_id": archive["ticket"]["ticket_id"],
        "at": datetime.fromisoformat(event["at"]),
        "previous": bytes.fromhex(event["previous"]),
        "hash": bytes.fromhex(event["hash"]),
    }


def _unrecorded(archive: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Words and files that no event of the chain knows."""
    said = {digest for row in rows for digest in audit.digests_in(row["data"])}
    kept = {row["data"]["digest"] for row in rows if row["type"] == "file.attached"}
    for words in archive["words"]:
        if words["digest"] not in said:
            yield "archive.unrecorded_text", f"{words['kind']} v{words['version']}"
    for file in archive["files"]:
        if file["digest"] not in kept:
            yield "archive.unrecorded_file", f"file {file['number']}"
