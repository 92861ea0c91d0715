"""Names of other provinces and cities: what follows one of them is not ours, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from dispatch.routing.forms import OUTSIDE
from dispatch.routing.hits import Hit

# An address runs on without a break: 上海市浦东新区花木街道.
_BREAK: Final = re.compile(r"[^\w]|[的我在人来到住,]")
_LONGEST_CHAIN: Final = 12


def drop_outside(hits: Sequence[Hit], texts: Mapping[str, str]) -> tuple[list[Hit], str | None]:
    """The hits without those that belong to a place elsewhere, and the name of that elsewhere where any was dropped or alone."""
    elsewhere = [hit.span for hit in hits if hit.span.alias.kind == OUTSIDE]
    if not elsewhere:
        return list(hits), None
    ends = {(span.field, span.end) for span in elsewhere}
    kept: list[Hit] = []
    for hit in hits:
        span = hit.span
        if span.alias.kind == OUTSIDE:
            continue
        before = [end for field, end in ends if field == span.field and 0 <= span.start - end <= _LONGEST_CHAIN]
        if any(not _BREAK.search(texts[span.field][end : span.start]) for end in before):
            ends.add((span.field, span.end))  # the chain goes on
        else:
            kept.append(hit)
    return kept, elsewhere[0].alias.words
