"""The operator's form as the API's intake: one validator for both, faults at the form's own fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dispatch.actions.forms import BETWEEN
from dispatch.console import choices
from dispatch.console.knowledge_views import CITED
from dispatch.directory.snapshot import Reference
from dispatch.kernel.problems import Problem
from dispatch.places.datum import DATUMS

ENDING_FIELDS = {
    "declined": ("agency", "legal_path", "related_ticket_no"),
    "transferred": ("agency", "receipt"),
}
POINT_PARTS = 3


def body_of(form: dict[str, str], city: Reference) -> dict[str, Any]:
    """The form in the shape of the API's intake."""
    name, phone = form.get("name", "").strip(), form.get("phone", "").strip()
    return {
        **matter_of(form, city),
        "channel": form.get("channel") or None,
        "title": form.get("title", ""),
        "text": form.get("text", ""),
        "address": form.get("address", ""),
        "reporter": {"name": name or None, "phone": phone or None} if name or phone else None,
        "is_confidential": form.get("is_confidential") == "true",
        "merge_into": form.get("merge_into", "").strip() or None,
        "incident_id": number(form.get("incident_id", "")),
        "outcome": _outcome(form),
    }


def matter_of(form: dict[str, str], city: Reference) -> dict[str, Any]:
    """What the operator chose, for routing; the words are the caller's own."""
    return {
        "kind": form.get("kind") or "complaint",
        "urgency": form.get("urgency") or "ordinary",
        "category": form.get("category") or None,
        "unit_code": choices.unit_code_of(form.get("unit", ""), city),
        **picked(form.get("place", "")),
    }


def picked(value: str) -> dict[str, Any]:
    """The place as the list of suggestions named it: ``place:17``, ``unit:110101001`` or ``point:116.4,39.9,wgs84``."""
    kind, _colon, named = value.strip().partition(":")
    if kind == "place":
        return {"place_id": number(named), "place_code": None if number(named) else named}
    if kind == "point":
        point = point_of(named)
        return {"point": point} if point else {"place_code": named}
    return {"place_code": named or None}


def point_of(typed: str) -> dict[str, Any] | None:
    """``116.41,39.92`` or ``116.41,39.92,gcj02`` as the API takes a point; None where it is none."""
    parts = [part.strip() for part in typed.replace("，", ",").split(",")]
    datum = parts[2] if len(parts) == POINT_PARTS else DATUMS[0]
    if len(parts) not in (POINT_PARTS - 1, POINT_PARTS) or datum not in DATUMS:
        return None
    try:
        return {"longitude": float(parts[0]), "latitude": float(parts[1]), "datum": datum}
    except ValueError:
        return None


def number(typed: str) -> int | None:
    """What was typed as a number; None where it is none."""
    return int(typed) if typed.isascii() and typed.isdigit() else None


def _outcome(form: dict[str, str]) -> dict[str, Any] | None:
    """How the call ends at once; None where it goes on to a unit. Each ending takes its own fields of the form."""
    kind = form.get("outcome", "")
    if not kind:
        return None
    typed = {name: form.get(f"outcome_{name}", "").strip() or None for name in ENDING_FIELDS.get(kind, ())}
    named = f"{form.get('outcome_articles', '')} {form.get(CITED, '')}".strip()
    articles = BETWEEN.split(named) if kind == "answered" else []
    numbers = [int(one) if one.isascii() and one.isdigit() else one for one in articles if one]
    ground = {"ground": form.get(f"outcome_{kind}_ground") or None} if kind in ("declined", "invalid") else {}
    return {"kind": kind, "text": form.get("outcome_text", "").strip(), "articles": numbers, **typed, **ground}


def own_names(messages: Any) -> dict[str, Any]:
    """Fields by the form's names: the reporter's parts stand by themselves, the unit is called unit."""
    named: dict[str, Any] = dict(messages)
    named.update(named.pop("reporter", {}))
    ended = named.pop("outcome", {})
    named.update({f"outcome_{name}": fault for name, fault in ended.items()} if isinstance(ended, dict) else {})
    own = {"unit_code": "unit", "place_code": "place", "place_id": "place", "point": "place"}
    return {own.get(name, name): fault for name, fault in named.items()}


def at_own_fields(problem: Problem, form: dict[str, str]) -> Problem:
    """A rule's no at the form's own field: endings have names of their own here, and the one ticket named is the one to join."""
    kind = form.get("outcome", "")
    if problem.code.startswith("outcome.") and kind:
        own = {"outcome": "outcome", "ground": f"outcome_{kind}_ground"}
        return replace(
            problem, fields={own.get(name, f"outcome_{name}"): said for name, said in problem.fields.items()}
        )
    if problem.code == "knowledge.unknown":
        return replace(problem, fields={"outcome_articles": [problem.detail]})
    if problem.code == "ticket.unknown" and form.get("merge_into", "").strip():
        return replace(problem, fields={"merge_into": [problem.detail]})
    return problem
