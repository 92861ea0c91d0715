"""What an article says, as the verbs take it, and what it has to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.kernel.errors import DomainError
from dispatch.knowledge.tokens import vector
from dispatch.routing.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Content:
    """``questions``: how callers ask (问法), in any form. ``body``: what the operator says (答复口径).

    ``unit_id`` None: the hotline's own. In force in [valid_from, valid_to), local midnights; ``valid_to`` None: until further
    notice. ``review_at``: from then on the unit is asked whether it still holds.
    """

    title: str
    questions: str
    body: str
    legal_basis: str
    category: str
    unit_id: int | None
    valid_from: datetime
    valid_to: datetime | None
    review_at: datetime

    @property
    def search(self) -> str:
        """The tsvector literal: the title weighs most, then how people ask, then the words themselves."""
        return vector([(self.title, "A"), (self.questions, "B"), (self.body, "D"), (self.legal_basis, "D")])


def check(content: Content, taxonomy: Taxonomy) -> None:
    """Raises ``knowledge.*`` for what no reader could use, naming the field."""
    if not content.title.strip():
        raise DomainError("knowledge.no_title", "请填写题目。", field="title")
    if not content.body.strip():
        raise DomainError("knowledge.no_body", "请填写答复口径。", field="body")
    if taxonomy.get(content.category) is None:
        raise DomainError("knowledge.unknown_category", "没有这个分类，请重新选择。", field="category")
    if content.valid_to is not None and content.valid_to <= content.valid_from:
        raise DomainError("knowledge.never_valid", "失效日期不能早于生效日期。", field="valid_until")
    if content.review_at <= content.valid_from:
        raise DomainError("knowledge.review_too_early", "复核日期须晚于生效日期。", field="review_on")


def check_keeper(unit_id: int | None, within: frozenset[int] | None) -> None:
    """Raises ``knowledge.foreign_unit`` where ``within`` (None: everything) does not hold the unit that is to keep it."""
    if within is not None and unit_id not in within:
        raise DomainError("knowledge.foreign_unit", "责任单位只能选本单位或下级单位。", field="unit_code")
