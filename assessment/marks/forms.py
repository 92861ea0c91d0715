"""Who marks whom, on which scale: data that a city may change. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class MarkForm:
    """Units of kind ``giver`` mark those of kind ``receiver`` in their own district, and in none where ``with_city``."""

    name: str
    title: str
    giver: str
    receiver: str
    with_city: bool


@dataclass(frozen=True)
class MarkForms:
    """The scale and the forms."""

    lowest: int
    highest: int
    forms: tuple[MarkForm, ...]

    def of_giver(self, kind: str) -> MarkForm | None:
        """The form that a unit of this kind fills in."""
        return next((form for form in self.forms if form.giver == kind), None)

    def of_receiver(self, kind: str) -> MarkForm | None:
        """The form in which a unit of this kind is marked."""
        return next((form for form in self.forms if form.receiver == kind), None)


@cache
def mark_forms() -> MarkForms:
    """As shipped."""
    said = tomllib.loads(resources.files("assessment.marks").joinpath("data/forms.toml").read_text(encoding="utf-8"))
    return MarkForms(said["lowest"], said["highest"], tuple(MarkForm(**form) for form in said["forms"]))
