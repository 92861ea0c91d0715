"""What routing looks at: the words of a matter, and what a person has chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Matter:
    """No identity in it. ``category``, ``place_code`` and ``unit_code`` are a person's choices and win."""

    title: str
    text: str
    address: str = ""
    kind: str = "complaint"
    urgency: str = "ordinary"
    category: str | None = None
    place_code: str | None = None
    unit_code: str | None = None

    @property
    def said(self) -> str:
        """Title and body, a line each."""
        return f"{self.title}\n{self.text}"

    @property
    def is_chosen(self) -> bool:
        """Whether a person has chosen anything."""
        return bool(self.category or self.place_code or self.unit_code)

    def unchosen(self) -> Matter:
        """The same matter as it came in, without anybody's choices."""
        return replace(self, category=None, place_code=None, unit_code=None)
