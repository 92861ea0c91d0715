"""rules.md §7 once more: rates, order, classes, in exact fractions, as the exchange table. Imports nothing of the project."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from .slow_counting import END_OF_TIME, Row, Tally, slow_tallies, units_in_effect
from .slow_schemes import SCHEMES, slow_period, slow_previous


def slow_table(
    units: Sequence[Row],
    tickets: Sequence[Row],
    *,
    scheme: str,
    period: str,
    group: str,
    as_of: datetime | None = None,
    proactive: Mapping[str, int] | None = None,
) -> list[dict[str, str]]:
    """The exchange table of design.md §9, every value a string, counted by ticket; `as_of` None = nothing lies after it."""
    cut = as_of or END_OF_TIME
    span, before = slow_period(period, scheme), slow_previous(period, scheme)
    tallies = slow_tallies(units, tickets, scheme=scheme, span=span, group=group, as_of=cut, proactive=proactive)
    last_time = slow_tallies(units, tickets, scheme=scheme, span=before, group=group, as_of=cut, proactive=None)
    names = units_in_effect(units, group, span)
    return table_of(names, tallies, scheme=scheme, group=group, previous=slow_scores(last_time, scheme))


def table_of(
    names: Mapping[str, str], tallies: Mapping[str, Tally], *, scheme: str, group: str, previous: Mapping[str, Fraction]
) -> list[dict[str, str]]:
    """The rows of a group from the tallies of its units: ranked by score, received, code; then the others by code."""
    scores = slow_scores(tallies, scheme)
    ranked = sorted(scores, key=lambda code: (-scores[code], -tallies[code]["received"], code))
    ranks: dict[str, int] = {}
    for code in ranked:
        same = [c for c in ranked if scores[c] == scores[code] and tallies[c]["received"] == tallies[code]["received"]]
        ranks[code] = ranked.index(same[0]) + 1
    classes = slow_classes(tallies, scores, ranks, previous) if group == "township" else {}
    rows = []
    for code in ranked + sorted(set(tallies) - set(ranked)):
        tally = tallies[code]
        row = {"rank": "", "unit_code": code, "unit_name": names[code]}
        for column in ("received", "valid", "contacted", "solved", "satisfied", "basically", "excluded"):
            row[column] = str(tally["yes" if column == "solved" else column])
        rates = three_rates(tally, scheme) if code in ranks else {}
        for name in ("response", "resolution", "satisfaction"):
            row[name + "_rate"] = two_decimals(rates[name] * 100) if rates else ""
        row["score"] = two_decimals(scores[code]) if code in ranks else ""
        row["class"] = ";".join(classes.get(code, []))
        row["note"] = "" if code in ranks else "no_valid_follow_up" if tally["valid"] == 0 else "below_minimum"
        row["rank"] = str(ranks.get(code, ""))
        rows.append(row)
    return rows


def _ratio(numerator: Fraction | int, denominator: int) -> Fraction:
    return Fraction(numerator) / denominator if denominator else Fraction(0)


def three_rates(tally: Tally, scheme: str) -> dict[str, Fraction]:
    """The three rates as shares of 1; every built-in scheme gives `partly` nothing."""
    _, _, credit, _, _ = SCHEMES[scheme]
    basically = credit * tally["basically"]
    return {
        "response": _ratio(tally["contacted"], tally["valid"]),
        "resolution": _ratio(tally["yes"], tally["valid"]),
        "satisfaction": _ratio(tally["satisfied"] + basically, tally["valid"]),
    }


def slow_scores(tallies: Mapping[str, Tally], scheme: str) -> dict[str, Fraction]:
    """The unrounded score of every unit that is ranked."""
    _, weights, _, minimum, _ = SCHEMES[scheme]
    scores: dict[str, Fraction] = {}
    for code, tally in tallies.items():
        if tally["valid"] < max(1, minimum):
            continue
        rates = three_rates(tally, scheme)
        rates["first_contact"] = _ratio(tally["first_contacted"], tally["received"])
        rates["on_time"] = _ratio(tally["on_time"], tally["received"])
        rates["actual_resolution"] = _ratio(tally["yes"], tally["yes"] + tally["explained"])
        score = Fraction(0)
        for name, weight in weights.items():
            score += weight * rates[name] * 100
        if scheme == "deductions":
            score -= min(Fraction(5), Fraction(1, 2) * tally["red_cards"])
            score -= min(Fraction(5), Fraction(1) * tally["lost_disputes"])
            score += min(Fraction(5), Fraction(1, 2) * tally["proactive"])
        scores[code] = score
    return scores


def slow_classes(
    tallies: Mapping[str, Tally],
    scores: Mapping[str, Fraction],
    ranks: Mapping[str, int],
    previous: Mapping[str, Fraction],
) -> dict[str, list[str]]:
    """Code → class names in their written order; everyone level with the last one let in is let in too."""
    n = min(10, len(ranks) // 4)
    if n == 0:
        return {}
    gains = {
        code: scores[code] - previous[code] for code in scores if code in previous and scores[code] > previous[code]
    }
    volumes = {code: Fraction(tally["received"]) for code, tally in tallies.items() if tally["received"] > 0}
    last_rank_let_in = sorted(ranks.values())[-n]
    members = {
        "advanced": [code for code in ranks if ranks[code] <= n],
        "improved": _largest(gains, n),
        "rectify": [code for code in ranks if ranks[code] >= last_rank_let_in],
        "govern": _largest(volumes, n),
    }
    return {code: [name for name, codes in members.items() if code in codes] for code in tallies}


def _largest(values: Mapping[str, Fraction], n: int) -> list[str]:
    edge = sorted(values.values(), reverse=True)[:n]
    return [code for code, value in values.items() if edge and value >= edge[-1]]


def two_decimals(value: Fraction) -> str:
    """Half-up (halves away from zero), always two decimals."""
    hundredths = (abs(value) * 200 + 1) // 2
    sign = "-" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"
