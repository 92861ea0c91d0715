"""What a scheme says, as frozen values. Every number is an exact ``Fraction`` or an ``int`` (rules.md §7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """Ticket kinds of the exchange file (design §9)."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Instant(StrEnum):
    """The instant that places a ticket in a period (rules.md §6)."""

    RECEIVED_AT = "received_at"
    DISPATCHED_AT = "dispatched_at"
    DUE_AT = "due_at"
    FOLLOWED_UP_AT = "followed_up_at"


class CountBy(StrEnum):
    """Whether a merged ticket counts once or once per caller (rules.md §5)."""

    TICKET = "ticket"
    VOICE = "voice"


class Group(StrEnum):
    """Peer groups: units are only ever ranked among their own kind."""

    TOWNSHIP = "township"
    DISTRICT = "district"
    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"


class Indicator(StrEnum):
    """Rates that a scheme may weigh; the formula of each is in ``formulas.py``, in words in ``docs/schemes.md``."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    FIRST_CONTACT = "first_contact"
    ON_TIME = "on_time"
    ACTUAL_RESOLUTION = "actual_resolution"
    RESOLUTION_EXPLAINED = "resolution_explained"
    DISSATISFIED = "dissatisfied"
    VALID_FOLLOW_UP = "valid_follow_up"
    CLOSED = "closed"
    REDO = "redo"
    REPEATS = "repeats"
    LOST_DISPUTES = "lost_disputes"
    ACKNOWLEDGED_IN_TIME = "acknowledged_in_time"
    FIRST_CONTACT_IN_TIME = "first_contact_in_time"
    FIRST_DISPATCH = "first_dispatch"
    SHARE_OF_INTAKE = "share_of_intake"
    PER_TEN_THOUSAND = "per_ten_thousand"
    PEER_MARKS = "peer_marks"


class Point(StrEnum):
    """What may cost or earn points; each is the ``Counts`` field of the same name."""

    RED_CARDS = "red_cards"
    LOST_DISPUTES = "lost_disputes"
    PROACTIVE_TOPICS = "proactive_topics"
    REDONE = "redone"
    CAME_BACK = "came_back"


class Tie(StrEnum):
    """``Counts`` fields that may decide between equal scores, the larger first."""

    RECEIVED = "received"
    VALID = "valid"


class OnUnknown(StrEnum):
    """What a missing answer does to a rate (rules.md §4)."""

    DENOMINATOR = "denominator"
    LEAVE_OUT = "leave_out"


class Show(StrEnum):
    """What people see of the order: each unit's rank, or only the band it is in."""

    RANKS = "ranks"
    BANDS = "bands"


@dataclass(frozen=True)
class Weight:
    """One indicator and its share of the score; the shares of a scheme sum to exactly 1.

    At the value ``full`` it earns its whole share, at ``none`` nothing, in between in proportion; ``full`` < ``none`` where less is
    better. ``on_zero``: what part of its share it earns where its denominator is 0.
    """

    indicator: Indicator
    share: Fraction
    full: Fraction = Fraction(1)
    none: Fraction = Fraction(0)
    on_zero: Fraction = Fraction(0)


@dataclass(frozen=True)
class GivenRule:
    """A value that somebody enters per unit and period (``given.py``), with its share of the score and its scale.

    ``on_missing``: what part of its share it earns where nobody has entered one.
    """

    key: str
    share: Fraction
    full: Fraction
    none: Fraction
    on_missing: Fraction


@dataclass(frozen=True)
class Credits:
    """What half an answer earns, 0 to 1: ``basically`` satisfied and ``partly`` solved."""

    basically: Fraction
    partly: Fraction


@dataclass(frozen=True)
class PointRule:
    """Points per item: ``each`` is negative for a deduction; ``cap`` bounds the size of the sum."""

    of: Point
    each: Fraction
    cap: Fraction


@dataclass(frozen=True)
class ClassRule:
    """Size of the monthly classes: n = min(``at_most``, ⌊ranked / ``one_in``⌋), for ``groups`` only (rules.md §7)."""

    groups: frozenset[Group]
    one_in: int
    at_most: int


@dataclass(frozen=True)
class Band:
    """A named part of the ranked units, best first: ranks up to ``rank_to``, or scores from ``score_from`` on, both included.

    The last band has neither and takes the rest.
    """

    name: str
    rank_to: int | None = None
    score_from: Fraction | None = None


@dataclass(frozen=True)
class Scheme:
    """An assessment method. ``first_day`` is the local day on which its month begins; 1 is the calendar month,
    any other day means that the month is named after the one it ends in (rules.md §7)."""

    name: str
    version: int
    title: str
    note: str
    kinds: frozenset[Kind]
    placed_by: Instant
    count_by: CountBy
    peer_groups: frozenset[Group]
    minimum: int
    ties: tuple[Tie, ...]
    settle_days: int
    first_day: int
    weights: tuple[Weight, ...]
    credits: Credits
    leave_out: frozenset[Indicator]
    points: tuple[PointRule, ...]
    classes: ClassRule | None
    decimals: tuple[tuple[str, int], ...]
    show: Show = Show.RANKS
    bands: tuple[Band, ...] = ()
    given: tuple[GivenRule, ...] = ()

    @property
    def indicators(self) -> frozenset[Indicator]:
        """Those that it weighs."""
        return frozenset(weight.indicator for weight in self.weights)

    def decimals_of(self, column: str) -> int:
        """Decimals that people see for an indicator or ``score``; the exchange table has its own, fixed ones."""
        shown = dict(self.decimals)
        return shown.get(column, shown["default"])
