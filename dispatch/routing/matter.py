"""What routing looks at: the words of a matter, and what a person has chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple


class Point(NamedTuple):
    """Where somebody pointed, in the datum that was named (``wgs84``, ``gcj02``)."""

    longitude: float
    latitude: float
    datum: str

    def as_text(self) -> str:
        """``116.41,39.92,wgs84``: how it is kept beside the other words of a ticket."""
        return f"{self.longitude},{self.latitude},{self.datum}"

    @classmethod
    def from_text(cls, text: str) -> Point:
        """The reverse of :meth:`as_text`."""
        longitude, latitude, datum = text.split(",")
        return cls(float(longitude), float(latitude), datum)


@dataclass(frozen=True, slots=True)
class Matter:
    """No identity in it. ``category``, ``place_code``, ``point`` and ``unit_code`` are a person's choices and win.

    ``place_id`` and ``place_name``: the place of the gazetteer that was picked, which lies in ``place_code``.
    """

    title: str
    text: str
    address: str = ""
    kind: str = "complaint"
    urgency: str = "ordinary"
    category: str | None = None
    place_code: str | None = None
    unit_code: str | None = None
    place_id: int | None = None
    place_name: str = ""
    point: Point | None = None

    @property
    def said(self) -> str:
        """Title and body, a line each."""
        return f"{self.title}\n{self.text}"

    @property
    def is_chosen(self) -> bool:
        """Whether a person has chosen anything."""
        return bool(self.category or self.is_placed or self.unit_code)

    @property
    def is_placed(self) -> bool:
        """Whether a person has said where it is: a unit, a place, a point."""
        return self.place_code is not None or self.point is not None

    def unchosen(self) -> Matter:
        """The same matter as it came in, without anybody's choices."""
        return replace(self, category=None, place_code=None, place_id=None, place_name="", point=None, unit_code=None)
