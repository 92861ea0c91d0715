"""The terms of a unit's score as people read them, each with its fraction, at the scheme's decimals. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from assessment.console.words import GIVEN_WORDS, INDICATOR_WORDS, POINT_WORDS, percentage, plain
from assessment.metrics import PERCENT, GivenTerm, Points, Score, WeightedRate, half_up
from assessment.parts import Part
from assessment.schemes.model import Indicator, Scheme

MISSING = "—"
# Which tickets a rate's numerator counts; where less is better, those that cost.
PARTS = {
    Indicator.RESPONSE: Part.CONTACTED,
    Indicator.RESOLUTION: Part.SOLVED,
    Indicator.RESOLUTION_EXPLAINED: Part.SOLVED,
    Indicator.ACTUAL_RESOLUTION: Part.SOLVED,
    Indicator.SATISFACTION: Part.SATISFIED,
    Indicator.DISSATISFIED: Part.DISSATISFIED,
    Indicator.FIRST_CONTACT: Part.FIRST_CONTACTED,
    Indicator.ON_TIME: Part.ON_TIME,
    Indicator.VALID_FOLLOW_UP: Part.VALID,
    Indicator.CLOSED: Part.COMPLETED,
    Indicator.REDO: Part.REDONE,
    Indicator.FIRST_DISPATCH: Part.RETURNED,
    Indicator.SHARE_OF_INTAKE: Part.RECEIVED,
    Indicator.PER_TEN_THOUSAND: Part.RECEIVED,
}


@dataclass(frozen=True)
class Term:
    """One line: ``word`` is to be translated; ``formula`` names the indicator whose formula stands below it,
    ``part`` the tickets behind it."""

    name: str
    word: str
    value: str
    fraction: str
    share: str
    amount: str
    formula: str = ""
    part: str = ""


def terms_of(score: Score, scheme: Scheme) -> tuple[Term, ...]:
    """In the order of the sum: rates, given values, points; last the score itself."""
    decimals = scheme.decimals_of("score")
    lines = [_rate(term, scheme) for term in score.rates]
    lines += [_given(term, decimals) for term in score.given]
    lines += [_points(term, decimals) for term in score.points]
    return (*lines, Term("score", "得分", "", "", "", half_up(score.value, decimals)))


def _rate(term: WeightedRate, scheme: Scheme) -> Term:
    indicator, of = term.weight.indicator, term.rate
    return Term(
        name=indicator.value,
        word=INDICATOR_WORDS[indicator],
        value=_shown(indicator, of.value, scheme) if of.denominator else MISSING,
        fraction=f"{plain(of.numerator)} ÷ {of.denominator}",
        share=percentage(term.weight.share),
        amount=half_up(term.amount, scheme.decimals_of("score")),
        formula=indicator.value,
        part=PARTS[indicator].value if indicator in PARTS else "",
    )


def _shown(indicator: Indicator, value: Fraction, scheme: Scheme) -> str:
    decimals = scheme.decimals_of(indicator.value)
    if indicator is Indicator.PER_TEN_THOUSAND:
        return half_up(value, decimals)
    return half_up(value * PERCENT, decimals) + "%"


def _given(term: GivenTerm, decimals: int) -> Term:
    value = MISSING if term.value is None else plain(term.value)
    share = percentage(term.rule.share)
    return Term(term.rule.key, GIVEN_WORDS[term.rule.key], value, "", share, half_up(term.amount, decimals))


def _points(term: Points, decimals: int) -> Term:
    fraction = f"{plain(term.rule.each)} × {term.count}".replace("-", "−")
    return Term(
        term.rule.of.value, POINT_WORDS[term.rule.of], str(term.count), fraction, "", half_up(term.amount, decimals)
    )
