"""How long a log-in, a lock and a token last. Each figure with its reason."""

from datetime import timedelta

IDLE = timedelta(minutes=30)  # a desk left alone: what 等级保护 2.0 reviews expect of a government system
LONGEST = timedelta(hours=12)  # one shift and its hand-over
TOUCH = timedelta(minutes=1)  # how exactly ``seen_at`` is kept, so that not every request writes

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)  # stops guessing, and a person who mistyped is back the same shift

TOKEN_BYTES = 32
TOKEN_DAYS = 365
TOKEN_CACHE_SECONDS = 5.0  # a revoked token works at most this long in a process that just saw it
TOKEN_CACHE_SIZE = 1_000

INVITE_FOR = timedelta(days=7)  # a new colleague may be away for a week; a link that lies about longer is a risk
