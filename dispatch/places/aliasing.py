"""Names that are each other's aliases say nothing of which place is meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.routing.normalise import fold


def circular(named: Iterable[tuple[str, Iterable[str]]]) -> set[str]:
    """The folded names on a circle of aliases (or between two), where A is an alias of B and B, over any steps, of A.

    ``named``: name and aliases of each place. An alias that is nobody's name leads nowhere.
    """
    leads: dict[str, set[str]] = {}
    for name, aliases in named:
        leads.setdefault(fold(name), set()).update(fold(alias) for alias in aliases)
    edges = {name: {alias for alias in aliases if alias in leads and alias != name} for name, aliases in leads.items()}
    while True:
        led_to = {alias for aliases in edges.values() for alias in aliases}
        kept = {name: aliases & edges.keys() for name, aliases in edges.items() if aliases and name in led_to}
        kept = {name: aliases & kept.keys() for name, aliases in kept.items()}
        if kept == edges:
            return set(edges)
        edges = kept
