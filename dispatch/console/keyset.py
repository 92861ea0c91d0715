"""Places in a keyset list as one word of the address: the last row's instant and id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 10**17


def write_place(at: datetime, row_id: int) -> str:
    """``1795376460000000-17``: microseconds since 1970 and the row's id."""
    return f"{(at - EPOCH) // MICROSECOND}-{row_id}"


def read_place(word: str | None) -> tuple[datetime, int] | None:
    """What :func:`write_place` wrote; None for anything else, which means the first page."""
    left, _, right = (word or "").partition("-")
    if not (left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
        return None
    if int(left) > LARGEST or int(right) > LARGEST:
        return None
    return EPOCH + timedelta(microseconds=int(left)), int(right)


def read_number(word: str | None) -> int | None:
    """A row's id out of an address; None for anything else, which means the first page."""
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < len(str(LARGEST)) else None
