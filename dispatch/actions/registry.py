"""Every verb there is, by area. A new one is added to its area's list and needs no further wiring."""

from __future__ import annotations

from dispatch.actions.verb import Verb
from dispatch.disputes.verbs import VERBS as DISPUTES
from dispatch.erasure.erasure_verbs import VERBS as ERASURE
from dispatch.follow_ups.follow_up_verbs import VERBS as FOLLOW_UP
from dispatch.hops.verbs import VERBS as HOPS
from dispatch.incidents.incident_verbs import VERBS as INCIDENTS
from dispatch.merging.merge_verbs import VERBS as MERGING
from dispatch.outcomes.supplement_verbs import VERBS as SUPPLEMENTS
from dispatch.outcomes.verbs import VERBS as OUTCOMES
from dispatch.supervision.card_verbs import VERBS as CARDS
from dispatch.supervision.order_verbs import VERBS as SUPERVISION
from dispatch.tickets.core_verbs import VERBS as CORE
from dispatch.tickets.matter_verbs import VERBS as MATTERS
from dispatch.tickets.time_verbs import VERBS as TIME

VERBS: tuple[Verb, ...] = (
    *CORE,
    *DISPUTES,
    *MATTERS,
    *TIME,
    *MERGING,
    *INCIDENTS,
    *OUTCOMES,
    *HOPS,
    *FOLLOW_UP,
    *SUPERVISION,
    *CARDS,
    *SUPPLEMENTS,
    *ERASURE,
)
BY_NAME = {verb.name: verb for verb in VERBS}
