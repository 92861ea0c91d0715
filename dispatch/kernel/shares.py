"""A share in percent, exact to the last step."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def percent(share: Fraction | None, decimals: int = 2) -> str:
    """In percent with ``decimals``, half-up, without a sign; empty for None."""
    if share is None:
        return ""
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
