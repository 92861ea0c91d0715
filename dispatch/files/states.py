"""What a file is for, and where files may still come and go."""

from __future__ import annotations

from enum import StrEnum

from dispatch.tickets.states import TicketState


class Purpose(StrEnum):
    """Why a file is with the ticket."""

    REPORTER = "reporter"
    EVIDENCE = "evidence"
    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


PURPOSE_WORDS = {
    Purpose.REPORTER: "诉求人提供",
    Purpose.EVIDENCE: "佐证材料",
    Purpose.BEFORE: "办理前照片",
    Purpose.AFTER: "办理后照片",
    Purpose.OTHER: "其他材料",
}
HOTLINE_ONLY = frozenset({Purpose.REPORTER})  # what the reporter sent came to the hotline

SETTLED = frozenset({TicketState.ARCHIVED})  # the archive holds the digests: nothing comes or goes any more
