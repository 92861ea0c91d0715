"""Every table of states there is, for the diagrams in ``docs/states.md`` and for the guards that hold them to their promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatch.disputes.states import PROPOSAL_MOVES, PROPOSAL_WORDS, ProposalState
from dispatch.erasure.states import ERASURE_MOVES, ERASURE_WORDS, ErasureState
from dispatch.follow_ups.states import FOLLOW_UP_MOVES, FOLLOW_UP_WORDS, FollowUpState
from dispatch.knowledge.states import ARTICLE_MOVES, ARTICLE_WORDS, ArticleState
from dispatch.notices.states import MESSAGE_MOVES, MESSAGE_WORDS, MessageState
from dispatch.outcomes.states import HAND_OVER_MOVES, HAND_OVER_WORDS, HandOverState
from dispatch.supervision.states import ORDER_MOVES, ORDER_WORDS, OrderState
from dispatch.tickets.clock_states import (
    EXTENSION_MOVES,
    EXTENSION_WORDS,
    SUSPENSION_MOVES,
    SUSPENSION_WORDS,
    ExtensionState,
    SuspensionState,
)
from dispatch.tickets.states import (
    ASSIGNMENT_MOVES,
    ASSIGNMENT_WORDS,
    TICKET_MOVES,
    TICKET_WORDS,
    AssignmentState,
    TicketState,
)


@dataclass(frozen=True)
class Machine:
    """One thing's states. ``moves``: (before, after) → the rule that allows it; ``start``: as what it is born."""

    name: str
    title: str
    states: type[StrEnum]
    moves: Mapping[tuple[Any, Any], str]
    words: Mapping[Any, str]
    start: StrEnum


MACHINES = (
    Machine("ticket", "工单", TicketState, TICKET_MOVES, TICKET_WORDS, TicketState.RECEIVED),
    Machine("assignment", "承办任务", AssignmentState, ASSIGNMENT_MOVES, ASSIGNMENT_WORDS, AssignmentState.SENT),
    Machine("follow_up", "回访", FollowUpState, FOLLOW_UP_MOVES, FOLLOW_UP_WORDS, FollowUpState.OPEN),
    Machine("extension", "延期", ExtensionState, EXTENSION_MOVES, EXTENSION_WORDS, ExtensionState.ASKED),
    Machine("suspension", "挂账", SuspensionState, SUSPENSION_MOVES, SUSPENSION_WORDS, SuspensionState.ASKED),
    Machine("order", "督办单", OrderState, ORDER_MOVES, ORDER_WORDS, OrderState.ISSUED),
    Machine("hand_over", "转接", HandOverState, HAND_OVER_MOVES, HAND_OVER_WORDS, HandOverState.SENT),
    Machine("proposal", "派单目录建议", ProposalState, PROPOSAL_MOVES, PROPOSAL_WORDS, ProposalState.PROPOSED),
    Machine("message", "告知诉求人的消息", MessageState, MESSAGE_MOVES, MESSAGE_WORDS, MessageState.WAITING),
    Machine("erasure", "删除个人信息", ErasureState, ERASURE_MOVES, ERASURE_WORDS, ErasureState.ASKED),
    Machine("article", "知识版本", ArticleState, ARTICLE_MOVES, ARTICLE_WORDS, ArticleState.DRAFT),
)

HEAD = """# States

Made by `hotline states --write docs/states.md` from the tables that the code obeys; a test holds both together.
"""


def as_markdown() -> str:
    """The document: a diagram and a table of rules for each machine."""
    return "\n".join([HEAD, *(_section(machine) for machine in MACHINES)])


def _section(machine: Machine) -> str:
    nodes = [f"    {state.value}: {state.value} {machine.words[state]}" for state in machine.states]
    arrows = [f"    {before.value} --> {after.value}" for before, after in machine.moves]
    rules = [f"| `{before.value}` | `{after.value}` | {rule} |" for (before, after), rule in machine.moves.items()]
    return "\n".join(
        [
            f"## {machine.title} (`{machine.name}`)",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *nodes,
            f"    [*] --> {machine.start.value}",
            *arrows,
            "```",
            "",
            "| from | to | rule |",
            "|---|---|---|",
            *rules,
            "",
        ]
    )
