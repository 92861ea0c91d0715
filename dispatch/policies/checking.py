"""What is wrong with the text of a policy file, as sentences that name the key."""

from __future__ import annotations

from dispatch.kernel.errors import DomainError
from dispatch.limits.policy import Policy, shipped_policy


def sound(text: str) -> Policy:
    """The policy that a new file says. Raises ``policy.unreadable`` and its like.

    Stricter than what reads a file on record: the duty rota hears no other events than those of the shipped file.
    """
    policy = Policy.read(text)
    unheard = sorted({*policy.procedure.duty.events} - {*shipped_policy().procedure.duty.events})
    if unheard:
        wrong = f"duty：值班不处理事件 {'、'.join(unheard)}。"
        raise DomainError("policy.unreadable", f"政策文件有误：\n{wrong}", problems=[wrong])
    return policy


def problems_of(text: str) -> list[str]:
    """Each fault with its key; one sentence where the text is no TOML at all; nothing where the file is sound."""
    try:
        sound(text)
    except DomainError as error:
        named = error.details.get("problems")
        return [str(one) for one in named] if isinstance(named, list) else [error.message]
    return []
