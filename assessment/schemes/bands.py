"""Bands instead of ranks: reading them from a scheme, and which band a row is in. Pure.

show = "bands"
[[bands]]
name = "一档"
rank_to = 10          # or score_from = 90 in every band but the last
[[bands]]
name = "二档"         # the last one takes the rest
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypedDict

from assessment.schemes.model import Band, Scheme, Show
from assessment.schemes.reader import Section

_MOST = 1_000_000
_FARTHEST_SCORE = 1_000  # a bound of what makes sense: 100 and the caps of points
_LIMITS = ("rank_to", "score_from")


class BandFields(TypedDict):
    """The two fields of ``Scheme``."""

    show: Show
    bands: tuple[Band, ...]


def band_fields(root: Section) -> BandFields:
    """``show`` and ``bands`` of a scheme. Raises ``DomainError`` ``scheme.*`` naming the key."""
    show = root.word("show", Show, default=Show.RANKS)
    sections = root.sections("bands")
    if show is Show.BANDS and not sections:
        raise root.refuse("missing_key", "bands", "缺失：按档次公布须写明各档。")
    return {"show": show, "bands": _read(sections)}


def _read(sections: Sequence[Section]) -> tuple[Band, ...]:
    found: list[Band] = []
    for place, section in enumerate(sections, 1):
        band = _band(section, is_last=place == len(sections))
        if found:
            _require_follows(section, found, band)
        section.done()
        found.append(band)
    return tuple(found)


def _band(section: Section, *, is_last: bool) -> Band:
    name = section.text("name")
    given = [key for key in _LIMITS if section.has(key)]
    if is_last and given:
        raise section.refuse("out_of_range", given[0], "不应出现：最后一档包括其余全部单位。")
    if not is_last and not given:
        raise section.refuse("missing_key", _LIMITS[0], f"缺失（或 {_LIMITS[1]}）：只有最后一档可以不设界限。")
    if len(given) > 1:
        raise section.refuse("repeated", given[1], f"与 {given[0]} 只能写一个。")
    if given == ["rank_to"]:
        return Band(name, rank_to=section.integer("rank_to", 1, _MOST))
    return Band(name, score_from=section.number("score_from", -_FARTHEST_SCORE, _FARTHEST_SCORE) if given else None)


def _require_follows(section: Section, found: Sequence[Band], band: Band) -> None:
    last = found[-1]
    if band.name in {one.name for one in found}:
        raise section.refuse("repeated", "name", "与另一档重名。")
    if band.rank_to is not None and (last.rank_to is None or band.rank_to <= last.rank_to):
        raise section.refuse("out_of_order", "rank_to", "应大于前一档，各档须用同一种界限。")
    if band.score_from is not None and (last.score_from is None or band.score_from >= last.score_from):
        raise section.refuse("out_of_order", "score_from", "应小于前一档，各档须用同一种界限。")


def shows_bands(scheme: Scheme) -> bool:
    """Whether people see bands and no ranks."""
    return scheme.show is Show.BANDS


def band_of(rank: int | None, score: Fraction | None, scheme: Scheme) -> str:
    """The name of the band of a ranked unit; empty for one that is not ranked."""
    if rank is None or score is None:
        return ""
    for band in scheme.bands:
        if band.rank_to is not None and rank > band.rank_to:
            continue
        if band.score_from is not None and score < band.score_from:
            continue
        return band.name
    return ""
