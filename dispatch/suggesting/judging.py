"""Who says what a matter is about: the trained model in force, else the keywords, and then why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dispatch.learning.suggesting import WORDS, Absence, current_model, why_absent
from dispatch.routing.classifying import about
from dispatch.routing.decision import Judge

if TYPE_CHECKING:
    from dispatch.directory.snapshot import Reference


def judge_of(session: Session, reference: Reference) -> Judge:
    """The judge that holds now: one small question. A model that is broken or slow is set aside, and the reason says so."""
    model, taxonomy = current_model(session), reference.taxonomy
    note = "" if model else fallback_note(session)
    return lambda matter: about(matter, taxonomy, model, note)


def fallback_note(session: Session) -> str:
    """Why there is no model where there should be one; empty in cold start, when nobody has trained one yet."""
    why = why_absent(session)
    return WORDS[why] if why not in (None, Absence.COLD) else ""
