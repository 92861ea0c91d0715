"""Dealing a month of complaints out so that every unit of the demo gets its share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final

from dispatch.demo.places import DemoCity, DemoPlace
from dispatch.demo.texts import ASSESSED, Complaint, compose, compose_vague, templates
from dispatch.routing.catalogue import TOWNSHIP, shipped_catalogue, unit_code
from dispatch.routing.categories import alarms
from dispatch.routing.taxonomy import shipped_taxonomy

# Of 15 complaints 14 are dealt evenly, so that 3,000 give each of 70 units 40; of the rest a third is vague.
_EVEN: Final = (14, 15)
_VAGUE: Final = (1, 3)
_TRIES: Final = 40
_SURE_PLACE: Final = 75
_SURE_MARGIN: Final = 2
_OTHER_KINDS: Final = 0.7


def deal(rng: Random, city: DemoCity, count: int) -> Iterator[Complaint]:
    """``count`` complaints in random order: every target of the city gets at least ⌊count × 14/15 ÷ targets⌋.

    Those are complaints, calls for help and reports that routing sends to the target by itself. The rest are of all
    kinds: most fall on busy townships, some are too vague to be sent without a person. Deterministic by ``rng``.
    """
    ways = _ways(city)
    sure = {code: [way for way in ways[code] if _kinds(way[1]) & ASSESSED] for code in ways}
    targets = [code for code in city.targets if sure[code]]
    rounds = count * _EVEN[0] // _EVEN[1] // len(targets)
    extra = count - rounds * len(targets)
    made = 0
    for turn in range(1, rounds + 1):
        hand = [_sure(rng, city, code, sure[code]) for code in targets]
        due = extra * turn // rounds
        hand += [_other(rng, city, ways) for _ in range(due - made)]
        made = due
        rng.shuffle(hand)
        yield from hand
    for _ in range(extra - made):
        yield _other(rng, city, ways)


def unit_of(complaint: Complaint, city: DemoCity) -> str | None:
    """The unit that the words lead to beyond doubt, by the gazetteer, the keywords and the catalogue; else None."""
    place = city.gazetteer.locate(f"{complaint.title}\n{complaint.text}", complaint.address)
    scores = shipped_taxonomy().classify(complaint.title, complaint.text)
    if not scores or place.confidence < _SURE_PLACE or place.kind != "township":
        return None
    entry = shipped_catalogue().entry(scores[0].code, complaint.kind, place.kind, place.unit_code, place.district_code)
    if entry.lead != TOWNSHIP and len(scores) > 1 and scores[0].score < _SURE_MARGIN * scores[1].score:
        return None
    return unit_code(entry.lead, township=place.unit_code, district=place.district_code)


def _ways(city: DemoCity) -> Mapping[str, Sequence[tuple[DemoPlace, str]]]:
    """Target → the (place, category) pairs whose complaints go to it."""
    found: dict[str, list[tuple[DemoPlace, str]]] = {code: [] for code in city.targets}
    for place in city.places:
        for category in templates():
            where = {"township": place.code, "district": place.district_code}
            entry = shipped_catalogue().entry(category, "complaint", TOWNSHIP, **where)
            code = unit_code(entry.lead, **where)
            if code in found:
                found[code].append((place, category))
    return found


def _sure(rng: Random, city: DemoCity, target: str, ways: Sequence[tuple[DemoPlace, str]]) -> Complaint:
    for _ in range(_TRIES):
        place, category = rng.choice(ways)
        complaint = compose(rng, place, category, kinds=ASSESSED)
        # Words of emergency end in a hand-over, not with the unit.
        if unit_of(complaint, city) == target and not alarms(f"{complaint.title}\n{complaint.text}"):
            return complaint
    raise ValueError(f"no complaint leads to unit {target}")


def _other(rng: Random, city: DemoCity, ways: Mapping[str, Sequence[tuple[DemoPlace, str]]]) -> Complaint:
    place = rng.choices(city.places, [len(place.communities) ** 2 + 1 for place in city.places])[0]
    categories = sorted({category for way in ways.values() for item, category in way if item is place})
    if rng.random() * _VAGUE[1] < _VAGUE[0]:
        return compose_vague(rng, city, rng.choice(categories))
    others = [(category, kinds) for category in categories if (kinds := _kinds(category) - ASSESSED)]
    if others and rng.random() < _OTHER_KINDS:
        category, kinds = rng.choice(others)
        return compose(rng, place, category, kinds=kinds)
    return compose(rng, place, rng.choice(categories))


def _kinds(category: str) -> frozenset[str]:
    return frozenset(item.kind for item in templates()[category])
