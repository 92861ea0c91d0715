"""Refusals in the domain's words: a stable code for machines, a Chinese sentence for people."""

from __future__ import annotations


class DomainError(Exception):
    """A rule says no.

    ``code`` is stable (``assignment.dispute_window_closed``), ``message`` is the Chinese sentence shown to the user,
    ``status`` the HTTP status at the edge, ``details`` further JSON-ready facts (never personal data).
    """

    def __init__(self, code: str, message: str, *, status: int = 422, **details: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = details


class NotFound(DomainError):
    """The thing does not exist, or not for this person: both look the same from outside."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(code, message, status=404, **details)


class Conflict(DomainError):
    """Someone else was first, or the state does not allow the move."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(code, message, status=409, **details)


class Forbidden(DomainError):
    """This person may not do this."""

    def __init__(self, code: str = "access.forbidden", message: str = "您没有此项权限。", **details: object) -> None:
        super().__init__(code, message, status=403, **details)
