"""What is wrong with the text of a policy file, as sentences that name the key."""

from __future__ import annotations

from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import Policy


def problems_of(text: str) -> list[str]:
    """Each fault with its key; one sentence where the text is no TOML at all; nothing where the file is sound."""
    try:
        Policy.read(text)
    except DomainError as error:
        named = error.details.get("problems")
        return [str(one) for one in named] if isinstance(named, list) else [error.message]
    return []
