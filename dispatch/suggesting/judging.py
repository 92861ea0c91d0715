"""Who says what a matter is about: the trained model in force, else the keywords, and then why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dispatch.learning.suggesting import WORDS, Absence, model_or_absence, why_absent
from dispatch.routing.classifying import about
from dispatch.routing.decision import Judge

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference


def judge_of(session: Session, reference: Reference) -> Judge:
    """The judge that holds now, with the model of this picture. A model that is broken or slow is set aside, and the reason says so."""
    found, taxonomy = model_or_absence(session, reference.model), reference.taxonomy
    model, note = (None, _note(found)) if isinstance(found, Absence) else (found, "")
    return lambda matter: about(matter, taxonomy, model, note)


def fallback_note(session: Session) -> str:
    """Why there is no model where there should be one; empty in cold start, when nobody has trained one yet."""
    return _note(why_absent(session))


def _note(why: Absence | None) -> str:
    return "" if why in (None, Absence.COLD) else WORDS[why]
