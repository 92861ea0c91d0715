"""The verbs that move time: extension, suspension, waiting for the citizen."""

from __future__ import annotations

from dispatch.actions.verb import Verb

VERBS: tuple[Verb, ...] = ()
