"""Weighing the names that were found: the district filters, townships are voted for, a tie stays open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dispatch.routing.aliases import COMMUNITY, DISTRICT, PLACE, ROAD, TOWNSHIP, NamedPlace, PlaceUnit
from dispatch.routing.forms import Form
from dispatch.routing.hits import Hit
from dispatch.routing.matching import Span

_ADDRESS_FACTOR: Final = 150  # percent
_RIVAL: Final = 80  # percent of the best vote from which on a second township keeps the question open
_SURE_FORMS: Final = frozenset({Form.OFFICIAL, Form.USUAL})
# A road with the house's number, and a name in which one character differs, a long one or a short.
_NUMBERED: Final = 66
_NEAR_LONG, _NEAR_SHORT, _LONG = 50, 45, 6
# Evidence from which on nobody looks for slips of the pen.
_ENOUGH: Final = 62
_NAMESAKE_FACTOR: Final = 95  # percent
_ROAD_FACTOR: Final = 50  # percent, where a community or an estate is named too
# Confidence by evidence; a consistent named district adds, a rival takes away.
_CONFIDENCE: Final = {
    100: 92,
    92: 90,
    84: 88,
    70: 78,
    _NUMBERED: 80,
    62: 68,
    60: 64,
    56: 55,
    55: 50,
    _NEAR_LONG: 52,
    _NEAR_SHORT: 44,
}
_WITH_DISTRICT: Final = 7
_TWO_NAMES: Final = 4
_RIVAL_COST: Final = 25
_DISTRICT_CONFIDENCE: Final = {100: 60, 60: 40, 50: 40}
_AMBIGUOUS_CONFIDENCE: Final = 30
_MOST: Final = 99
_MOST_CANDIDATES: Final = 5
_MOST_QUOTED: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A township (or district) that the text may mean, with the weight of the evidence for it."""

    code: str
    name: str
    kind: str
    district_code: str | None
    score: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where the matter is.

    ``unit_code`` is the township, or the district where no township is known; None when nothing or more than one
    thing is named. ``kind`` is the kind of ``unit_code`` (``township``, ``district``) or ``none``. ``confidence`` is
    0–100. ``candidates`` are best first. ``district_code`` is set whenever exactly one district is meant, also while
    the township is ambiguous; ``community_code`` when exactly one community of the township is named; ``place_id`` and
    ``place_name`` when exactly one estate, stretch of road or landmark in it is.
    """

    candidates: tuple[Candidate, ...]
    unit_code: str | None
    kind: str
    confidence: int
    spans: tuple[Span, ...]
    reason_zh: str
    ambiguous: bool
    district_code: str | None = None
    community_code: str | None = None
    place_id: int | None = None
    place_name: str | None = None


def strength(span: Span, *, is_numbered: bool, is_part: bool) -> int:
    """How much a span says: by its form, by a house number that fits; less where a character is wrong or the name goes on."""
    if not span.is_exact:
        return _NEAR_LONG if span.end - span.start >= _LONG else _NEAR_SHORT
    if is_part:
        return min(_NEAR_LONG, span.alias.strength)
    return _NUMBERED if is_numbered else span.alias.strength


def is_enough(hits: Iterable[Hit]) -> bool:
    """Whether a township is named so well that slips of the pen need not be looked for."""
    return any(hit.strength >= _ENOUGH and hit.is_whole and any(home.township for home in hit.homes) for hit in hits)


def weigh(
    hits: Sequence[Hit],
    units: Mapping[str, PlaceUnit],
    inside: Mapping[int, NamedPlace],
    outside: str | None = None,
) -> Location:
    """The location that the hits support; deterministic, ties broken by code and otherwise reported.

    ``outside``: another city that is named too; it is the answer where nothing of ours is.
    """
    spans = tuple(hit.span for hit in hits)
    named = _named_districts(hits)
    places = [hit for hit in hits if hit.span.alias.kind != DISTRICT]
    kept, strangers = _filter(places, named)
    votes = _votes(kept)
    for code, score in _votes(strangers).items():
        votes.setdefault(code, score)
    ranked = sorted(votes, key=lambda code: (-votes[code], code))
    if not ranked:
        return _elsewhere(spans, outside) if outside and not named else _district_only(named, spans, units)
    homes = {home[2]: home[1] for hit in hits for home in hit.homes if home[2]}
    candidates = tuple(
        Candidate(code, units[code].name, TOWNSHIP, homes[code] or None, votes[code])
        for code in ranked[:_MOST_CANDIDATES]
    )
    if strangers:
        return _conflict(candidates, named, spans, units)
    rivals = [code for code in ranked if votes[code] * 100 >= votes[ranked[0]] * _RIVAL]
    if len(rivals) > 1:
        return _open(candidates, rivals, homes, spans, units)
    return _settled(candidates, kept, named, spans, units, inside)


def _named_districts(hits: Sequence[Hit]) -> dict[str, int]:
    """District code → strength. The address speaks before the text, a full name before a short one."""
    by_rank: dict[tuple[int, int], dict[str, int]] = {}
    for hit in hits:
        if hit.span.alias.kind == DISTRICT:
            rank = (0 if hit.span.alias.form is Form.OFFICIAL else 1, 0 if hit.span.field == "address" else 1)
            for code, *_above in hit.homes:
                by_rank.setdefault(rank, {})[code] = hit.strength
    return by_rank[min(by_rank)] if by_rank else {}


def _filter(places: Sequence[Hit], named: Mapping[str, int]) -> tuple[list[Hit], list[Hit]]:
    """Hits inside the named districts, and full township names that contradict them."""
    if not named:
        return [hit for hit in places if hit.homes], []
    is_sure = max(named.values()) == max(_DISTRICT_CONFIDENCE)
    kept, strangers = [], []
    for hit in places:
        inside = tuple(home for home in hit.homes if home[1] in named)
        if inside:
            kept.append(hit._replace(homes=inside))
        elif not hit.span.is_exact:
            continue  # what is only alike does not speak against the district
        elif hit.homes and not is_sure:
            kept.append(hit)
        elif hit.homes and hit.span.alias.form in _SURE_FORMS:
            strangers.append(hit)
    # A second township of another district beside one that fits is a passing mention.
    if any(hit.span.alias.form in _SURE_FORMS or hit.span.field == "address" for hit in kept):
        strangers = []
    return kept, strangers


def _votes(hits: Iterable[Hit]) -> dict[str, int]:
    """Township code → weight; the same words in the same field count once."""
    hits = list(hits)
    has_better = any(hit.homes and hit.span.alias.kind in (COMMUNITY, PLACE) for hit in hits)
    seen: set[tuple[str, str]] = set()
    votes: dict[str, int] = {}
    for hit in hits:
        key = (hit.span.field, hit.span.alias.words)
        if key in seen:
            continue
        seen.add(key)
        for township in {home.township for home in hit.homes if home.township}:
            votes[township] = votes.get(township, 0) + _weight(hit, township, has_better=has_better)
    return votes


def _weight(hit: Hit, township: str, *, has_better: bool) -> int:
    """A road runs through many communities, so one that is named beside it outvotes it; an estate of these words comes before
    the community of which they are half the name.
    """
    factor = _ADDRESS_FACTOR if hit.span.field == "address" else 100
    if hit.span.alias.kind == PLACE and not any(home.place_id and home.township == township for home in hit.homes):
        factor = factor * _NAMESAKE_FACTOR // 100
    if has_better and hit.span.alias.kind == ROAD:
        factor = factor * _ROAD_FACTOR // 100
    return hit.strength * factor // 100


def _supports(hit: Hit, township: str) -> bool:
    return any(home[2] == township for home in hit.homes)


def _settled(
    candidates: tuple[Candidate, ...],
    kept: Sequence[Hit],
    named: Mapping[str, int],
    spans: tuple[Span, ...],
    units: Mapping[str, PlaceUnit],
    inside: Mapping[int, NamedPlace],
) -> Location:
    best = candidates[0]
    support = [hit for hit in kept if _supports(hit, best.code)]
    homes = [home for hit in support for home in hit.homes if home.township == best.code]
    communities = {home.code for home in homes if units[home.code].kind == COMMUNITY}
    places = {home.place_id for home in homes if home.place_id is not None}
    place = inside[min(places)] if len(places) == 1 else None
    return Location(
        candidates=candidates,
        unit_code=best.code,
        kind=TOWNSHIP,
        confidence=_confidence(best, kept, named),
        spans=spans,
        reason_zh=f"{_quote(support)}指向{_full_name(best, units)}",
        ambiguous=False,
        district_code=best.district_code,
        community_code=min(communities) if len(communities) == 1 else None,
        place_id=place.place_id if place else None,
        place_name=place.name if place else None,
    )


def _confidence(best: Candidate, kept: Sequence[Hit], named: Mapping[str, int]) -> int:
    """By the best evidence; more with the district and a second name, less with evidence for elsewhere."""
    support = [hit for hit in kept if _supports(hit, best.code)]
    against = _votes(hit for hit in kept if not _supports(hit, best.code))
    confidence = _CONFIDENCE[max(hit.strength for hit in support)]
    if best.district_code in named:
        confidence += _WITH_DISTRICT
    if len({hit.span.alias.words for hit in support}) > 1:
        confidence += _TWO_NAMES
    if against:
        confidence -= _RIVAL_COST * max(against.values()) // best.score
    return min(_MOST, confidence)


def _open(
    candidates: tuple[Candidate, ...],
    rivals: Sequence[str],
    homes: Mapping[str, str],
    spans: tuple[Span, ...],
    units: Mapping[str, PlaceUnit],
) -> Location:
    districts = {homes[code] for code in rivals}
    among = "、".join(_full_name(candidate, units) for candidate in candidates if candidate.code in rivals)
    return Location(
        candidates=candidates,
        unit_code=None,
        kind="none",
        confidence=_AMBIGUOUS_CONFIDENCE,
        spans=spans,
        reason_zh=f"地名不唯一，可能是{among}，需要人工确认",
        ambiguous=True,
        district_code=(min(districts) or None) if len(districts) == 1 else None,
    )


def _conflict(
    candidates: tuple[Candidate, ...],
    named: Mapping[str, int],
    spans: tuple[Span, ...],
    units: Mapping[str, PlaceUnit],
) -> Location:
    districts = tuple(Candidate(code, units[code].name, DISTRICT, code, named[code]) for code in sorted(named))
    names = "、".join(candidate.name for candidate in districts)
    others = "、".join(_full_name(candidate, units) for candidate in candidates)
    return Location(
        candidates=candidates + districts,
        unit_code=None,
        kind="none",
        confidence=_AMBIGUOUS_CONFIDENCE,
        spans=spans,
        reason_zh=f"文中写明{names}，又提到{others}，两者不一致，需要人工确认",
        ambiguous=True,
    )


def _district_only(named: Mapping[str, int], spans: tuple[Span, ...], units: Mapping[str, PlaceUnit]) -> Location:
    codes = sorted(named)
    candidates = tuple(Candidate(code, units[code].name, DISTRICT, code, named[code]) for code in codes)
    names = "、".join(candidate.name for candidate in candidates)
    if len(codes) == 1:
        reason = f"只写明{names}，未写明街道、乡镇或社区"
        return Location(
            candidates, codes[0], DISTRICT, _DISTRICT_CONFIDENCE[named[codes[0]]], spans, reason, False, codes[0]
        )
    if codes:
        reason = f"提到{names}，未写明街道、乡镇或社区，需要人工确认"
        return Location(candidates, None, "none", _AMBIGUOUS_CONFIDENCE, spans, reason, True)
    return Location((), None, "none", 0, spans, "未找到可识别的地名", False)


def _elsewhere(spans: tuple[Span, ...], outside: str) -> Location:
    return Location((), None, "none", 0, spans, f"提到{outside}，没有写明本市的地点", False)


def _quote(support: Sequence[Hit]) -> str:
    fields = {"address": "地址", "text": "内容"}
    seen: dict[str, str] = {}
    for hit in support:
        seen.setdefault(hit.span.alias.words, fields[hit.span.field] + ("" if hit.span.is_exact else "近似"))
    named: dict[str, str] = {}
    for words, field in list(seen.items())[:_MOST_QUOTED]:
        named[field] = named.get(field, "") + f"“{words}”"
    return "、".join(f"{field}中的{words}" for field, words in named.items())


def _full_name(candidate: Candidate, units: Mapping[str, PlaceUnit]) -> str:
    district = units.get(candidate.district_code or "")
    return f"{district.name if district else ''}{candidate.name}"
